"""The page of results: what was found, why, and the filters with counts; at most 6 queries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_date
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Unit
from procedures import facts, ranking, search
from procedures.book import open_book
from procedures.enums import FilingChannel
from procedures.facts import Fact
from procedures.levels import LEVEL_WORDS
from procedures.models import (
    Case,
    FeeRule,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
)
from procedures.search import Match, Question, read_question
from procedures.selectors.filters import (
    TIER_SLUGS,
    Chosen,
    Entry,
    Facet,
    Filters,
    Kind,
    build_facets,
    list_chosen,
    write_url,
)
from procedures.selectors.reasons import why_found
from procedures.selectors.serving import Content, LevelBook, Served, Units, load_terms, load_units
from procedures.subjects import read_subjects

PAGE_SIZE: Final = 15
# A browsed list goes on longer, so that every service stays within three clicks of home.
BROWSE_SIZE: Final = 60
NAME_LENGTH: Final = 140


@dataclass(frozen=True, slots=True)
class Row:
    """One procedure in the list; `official` is "" where the title already says it."""

    code: str
    title: str
    official: str
    summary: str
    agency: str
    level: int
    level_words: str
    # "file" | "forms" | "counter": what the one button does.
    action: str
    papers: Fact
    time: Fact
    fee: Fact
    place: Fact
    why: str
    is_listed_only: bool


@dataclass(frozen=True, slots=True)
class Results:
    typed: str
    filters: Filters
    total: int
    best: Row | None
    rows: tuple[Row, ...]
    page: Page[Entry]
    facets: tuple[Facet, ...]
    # A question, no mere filter, that found nothing or only what looks alike.
    is_missed: bool
    # What the list is narrowed to, in words, for the heading.
    narrowed: str
    chosen: tuple[Chosen, ...]
    # The agency chosen, to be called where nothing is found.
    agency: Unit | None
    is_alike: bool
    # The address's parameters without the number of the page.
    query: str
    # The address of the same question without any filter.
    url_unfiltered: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a question finds, and the units that may serve it."""

    entries: list[Entry]
    units: Units


def get_results(*, question: Question, filters: Filters, page: str, on: date) -> Results:
    """Return one page of what a question and its filters find."""
    catalogue = find_entries(question, on=on)
    entries, units = catalogue.entries, catalogue.units
    left = [entry for entry in entries if entry.kind.passes(filters)] if filters.any else entries
    size = BROWSE_SIZE if question.is_empty else PAGE_SIZE
    shown = Paginator(left, size).get_page(page)
    rows = _rows(list(shown.object_list), question, filters, catalogue, on=on)
    has_best = shown.number == 1 and _has_best(left)
    agency_names = {unit.key: unit.name for unit in units.agencies}
    facets = build_facets(entries, filters, agency_names=agency_names, typed=question.typed)
    chosen = list_chosen(filters, facets, agency_names=agency_names, typed=question.typed)
    return Results(
        typed=question.typed,
        filters=filters,
        total=len(left),
        best=rows[0] if has_best else None,
        rows=tuple(rows[1:] if has_best else rows),
        page=shown,
        facets=tuple(facets),
        is_missed=bool(question.words)
        and not filters.any
        and (not entries or entries[0].match == Match.ALIKE),
        narrowed=", ".join(one.label for one in chosen),
        chosen=tuple(chosen),
        agency=next((unit for unit in units.agencies if unit.key == filters.agency), None),
        is_alike=bool(entries) and entries[0].match == Match.ALIKE,
        query=write_url(question.typed, filters).partition("?")[2],
        url_unfiltered=write_url(question.typed, Filters()),
    )


def _has_best(entries: list[Entry]) -> bool:
    """Say whether the first answer stands out; of many that only share a word none does."""
    if not entries or entries[0].match == Match.ALL:
        return False
    first = entries[0].match
    # What looks alike comes nearest first already.
    return len(entries) == 1 or first in {Match.EXACT, Match.ALIKE} or first > entries[1].match


def find_entries(question: Question, *, on: date) -> Catalogue:
    """Return everything that a question finds, in order, with what is needed to say who serves."""
    found = _find(question)
    # Every offer where everything is found: that is less to ask for than thousands by number.
    ids = None if question.is_empty else [row[0] for row in found]
    return _catalogue(found, ids, on=on)


def get_rows(ids: Sequence[int], *, on: date) -> dict[int, Row]:
    """Return the rows of given procedures by id, as a list shows them (4 queries)."""
    nothing = read_question("")
    findable = search.matching(Procedure.objects.findable().filter(pk__in=ids), nothing)
    catalogue = _catalogue(_values(findable), ids, on=on)
    rows = _rows(catalogue.entries, nothing, Filters(), catalogue, on=on)
    return {entry.pk: row for entry, row in zip(catalogue.entries, rows, strict=True)}


def _catalogue(found: list[tuple[Any, ...]], ids: Sequence[int] | None, *, on: date) -> Catalogue:
    units = load_units(on=on)
    terms = load_terms(ids, on=on) if found else {}
    book = LevelBook(units)
    kinds: dict[object, Kind] = {}
    entries = []
    for pk, code, name, slug, field_name, order, tiers, written, unpaid, paid, match in found:
        subjects = read_subjects(written)
        offered = terms.get(pk, ())
        alike = (slug, tuple(tiers), subjects, unpaid, paid, offered)
        kind = kinds.get(alike)
        if kind is None:
            content = Content(unpaid=unpaid, paid=paid)
            levels = book.look_up(offered, content=content)
            kind = kinds[alike] = Kind(
                field=slug,
                field_name=field_name,
                field_order=order,
                tiers=frozenset(TIER_SLUGS[tier] for tier in tiers),
                subjects=subjects,
                levels=levels.by_agency,
                highest=levels.highest,
                served=levels.served,
                content=content,
            )
        entries.append(Entry(pk, code, name, match, kind))
    return Catalogue(entries=entries, units=units)


def _find(question: Question) -> list[tuple[Any, ...]]:
    """Return the rows that a question finds, each in the order of _COLUMNS."""
    findable = Procedure.objects.findable()
    if not question.words:
        return _values(search.matching(findable, question))
    book = open_book()
    if ranked := ranking.rank(question, book):
        return [tuple(row[column] for column in _COLUMNS) for row in ranked]
    # Words that everything holds, or a catalogue of which no index has been written.
    found = _values(search.matching(findable, question))
    return found if found or not book.is_empty else _values(search.alike(findable, question))


_COLUMNS: Final = (
    "pk", "code", "name", "field__slug", "field__name", "field__sort_key", "tiers",
    "subjects", "content_level", "paid_level", "found",
)  # fmt: skip


def _values(procedures: QuerySet[Procedure]) -> list[tuple[Any, ...]]:
    known = procedures.annotate(found=F("match"), subjects=F("current_revision__subjects"))
    return list(known.values_list(*_COLUMNS))


def _rows(
    entries: list[Entry],
    question: Question,
    filters: Filters,
    catalogue: Catalogue,
    *,
    on: date,
) -> list[Row]:
    cases = {case.revision.procedure_id: case for case in _default_cases(entries)}
    rows = []
    for entry in entries:
        here = [
            one
            for one in entry.kind.served
            if not filters.agency or one.agency.key == filters.agency
        ]
        level = entry.kind.level(filters)
        case = cases.get(entry.pk)
        if case is None:
            rows.append(_listed_row(entry, question))
        else:
            rows.append(_row(entry, case, question, here, catalogue.units, level=level, on=on))
    return rows


def _default_cases(entries: Iterable[Entry]) -> list[Any]:
    """Return the default case of each procedure's published revision (one query)."""
    ids = [entry.pk for entry in entries]
    if not ids:
        return []
    times = ProcessingTime.objects.filter(case=OuterRef("pk")).values(
        json=JSONObject(channel="channel", amount="amount", unit="unit", cut_off="cut_off")
    )
    fees = FeeRule.objects.filter(case=OuterRef("pk")).order_by("position", "pk")
    papers = Paper.objects.filter(revision=OuterRef("revision")).values(
        json=JSONObject(source="source", is_mandatory="is_mandatory", case_keys="case_keys")
    )
    return list(
        Case.objects.filter(
            revision__procedure__in=ids, revision__procedure__current_revision=F("revision")
        )
        .select_related("revision")
        .only(*_SHOWN)
        .annotate(
            given_times=ArraySubquery(times),
            given_papers=ArraySubquery(papers),
            given_fees=ArraySubquery(fees.values(json=JSONObject(**_FEE_FIELDS))),
            has_forms=Exists(PrintableForm.objects.filter(revision=OuterRef("revision"))),
        )
        .order_by("revision_id", "-is_default", "position")
        .distinct("revision_id")
    )


# What a list shows of a content: its long texts stay in the database.
_SHOWN: Final = (
    "key", "revision__procedure_id", "revision__name", "revision__everyday_name",
    "revision__summary", "revision__agency_text", "revision__keywords",
)  # fmt: skip
_FEE_FIELDS: Final = {
    name: name
    for name in (
        "key", "name", "kind", "status", "amount_vnd", "unit", "asks_quantity", "channels",
        "text", "ground", "exemptions", "tiers", "cap_vnd", "valid_from", "valid_until",
        "local_decision",
    )
}  # fmt: skip


def _fee(given: Mapping[str, Any]) -> FeeRule:
    days = {name: parse_date(given[name] or "") for name in ("valid_from", "valid_until")}
    return FeeRule(**{**given, **days})


def _row(
    entry: Entry,
    case: Any,
    question: Question,
    here: list[Served],
    units: Units,
    *,
    level: int,
    on: date,
) -> Row:
    revision: Revision = case.revision
    times = {given["channel"]: _time(given) for given in case.given_times}
    channel = filing_channel(times, level=level)
    # The offer that gives the level shown, so that place and level tell of the same desk.
    offering = next((one for one in here if one.level == level), None)
    desk = units.desk_of(offering) if offering and len(here) == 1 else None
    given = times.get(channel)
    return Row(
        code=entry.code,
        title=revision.everyday_name or short_name(revision.name),
        official=short_name(revision.name) if revision.everyday_name else "",
        summary=revision.summary,
        agency=here[0].agency.name
        if len(here) == 1
        else Truncator(revision.agency_text).chars(NAME_LENGTH),
        level=level,
        level_words=level_words(level, desk=desk.name if desk else ""),
        action=action_of(level, has_forms=case.has_forms),
        papers=facts.papers_fact(
            [Paper(**given_paper) for given_paper in case.given_papers],
            case_key=case.key,
            channel=channel,
        ),
        time=Fact(facts.time_words(given), facts.cut_off_words(given)),
        fee=facts.fee_fact(map(_fee, case.given_fees), channel=channel, on=on),
        place=facts.place_fact(
            channel=channel,
            desk=desk.name if desk else "",
            returns=offering.offer.returns if offering else (),
            presence="",
        ),
        why=why_found(question, Match(entry.match), revision, field=entry.kind.field_name),
        is_listed_only=False,
    )


def _listed_row(entry: Entry, question: Question) -> Row:
    unknown = Fact(_("Hỏi tại quầy"))
    return Row(
        code=entry.code,
        title=short_name(entry.name),
        official="",
        summary="",
        agency="",
        level=0,
        level_words=level_words(0),
        action=action_of(0, has_forms=False),
        papers=unknown,
        time=unknown,
        fee=unknown,
        place=unknown,
        why="" if question.is_empty else _("Khớp với tên thủ tục"),
        is_listed_only=True,
    )


def short_name(name: str) -> str:
    """Return an official name for a list: the longest lose what stands in their brackets."""
    if len(name) > NAME_LENGTH:
        name = re.sub(r" \([^)]*\)?", "", name)
    return Truncator(name).chars(NAME_LENGTH)


def level_words(level: int, *, desk: str = "") -> str:
    """Say a level in words; with a desk's name where the rest is done there."""
    if level == 0:
        return _("Thông tin chưa đầy đủ, hỏi tại quầy")
    if level == 3 and desk:
        return _("Nộp trực tuyến, nộp phí và nhận kết quả tại %s") % desk
    return str(LEVEL_WORDS[level])


def action_of(level: int, *, has_forms: bool) -> str:
    """Return what the one button of a level does: "file", "forms" or "counter"."""
    if level >= 3:
        return "file"
    return "forms" if level == 2 and has_forms else "counter"


def filing_channel(times: Mapping[str, object], *, level: int) -> str:
    """Return the channel whose time and fee are told first: online where it can be."""
    if level >= 3 and FilingChannel.ONLINE in times:
        return FilingChannel.ONLINE
    for channel in (FilingChannel.COUNTER, FilingChannel.POST):
        if channel in times:
            return channel
    return FilingChannel.COUNTER


def _time(given: Mapping[str, Any]) -> ProcessingTime:
    cut_off = given["cut_off"]
    return ProcessingTime(
        channel=given["channel"],
        amount=given["amount"],
        unit=given["unit"],
        cut_off=time.fromisoformat(cut_off) if cut_off else None,
    )
