"""Writing the search index of procedures: terms with their weights, when content is published."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import log
from typing import Final

from django.db import connection
from django.db.models import F

from portal.core.db import requires_transaction
from procedures.models import Paper, Procedure, Revision
from procedures.models.renewal import RENEW
from procedures.vocabulary import plain, spoken_phrases

# Weight of a part of the content, how far its length counts, and how long it usually is.
_PARTS: Final = {
    "name": (4.0, 0.6, 46),
    "words": (2.0, 0.3, 20),
    "spoken": (3.0, 0.3, 30),
    "field": (1.0, 0.0, 8),
    "results": (1.0, 0.5, 46),
    "papers": (0.4, 0.75, 380),
}
# How slowly more of the same word counts less.
_SATURATION: Final = 4.0
_PAPER_LENGTH: Final = 300
_TERM_LENGTH: Final = 80
_BATCH: Final = 500

_COUNT: Final = """
    INSERT INTO procedures_searchword (term, holders)
    SELECT term, count(*) FROM procedures_searchterm {where} GROUP BY term
    ON CONFLICT (term) DO UPDATE SET holders = excluded.holders
"""
# What a procedure had until now, and no other has, is no word of the catalogue any more.
_FORGET: Final = """
    DELETE FROM procedures_searchword w
    WHERE w.term = ANY(%s)
        AND NOT EXISTS (SELECT FROM procedures_searchterm t WHERE t.term = w.term)
"""
# The rarities are worked out here: of what was written in this transaction the planner knows no
# numbers yet, and a join of a first import has been seen to take minutes.
_HELD: Final = """
    SELECT greatest((SELECT count(*) FROM procedures_procedure), 1),
        (SELECT jsonb_object_agg(term, holders)::text FROM procedures_searchword
         WHERE term = ANY(%s))
"""
_WEIGH: Final = """
    INSERT INTO procedures_searchentry (procedure_id, name_weight)
    SELECT * FROM unnest(%s::bigint[], %s::float8[])
    ON CONFLICT (procedure_id) DO UPDATE SET name_weight = excluded.name_weight
"""


@requires_transaction
def index_procedures(ids: Sequence[int]) -> None:
    """
    Rewrite the terms of procedures from their published content, and count them again.

    What is still being entered gets none.
    """
    touched: set[str] = set()
    lost: set[str] = set()
    names: dict[int, list[str]] = {}
    ids = sorted(ids)
    with connection.cursor() as cursor:
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            cursor.execute(
                "DELETE FROM procedures_searchterm WHERE procedure_id = ANY(%s) RETURNING term",
                [batch],
            )
            lost.update(term for (term,) in cursor.fetchall())
            # Read before the copy begins: one connection does one thing at a time.
            rows = list(_rows(batch))
            with cursor.copy(
                "COPY procedures_searchterm (procedure_id, term, weight, in_name) FROM STDIN"
            ) as copy:
                for row in rows:
                    copy.write_row(row)
            for procedure, term, _weight, in_name in rows:
                touched.add(term)
                if in_name:
                    names.setdefault(procedure, []).append(term)
        if len(ids) > _BATCH:
            cursor.execute(_COUNT.format(where=""))
        else:
            cursor.execute(_COUNT.format(where="WHERE term = ANY(%s)"), [sorted(touched | lost)])
        cursor.execute(_FORGET, [sorted(lost - touched)])
        cursor.execute(_HELD, [sorted({term for name in names.values() for term in name})])
        [(total, held)] = cursor.fetchall()
        weights = _weigh(names, json.loads(held or "{}"), total=total)
        cursor.execute(_WEIGH, [list(weights), list(weights.values())])
        cursor.execute(RENEW)


def _weigh(
    names: Mapping[int, Sequence[str]], holders: Mapping[str, int], *, total: int
) -> dict[int, float]:
    """Return what the words of each name weigh together."""
    rarity = {term: log(1 + (total - held + 0.5) / (held + 0.5)) for term, held in holders.items()}
    return {procedure: sum(rarity[term] for term in terms) for procedure, terms in names.items()}


def _rows(ids: Sequence[int]) -> Iterator[tuple[int, str, float, bool]]:
    revisions = {
        revision.procedure_id: revision
        for revision in Revision.objects.filter(
            procedure__in=ids, procedure__current_revision=F("pk")
        )
    }
    papers: dict[int, list[str]] = {}
    for pk, name in Paper.objects.filter(revision__in=revisions.values()).values_list(
        "revision_id", "name"
    ):
        papers.setdefault(pk, []).append(name[:_PAPER_LENGTH])
    for procedure in Procedure.objects.known().filter(pk__in=ids).select_related("field"):
        revision = revisions.get(procedure.pk)
        parts = {
            "name": [plain(procedure.name).removeprefix("thu tuc "), procedure.code],
            "words": [revision.everyday_name, *revision.keywords] if revision else [],
            "spoken": spoken_phrases().get(procedure.code, ()),
            "field": [procedure.field.name],
            "results": revision.results if revision else [],
            "papers": papers.get(revision.pk, []) if revision else [],
        }
        terms = {part: Counter(_terms(texts)) for part, texts in parts.items()}
        for term, weight in _weights(terms).items():
            yield procedure.pk, term, weight, term in terms["name"]


def _weights(terms: dict[str, Counter[str]]) -> dict[str, float]:
    summed: dict[str, float] = {}
    for part, counted in terms.items():
        weight, share, usual = _PARTS[part]
        length = 1 - share + share * counted.total() / usual
        for term, times in counted.items():
            summed[term] = summed.get(term, 0.0) + weight * times / length
    return {term: round(one / (_SATURATION + one), 5) for term, one in summed.items()}


def _terms(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        words = plain(text).split()
        yield from (word for word in words if len(word) <= _TERM_LENGTH)
        for first, second in pairwise(words):
            if len(first) + len(second) < _TERM_LENGTH:
                yield f"{first} {second}"
