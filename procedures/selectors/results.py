"""The page of results: what was found, why, and the filters with counts; at most 6 queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Unit
from procedures import facts, overrides
from procedures.enums import FilingChannel
from procedures.facts import Fact
from procedures.levels import LEVEL_WORDS, by_hand_words
from procedures.models import (
    Case,
    FeeRule,
    Field,
    LocalRule,
    Paper,
    PrintableForm,
    ProcessingTime,
    Revision,
)
from procedures.naming import NAME_LENGTH, short_name
from procedures.overrides import Terms
from procedures.search import Match, Question, read_question
from procedures.selectors.filters import (
    Chosen,
    Entry,
    Facet,
    Filters,
    build_facets,
    list_chosen,
    write_pairs,
    write_url,
)
from procedures.selectors.finder_steps import AGENCY
from procedures.selectors.kinds import Catalogue, find, get_entries
from procedures.selectors.reasons import why_found
from procedures.selectors.serving import Served, Units

PAGE_SIZE: Final = 15
# A browsed list goes on longer, so that every service stays within three clicks of home.
BROWSE_SIZE: Final = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One procedure in the list; `official` is "" where the title already says it."""

    code: str
    # Its page, for the agency that is chosen here.
    url: str
    # What the filing is told of that choice, or "".
    start_query: str
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
    # Where local rules set them: "theo quy định địa phương", else "".
    time_local: str
    fee_local: str
    place: Fact
    why: str
    is_listed_only: bool


@dataclass(frozen=True, slots=True)
class Results:
    typed: str
    filters: Filters
    total: int
    # What the same question finds without any filter.
    total_unfiltered: int
    best: Row | None
    rows: tuple[Row, ...]
    page: Page[int]
    facets: tuple[Facet, ...]
    # A question that finds nothing, filtered or not, or only what looks alike.
    is_missed: bool
    # What the list is narrowed to, in words, for the heading.
    narrowed: str
    chosen: tuple[Chosen, ...]
    # The agency chosen, to be called where nothing is found.
    agency: Unit | None
    is_alike: bool
    # Name and value of each filter that is on, for the search box.
    kept: tuple[tuple[str, str], ...]
    # The address's parameters without the number of the page.
    query: str
    # The address of the same question without any filter.
    url_unfiltered: str


def get_results(*, question: Question, filters: Filters, page: str, on: date) -> Results:
    """Return one page of what a question and its filters find."""
    catalogue = find(question, on=on)
    left = [kind for kind in catalogue.kinds if kind.passes(filters)]
    size = BROWSE_SIZE if question.is_empty else PAGE_SIZE
    # Of places in the order: only the procedures of the page that is shown are read.
    shown = Paginator(range(catalogue.count(left)), size).get_page(page)
    first = (shown.number - 1) * size
    entries = catalogue.read(left, range(first, first + size))
    rows = _rows(entries, question, filters, catalogue.units, on=on)
    has_best = shown.number == 1 and _has_best(entries)
    agency_names = {unit.key: unit.name for unit in catalogue.units.agencies}
    facets = build_facets(
        catalogue.counts, filters, agency_names=agency_names, typed=question.typed
    )
    chosen = list_chosen(
        filters,
        field_name=_field_name(catalogue, filters),
        agency_names=agency_names,
        typed=question.typed,
    )
    return Results(
        typed=question.typed,
        filters=filters,
        total=shown.paginator.count,
        total_unfiltered=catalogue.total,
        best=rows[0] if has_best else None,
        rows=tuple(rows[1:] if has_best else rows),
        page=shown,
        facets=tuple(facets),
        is_missed=bool(question.words) and (not catalogue.total or catalogue.is_alike),
        narrowed=", ".join(one.label for one in chosen),
        chosen=tuple(chosen),
        agency=catalogue.agency(filters.agency),
        is_alike=catalogue.is_alike,
        kept=tuple(write_pairs(filters)),
        query=write_url(question.typed, filters).partition("?")[2],
        url_unfiltered=write_url(question.typed, Filters()),
    )


def _field_name(catalogue: Catalogue, filters: Filters) -> str:
    """Return the name of the field chosen, "" for none (one query, if nothing of it is found)."""
    if not filters.field:
        return ""
    found = (kind.field_name for kind in catalogue.kinds if kind.field == filters.field)
    named = Field.objects.filter(slug=filters.field).values_list("name", flat=True)
    return next(found, "") or named.first() or ""


def _has_best(entries: list[Entry]) -> bool:
    """Say whether the first answer stands out; of many that only share a word none does."""
    if not entries or entries[0].match == Match.ALL:
        return False
    first = entries[0].match
    # What looks alike comes nearest first already.
    return len(entries) == 1 or first in {Match.EXACT, Match.ALIKE} or first > entries[1].match


def get_rows(ids: Sequence[int], *, on: date) -> dict[int, Row]:
    """Return the rows of given procedures by id, as a list shows them (4 queries)."""
    entries, units = get_entries(ids, on=on)
    rows = _rows(entries, read_question(""), Filters(), units, on=on)
    return {entry.pk: row for entry, row in zip(entries, rows, strict=True)}


def _rows(
    entries: list[Entry],
    question: Question,
    filters: Filters,
    units: Units,
    *,
    on: date,
) -> list[Row]:
    cases = {case.revision.procedure_id: case for case in _default_cases(entries, on=on)}
    rows = []
    for entry in entries:
        case = cases.get(entry.pk)
        if case is None:
            rows.append(_listed_row(entry, question))
        else:
            rows.append(_row(entry, case, question, filters, units, on=on))
    return rows


def _default_cases(entries: Iterable[Entry], *, on: date) -> list[Any]:
    """Return the default case of each procedure's published revision (one query)."""
    ids = [entry.pk for entry in entries]
    return list(_shown_cases(on).filter(revision__procedure__in=ids)) if ids else []


@lru_cache(maxsize=2)
def _shown_cases(on: date) -> QuerySet[Any]:
    """Return the query that every list of a day asks; putting it together takes its time."""
    times = ProcessingTime.objects.filter(case=OuterRef("pk")).values(
        json=JSONObject(channel="channel", amount="amount", unit="unit", cut_off="cut_off")
    )
    fees = FeeRule.objects.filter(case=OuterRef("pk")).order_by("position", "pk")
    papers = Paper.objects.filter(revision=OuterRef("revision")).values(
        json=JSONObject(source="source", is_mandatory="is_mandatory", case_keys="case_keys")
    )
    rules = LocalRule.objects.in_force(on=on).filter(procedure=OuterRef("revision__procedure"))
    return (
        Case.objects.filter(revision__procedure__current_revision=F("revision"))
        .select_related("revision")
        .only(*_SHOWN)
        .annotate(
            given_times=ArraySubquery(times),
            given_papers=ArraySubquery(papers),
            given_fees=ArraySubquery(fees.values(json=JSONObject(**_FEE_FIELDS))),
            given_rules=ArraySubquery(rules.values(json=overrides.row_shape())),
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
        "text", "ground", "exemptions", "reductions", "tiers", "cap_vnd",
        "valid_from", "valid_until", "local_decision",
    )
}  # fmt: skip


def _fee(given: Mapping[str, Any]) -> FeeRule:
    days = {name: parse_date(given[name] or "") for name in ("valid_from", "valid_until")}
    return FeeRule(**{**given, **days})


def _row(
    entry: Entry,
    case: Any,
    question: Question,
    filters: Filters,
    units: Units,
    *,
    on: date,
) -> Row:
    revision: Revision = case.revision
    level = entry.kind.level(filters)
    here = [one for one in entry.kind.served if filters.agency in {"", one.agency.key}]
    # Whoever alone serves here: the row tells of that agency and no other.
    alone = here[0] if len(here) == 1 else None
    national = Terms(tuple(map(_time, case.given_times)), tuple(map(_fee, case.given_fees)))
    terms = overrides.apply(
        national,
        map(overrides.from_row, case.given_rules),
        case_key=case.key,
        agency=alone.agency if alone else None,
    )
    times = {given.channel: given for given in terms.times}
    channel = filing_channel(times, level=level)
    # The offer that gives the level shown, so that place and level tell of the same desk.
    offering = next((one for one in here if one.level == level), None)
    desk = units.desk_of(offering) if offering and alone else None
    given = times.get(channel)
    fee = facts.fee_fact(terms.fees, channel=channel, on=on)
    due = facts.in_force(terms.fees, channel=channel, on=on)
    local = _("theo quy định địa phương")
    fee_local = local if any(rule.key in terms.local_fees for rule in due) else ""
    url = reverse("procedures:detail", args=[entry.code])
    chosen = urlencode({AGENCY: filters.agency}) if filters.agency and alone else ""
    return Row(
        code=entry.code,
        url=f"{url}?{chosen}" if chosen else url,
        start_query=chosen,
        title=revision.everyday_name or short_name(revision.name),
        official=short_name(revision.name) if revision.everyday_name else "",
        summary=revision.summary,
        agency=alone.agency.name if alone else Truncator(revision.agency_text).chars(NAME_LENGTH),
        level=level,
        level_words=_level_words(level, here, times, desk=desk, has_forms=case.has_forms),
        action=action_of(level, has_forms=case.has_forms),
        papers=facts.papers_fact(
            [Paper(**given_paper) for given_paper in case.given_papers],
            case_key=case.key,
            channel=channel,
        ),
        time=Fact(facts.time_words(given), facts.cut_off_words(given)),
        fee=Fact(fee.text, "; ".join(filter(None, [fee.note, fee_local]))),
        time_local=local if channel in terms.grounds else "",
        fee_local=fee_local,
        place=facts.place_fact(
            channel=channel,
            desk=desk.name if desk else "",
            returns=offering.offer.returns if offering else (),
            presence="",
        ),
        why=why_found(
            question,
            Match(entry.match),
            code=entry.code,
            names=[name for name in (revision.everyday_name, revision.name) if name],
            keywords=revision.keywords,
            field=entry.kind.field_name,
        ),
        is_listed_only=False,
    )


def _listed_row(entry: Entry, question: Question) -> Row:
    unknown = Fact(_("Hỏi tại quầy"))
    return Row(
        code=entry.code,
        url=reverse("procedures:detail", args=[entry.code]),
        start_query="",
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
        time_local="",
        fee_local="",
        place=unknown,
        why=why_found(
            question,
            Match(entry.match),
            code=entry.code,
            names=[entry.name],
            field=entry.kind.field_name,
        ),
        is_listed_only=True,
    )


def _level_words(
    level: int,
    here: Sequence[Served],
    times: Mapping[str, object],
    *,
    desk: Unit | None,
    has_forms: bool,
) -> str:
    """Say what a row's level means; never a form or a way that this procedure does not have."""
    if level in {1, 2}:
        words = by_hand_words(
            has_forms=has_forms and level > 1, takes_post=FilingChannel.POST in times
        )
    else:
        words = level_words(level, desk=desk.name if desk else "")
    # The row tells of the highest; whoever goes elsewhere may find less.
    return _("%s (tùy nơi nộp)") % words if len({one.level for one in here}) > 1 else words


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
