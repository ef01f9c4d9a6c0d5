"""One procedure in a list: what it is called, its four facts, and what its one button does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Unit
from portal.core.text import sort_key
from procedures import facts, overrides
from procedures.enums import FilingChannel
from procedures.facts import Fact
from procedures.levels import LEVEL_WORDS, by_hand_words
from procedures.naming import NAME_LENGTH, short_name
from procedures.search import Match, Question
from procedures.selectors.filters import Entry, Filters
from procedures.selectors.finder_steps import AGENCY
from procedures.selectors.namesakes import Namesakes, describe
from procedures.selectors.reasons import why_found
from procedures.selectors.result_cases import ShownCase, load_cases
from procedures.selectors.serving import Served, Units


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
    # It only shares words with the question.
    is_far: bool
    is_listed_only: bool
    # The others of the same name: of whom, their code, and where each stands.
    namesakes: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row says that a procedure is filed, and at which level."""

    level: int
    # Whoever serves it where the list is narrowed to.
    here: tuple[Served, ...]
    # Whoever alone serves there: the row tells of that agency and no other.
    alone: Served | None
    # The offer that gives the level shown, so that place and level tell of the same desk.
    offering: Served | None
    desk: Unit | None
    # What an address says of the agency that the reader chose, "" for none.
    chosen: str


def build_rows(
    names: Sequence[Namesakes], question: Question, filters: Filters, units: Units, *, on: date
) -> list[Row]:
    """Return the rows of what was found, in its order (one query)."""
    cases = load_cases([name.first.pk for name in names], on=on)
    rows = []
    for name in names:
        entry = name.first
        if entry.pk in cases:
            place = _place(entry, filters, units)
            row = _row(entry, cases[entry.pk], question, place, on=on)
        else:
            row = _listed_row(entry, question)
        rows.append(replace(row, namesakes=_links(name.others)))
    return rows


def _links(entries: Sequence[Entry]) -> tuple[tuple[str, str, str], ...]:
    """Return the links to some procedures, whoever published them in the order of names."""
    links = (
        (describe(entry), entry.code, reverse("procedures:detail", args=[entry.code]))
        for entry in entries
    )
    return tuple(sorted(links, key=lambda link: (sort_key(link[0]), link[1])))


def _place(entry: Entry, filters: Filters, units: Units) -> _Place:
    level = entry.kind.level(filters)
    here = tuple(one for one in entry.kind.served if filters.agency in {"", one.agency.key})
    alone = here[0] if len(here) == 1 else None
    offering = next((one for one in here if one.level == level), None)
    desk = units.desk_of(offering) if offering and alone else None
    chosen = urlencode({AGENCY: filters.agency}) if filters.agency and alone else ""
    return _Place(level, here, alone, offering, desk, chosen)


def _row(entry: Entry, case: ShownCase, question: Question, place: _Place, *, on: date) -> Row:
    revision, alone, desk = case.revision, place.alone, place.desk
    agency = alone.agency if alone else None
    terms = overrides.apply(case.national, case.rules, case_key=case.key, agency=agency)
    times = {given.channel: given for given in terms.times}
    channel = filing_channel(times, level=place.level)
    given = times.get(channel)
    fee = facts.fee_fact(terms.fees, channel=channel, on=on)
    due = facts.in_force(terms.fees, channel=channel, on=on)
    local = _("theo quy định địa phương")
    fee_local = local if any(rule.key in terms.local_fees for rule in due) else ""
    url = reverse("procedures:detail", args=[entry.code])
    why = why_found(
        question,
        Match(entry.match),
        code=entry.code,
        names=[name for name in (revision.everyday_name, revision.name) if name],
        keywords=revision.keywords,
        field=entry.kind.field_name,
    )
    return Row(
        code=entry.code,
        url=f"{url}?{place.chosen}" if place.chosen else url,
        start_query=place.chosen,
        title=revision.everyday_name or short_name(revision.name),
        official=short_name(revision.name) if revision.everyday_name else "",
        summary=revision.summary,
        agency=agency.name if agency else Truncator(revision.agency_text).chars(NAME_LENGTH),
        level=place.level,
        level_words=_level_words(
            place, times, has_forms=case.has_forms, is_complete=entry.kind.content.unpaid > 0
        ),
        action=action_of(place.level, has_forms=case.has_forms),
        papers=facts.papers_fact(case.papers, case_key=case.key, channel=channel),
        time=Fact(facts.time_words(given), facts.cut_off_words(given)),
        fee=Fact(fee.text, "; ".join(filter(None, [fee.note, fee_local]))),
        time_local=local if channel in terms.grounds else "",
        fee_local=fee_local,
        place=facts.place_fact(
            channel=channel,
            desk=desk.name if desk else "",
            returns=place.offering.offer.returns if place.offering else (),
            presence="",
        ),
        why=why.words,
        is_far=why.is_far,
        is_listed_only=False,
    )


def _listed_row(entry: Entry, question: Question) -> Row:
    unknown = Fact(_("Hỏi tại quầy"))
    why = why_found(
        question,
        Match(entry.match),
        code=entry.code,
        names=[entry.name],
        field=entry.kind.field_name,
    )
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
        why=why.words,
        is_far=why.is_far,
        is_listed_only=True,
    )


def _level_words(
    place: _Place, times: Mapping[str, object], *, has_forms: bool, is_complete: bool
) -> str:
    """Say what a row's level means; never a form or a way that this procedure does not have."""
    if not place.here and is_complete:
        # All is told but where: no agency of this portal has taken it up.
        return _("Chưa nộp được qua cổng này, nộp tại quầy")
    level = place.level
    if level in {1, 2}:
        words = by_hand_words(
            has_forms=has_forms and level > 1, takes_post=FilingChannel.POST in times
        )
    else:
        words = level_words(level, desk=place.desk.name if place.desk else "")
    # The row tells of the highest; whoever goes elsewhere may find less.
    differs = len({one.level for one in place.here}) > 1
    return _("%s (tùy nơi nộp)") % words if differs else words


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
