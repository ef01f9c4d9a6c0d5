"""What a question finds, by kind: who serves it, at which level; thousands by one statement."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import F

from accounts.models import Unit
from procedures import ranking, search
from procedures.book import open_book
from procedures.models import Procedure
from procedures.models.catalogue import FINDABLE
from procedures.search import Match, Question
from procedures.selectors.filters import TIER_SLUGS, Entry, Kind
from procedures.selectors.serving import Content, LevelBook, Units, load_units
from procedures.subjects import read_subjects

# A found procedure: its id, code and name, how it matches, and who published it where that is told.
Found = tuple[int, str, str, int, str]

# Grouped by the database, so that a whole catalogue is read as its few hundred kinds.
_KINDS: Final = """
    WITH offered AS (
        SELECT procedure_id, jsonb_agg(
                jsonb_build_array(
                    unit_id, tier, receiving_id, deciding_id, declared_level,
                    -- Which workflow it is makes no difference here, only whether there is one.
                    CASE WHEN workflow_version_id IS NOT NULL THEN 1 END, returns
                ) ORDER BY valid_from DESC, id
            ) AS terms
        FROM procedures_offer
        WHERE valid_from <= %(on)s AND (valid_until IS NULL OR valid_until >= %(on)s) {among_offers}
        GROUP BY procedure_id
    ), ruled AS (
        -- The few whose fees an agency sets itself, as procedures.selectors.serving.Content says.
        SELECT p.id AS procedure_id, jsonb_build_array(
                (
                    SELECT jsonb_agg(jsonb_build_array(k.key, fee.key, fee.status) ORDER BY fee.id)
                    FROM procedures_case k JOIN procedures_feerule fee ON fee.case_id = k.id
                    WHERE k.revision_id = p.current_revision_id AND 'ONLINE' = ANY(fee.channels)
                ),
                jsonb_agg(
                    jsonb_build_array(r.unit_id, r.tier, r.case_key, r.fee_key, r.fee_status)
                    ORDER BY r.id
                )
            ) AS local
        FROM procedures_localrule r JOIN procedures_procedure p ON p.id = r.procedure_id
        WHERE r.fee_key <> '' AND r.valid_from <= %(on)s
            AND (r.valid_until IS NULL OR r.valid_until >= %(on)s) {among}
        GROUP BY p.id
    )
    SELECT f.slug, f.name, f.sort_key, p.tiers, c.subjects, p.content_level, p.paid_level,
        ruled.local::text, offered.terms::text, array_agg(p.id)
    FROM procedures_procedure p
    JOIN procedures_field f ON f.id = p.field_id
    LEFT JOIN procedures_revision c ON c.id = p.current_revision_id
    LEFT JOIN offered ON offered.procedure_id = p.id
    LEFT JOIN ruled ON ruled.procedure_id = p.id
    WHERE {findable} {among}
    GROUP BY f.id, p.tiers, c.subjects, p.content_level, p.paid_level,
        ruled.local, offered.terms
"""
_PART: Final = """
    SELECT id, code, name FROM procedures_procedure
    WHERE id = ANY(%(ids)s::bigint[]) ORDER BY sort_key, id LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The procedures of each kind that a question found, and the units that may serve them."""

    kinds: Mapping[Kind, Sequence[int]]
    units: Units
    # In the order of the answer; None for the whole catalogue, which is read by parts.
    ranked: tuple[Found, ...] | None

    @property
    def total(self) -> int:
        return self.count(self.kinds)

    @property
    def counts(self) -> dict[Kind, int]:
        return {kind: len(ids) for kind, ids in self.kinds.items()}

    @property
    def is_alike(self) -> bool:
        """Whether nothing holds the words of the question, and this only looks like them."""
        return self.ranked is not None and [one[3] for one in self.ranked[:1]] == [Match.ALIKE]

    def count(self, kinds: Collection[Kind]) -> int:
        return sum(len(self.kinds[kind]) for kind in kinds)

    def read(self, kinds: Collection[Kind], part: range | None = None) -> list[Entry]:
        """
        Return the procedures of some kinds in order (no query, of the whole catalogue one).

        :param part: which of them; None for all.
        """
        kind_of = {pk: kind for kind in kinds for pk in self.kinds[kind]}
        part = range(len(kind_of)) if part is None else part
        if not kind_of:
            return []
        if self.ranked is None:
            rows = _read_part(list(kind_of), part)
        else:
            rows = [row for row in self.ranked if row[0] in kind_of][part.start : part.stop]
        return [Entry(*row, kind=kind_of[row[0]]) for row in rows]

    def agency(self, key: str) -> Unit | None:
        return next((unit for unit in self.units.agencies if unit.key == key), None)


def find(question: Question, *, on: date) -> Catalogue:
    """Return what a question finds (2 queries and those of the ranking, if it has words)."""
    ranked = None if question.is_empty else tuple(_rank(question))
    return _catalogue(ranked, on=on)


def get_entries(ids: Sequence[int], *, on: date) -> tuple[list[Entry], Units]:
    """Return given procedures that can be found, in the order of names (3 queries)."""
    nothing = search.read_question("")
    findable = search.matching(Procedure.objects.findable().filter(pk__in=ids), nothing)
    found = _catalogue(tuple(_rows(findable)), on=on)
    return found.read(found.kinds), found.units


def _catalogue(ranked: tuple[Found, ...] | None, *, on: date) -> Catalogue:
    units = load_units(on=on)
    ids = None if ranked is None else [row[0] for row in ranked]
    kinds = _load_kinds(ids, LevelBook(units), on=on) if ids != [] else {}
    return Catalogue(kinds=kinds, units=units, ranked=ranked)


def _load_kinds(ids: list[int] | None, book: LevelBook, *, on: date) -> dict[Kind, list[int]]:
    """Return the procedures of each kind; `ids` is None for the whole catalogue (one query)."""
    statement = _KINDS.format(
        findable=FINDABLE,
        among="" if ids is None else "AND p.id = ANY(%(ids)s::bigint[])",
        among_offers="" if ids is None else "AND procedure_id = ANY(%(ids)s::bigint[])",
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"on": on, "ids": ids})
        groups = cursor.fetchall()
    kinds: dict[object, Kind] = {}
    found: dict[Kind, list[int]] = {}
    for slug, name, order, tiers, written, unpaid, paid, local, offered, pks in groups:
        subjects = read_subjects(written)
        alike = (slug, tuple(tiers), subjects, unpaid, paid, local, offered)
        kind = kinds.get(alike)
        if kind is None:
            content = Content(unpaid=unpaid, paid=paid, local=local or "")
            levels = book.look_up(_terms(offered), content=content)
            kind = kinds[alike] = Kind(
                field=slug,
                field_name=name,
                field_order=order,
                tiers=frozenset(TIER_SLUGS[tier] for tier in tiers),
                subjects=subjects,
                levels=levels.by_agency,
                highest=levels.highest,
                served=levels.served,
                content=content,
            )
        found.setdefault(kind, []).extend(pks)
    return found


def _terms(offered: str | None) -> tuple[tuple[object, ...], ...]:
    return tuple((*terms, tuple(returns)) for *terms, returns in json.loads(offered or "[]"))


def _read_part(ids: list[int], part: range) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(_PART, {"ids": ids, "limit": len(part), "offset": part.start})
        return [(*row, int(Match.ALL), "") for row in cursor.fetchall()]


def _rank(question: Question) -> list[Found]:
    """Return what a question in words finds, the best first."""
    findable = Procedure.objects.findable()
    if not question.words:
        return _rows(search.matching(findable, question))
    book = open_book()
    if ranked := ranking.rank(question, book):
        return [
            (row["pk"], row["code"], row["name"], row["found"], row["publisher"]) for row in ranked
        ]
    # Words that everything holds, or a catalogue of which no index has been written.
    found = _rows(search.matching(findable, question))
    return found if found or not book.is_empty else _rows(search.alike(findable, question))


def _rows(procedures: Any) -> list[Found]:
    found = procedures.annotate(found=F("match"))
    return [(*row, "") for row in found.values_list("pk", "code", "name", "found")]
