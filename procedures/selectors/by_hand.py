"""How to file on paper, at the counter or by post: the steps, and the cover sheet to print."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django_stubs_ext import StrOrPromise

from portal.core.dates import local_day
from procedures import facts
from procedures.cover import CoverText, NotACover, format_cover
from procedures.enums import FilingChannel, PaperSource
from procedures.facts import Fact
from procedures.models import Case, Paper
from procedures.naming import short_name
from procedures.selectors.detail_rows import AgencyRow, agency_row
from procedures.selectors.finder_steps import AGENCY, CASE
from procedures.selectors.published import ListedPage, Published, default_case, load_published
from procedures.selectors.serving import Served


@dataclass(frozen=True, slots=True)
class ByHand:
    """The way of paper; by post only where the procedure has a time for it."""

    desk: AgencyRow | None
    agency_text: str
    takes_post: bool
    # A statement is asked for, but there is no form of it to download.
    asks_form: bool
    sets: int
    fee: Fact
    fee_moment: StrOrPromise
    time: str
    returns: str
    cover_query: str


@dataclass(frozen=True, slots=True)
class CoverPaper:
    name: str
    originals: int
    copies: int
    # "" for what everybody hands in.
    condition: str


@dataclass(frozen=True, slots=True)
class Cover:
    """What a cover sheet prints; no personal data, that is written by hand."""

    code: str
    title: str
    official: str
    case_name: str
    desk: AgencyRow | None
    agency_text: str
    takes_post: bool
    sets: int
    must: tuple[CoverPaper, ...]
    sometimes: tuple[CoverPaper, ...]
    fee: Fact
    # "" where the codes cannot be told by a QR code.
    qr_text: str
    detail_query: str


def get_by_hand(
    loaded: Published, case: Case, served: Served | None, *, asked_channel: str, on: date
) -> ByHand:
    """Put together how one case is filed on paper at whoever serves it (no query)."""
    terms = loaded.terms(case, served)
    times = {one.channel: one for one in terms.times}
    channel = _paper_channel(set(times), asked=asked_channel)
    desk = agency_row(served, loaded.units, level_words="", is_chosen=True) if served else None
    revision = loaded.revision
    return ByHand(
        desk=desk,
        agency_text=revision.agency_text,
        takes_post=FilingChannel.POST in times,
        asks_form=not loaded.forms
        and any(
            one.source == PaperSource.EFORM for one in loaded.papers if one.applies_to(case.key)
        ),
        sets=revision.dossier_sets,
        fee=facts.fee_fact(terms.fees, channel=channel, on=on),
        fee_moment=revision.get_fee_moment_display(),
        time=facts.time_words(times.get(channel)),
        returns=facts.return_words(served.offer.returns) if served else "",
        cover_query=cover_query(case, served),
    )


def cover_query(case: Case, served: Served | None) -> str:
    """Return the choices in the address of a cover sheet."""
    return urlencode({CASE: case.key, **({AGENCY: served.agency.key} if served else {})})


def get_cover(*, code: str, case_key: str, agency_key: str, at: datetime) -> Cover | ListedPage:
    """
    Return the cover sheet of a procedure; an unknown case or agency falls back to the first.

    :raises NoSuchProcedure, ProcedureRepealed: as load_published.
    """
    on = local_day(at)
    loaded = load_published(code, on=on)
    if isinstance(loaded, ListedPage):
        return loaded
    case = next((one for one in loaded.cases if one.key == case_key), default_case(loaded.cases))
    first = loaded.served[0] if loaded.served else None
    served = next((one for one in loaded.served if one.agency.key == agency_key), first)
    terms, revision = loaded.terms(case, served), loaded.revision
    channels = {one.channel for one in terms.times}
    channel = _paper_channel(channels, asked="")
    papers = [one for one in loaded.papers if one.applies_to(case.key)]
    return Cover(
        code=loaded.procedure.code,
        title=revision.everyday_name or short_name(revision.name),
        official=revision.name,
        case_name=case.name if len(loaded.cases) > 1 else "",
        desk=agency_row(served, loaded.units, level_words="", is_chosen=True) if served else None,
        agency_text=revision.agency_text,
        takes_post=FilingChannel.POST in channels,
        sets=revision.dossier_sets,
        must=tuple(_row(one) for one in papers if one.is_mandatory),
        sometimes=tuple(_row(one) for one in papers if not one.is_mandatory),
        fee=facts.fee_fact(terms.fees, channel=channel, on=on),
        qr_text=_qr_text(loaded, case, served),
        detail_query=cover_query(case, served),
    )


def _paper_channel(channels: set[str], *, asked: str) -> str:
    """Return the channel whose fee and time are told: the asked one, else the counter."""
    if asked in {FilingChannel.COUNTER, FilingChannel.POST}:
        return asked
    only_post = FilingChannel.POST in channels and FilingChannel.COUNTER not in channels
    return FilingChannel.POST if only_post else FilingChannel.COUNTER


def _row(paper: Paper) -> CoverPaper:
    return CoverPaper(str(paper), paper.originals, paper.copies, paper.condition)


def _qr_text(loaded: Published, case: Case, served: Served | None) -> str:
    agency = (served.agency.code or "") if served else ""
    try:
        return format_cover(CoverText(loaded.procedure.code, agency, case.key))
    except NotACover:
        return ""
