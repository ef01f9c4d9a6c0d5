"""The page of one procedure: facts, papers, fees, places for a case, a channel and an agency."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.enums import Tier
from portal.core.dates import format_moment, local_day
from procedures import facts
from procedures.enums import FeeStatus, FilingChannel, ProcedureState, ServiceMode
from procedures.facts import Fact
from procedures.models import (
    PrintableForm,
    Procedure,
    Revision,
)
from procedures.naming import short_name
from procedures.selectors.by_hand import ByHand, get_by_hand
from procedures.selectors.detail_rows import (
    AgencyRow,
    FeeRow,
    FormRow,
    PaperRow,
    Papers,
    TimeRow,
    agency_row,
    fee_rows,
    form_row,
    level_line,
    paper_rows,
    time_rows,
)
from procedures.selectors.published import (
    ListedPage,
    Published,
    default_case,
    load_draft,
    load_published,
    ready_moment,
)
from procedures.selectors.result_rows import action_of, filing_channel
from procedures.selectors.serving import (
    Content,
    Served,
)


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    name: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader chose in the address; "" where nothing."""

    case: str = ""
    channel: str = ""
    agency: str = ""


@dataclass(frozen=True, slots=True)
class ProcedurePage:
    code: str
    title: str
    official: str
    summary: str
    field_name: str
    field_slug: str
    tiers: str
    # "file" | "forms" | "counter": what the one button does.
    action: str
    # How to file on paper, where that is the way here; None where it is filed online.
    by_hand: ByHand | None
    level: int
    level_line: str
    cases: tuple[Choice, ...]
    case: Choice
    channels: tuple[Choice, ...]
    channel: Choice
    choices: tuple[Choice, ...]
    agency: AgencyRow | None
    # The reader chose the agency; otherwise it stands for the others.
    is_agency_asked: bool
    papers_fact: Fact
    time_fact: Fact
    fee_fact: Fact
    place_fact: Fact
    ready: str
    # The filing that the date is promised for.
    filed: str
    papers: Papers
    # Those whose official words say more than the plain name.
    official_papers: tuple[PaperRow, ...]
    forms: tuple[FormRow, ...]
    times: tuple[TimeRow, ...]
    fees: tuple[FeeRow, ...]
    has_fee_to_pay: bool
    # The notes of all times, each once.
    time_notes: tuple[str, ...]
    others: tuple[AgencyRow, ...]
    # The one form to download, "" when there are none or several.
    form_key: str
    # The level as decisions call it.
    level_name: str
    revision: Revision
    fee_moment: StrOrPromise
    returns: str


def get_procedure_page(*, code: str, asked: Asked, at: datetime) -> ProcedurePage | ListedPage:
    """
    Return the public page of a procedure.

    An answer that the procedure does not know falls back to its default.

    :raises NoSuchProcedure: if no procedure has this code.
    :raises ProcedureRepealed: if it is no longer in force.
    """
    loaded = load_published(code, on=local_day(at))
    return loaded if isinstance(loaded, ListedPage) else _page(loaded, asked=asked, at=at)


def get_preview_page(
    revision: Revision, *, content: Content, asked: Asked, at: datetime
) -> ProcedurePage:
    """
    Return the public page as a revision would have it; see load_draft.

    :raises NothingToShow: if it has no case yet.
    """
    return _page(load_draft(revision, content=content, on=local_day(at)), asked=asked, at=at)


def _page(loaded: Published, *, asked: Asked, at: datetime) -> ProcedurePage:
    on = local_day(at)
    cases, revision, procedure = loaded.cases, loaded.revision, loaded.procedure
    papers, forms, units, served = loaded.papers, loaded.forms, loaded.units, loaded.served
    chosen = _chosen_agency(served, asked.agency)
    level = chosen.level if chosen else 0
    case = next((one for one in cases if one.key == asked.case), default_case(cases))
    terms = loaded.terms(case, chosen)
    times = {given.channel: given for given in terms.times}
    channel = asked.channel if asked.channel in times else filing_channel(times, level=level)
    desk = agency_row(chosen, units, level_words="", is_chosen=True) if chosen else None
    given = times.get(channel)
    ready = ready_moment(chosen, given, units, at=at)
    lines = [
        level_line(
            one,
            units,
            revision,
            has_forms=bool(forms),
            takes_post=FilingChannel.POST in times,
        )
        for one in served
    ]
    agencies = tuple(
        agency_row(one, units, level_words=line, is_chosen=one is chosen)
        for one, line in zip(served, lines, strict=True)
    )
    action = action_of(level, has_forms=bool(forms))
    on_paper = action != "file" or channel != FilingChannel.ONLINE
    listed = paper_rows(papers, forms, case=case, channel=channel)
    return ProcedurePage(
        code=procedure.code,
        title=revision.everyday_name or short_name(revision.name),
        official=revision.name,
        summary=revision.summary,
        field_name=procedure.field.name,
        field_slug=procedure.field.slug,
        tiers=", ".join(str(label) for label in _tier_labels(procedure)),
        action=action,
        by_hand=get_by_hand(loaded, case, chosen, asked_channel=channel, on=on)
        if on_paper
        else None,
        level=level,
        level_line=next((row.level_words for row in agencies if row.is_chosen), ""),
        cases=tuple(Choice(key=one.key, name=one.name, hint=one.hint) for one in cases),
        case=Choice(key=case.key, name=case.name, hint=case.hint),
        channels=tuple(Choice(key=one, name=str(facts.CHANNEL_NAMES[one])) for one in times),
        channel=Choice(key=channel, name=str(facts.CHANNEL_NAMES[channel])),
        choices=tuple(Choice(key=one.agency.key, name=one.agency.name) for one in served),
        agency=next((row for row in agencies if row.is_chosen), None),
        is_agency_asked=chosen is not None and chosen.agency.key == asked.agency,
        papers_fact=facts.papers_fact(
            papers, case_key=case.key, channel=channel, presence=revision.presence_required
        ),
        time_fact=Fact(facts.time_words(given), facts.cut_off_words(given)),
        fee_fact=facts.fee_fact(terms.fees, channel=channel, on=on),
        place_fact=facts.place_fact(
            channel=channel,
            desk=desk.desk if desk else "",
            returns=chosen.offer.returns if chosen else (),
            presence=_("phải có mặt khi làm thủ tục") if revision.presence_required else "",
        ),
        ready=format_moment(ready.due.at) if ready else "",
        filed=ready.filed if ready else "",
        papers=listed,
        official_papers=tuple(
            row for row in (*listed.must, *listed.sometimes, *listed.shown) if row.official
        ),
        forms=tuple(form_row(form) for form in forms),
        times=tuple(time_rows(times.values())),
        has_fee_to_pay=any(rule.status != FeeStatus.FREE for rule in terms.fees),
        fees=tuple(fee_rows(terms.fees, channels=list(times), on=on)),
        time_notes=tuple(dict.fromkeys(one.note for one in times.values() if one.note)),
        others=tuple(row for row in agencies if not row.is_chosen),
        form_key=forms[0].key if len(forms) == 1 else "",
        level_name=_level_name(chosen),
        revision=revision,
        fee_moment=revision.get_fee_moment_display(),
        returns=facts.return_words(chosen.offer.returns) if chosen else "",
    )


def get_form(*, code: str, key: str) -> PrintableForm:
    """
    Return a form of the published revision of a procedure.

    :raises PrintableForm.DoesNotExist: if there is none of that key, or the procedure is repealed.
    """
    return PrintableForm.objects.get(
        key=key,
        revision__procedure__code=code,
        revision__procedure__state=ProcedureState.PUBLISHED,
        revision__procedure__current_revision=F("revision"),
    )


def _chosen_agency(served: list[Served], key: str) -> Served | None:
    return next((one for one in served if one.agency.key == key), served[0] if served else None)


def _tier_labels(procedure: Procedure) -> list[StrOrPromise]:
    return [Tier(tier).label for tier in procedure.tiers]


def _level_name(chosen: Served | None) -> str:
    """Return the level as decisions call it, with the mode that it bears out."""
    if chosen is None or chosen.level == 0:
        return _("Chưa cung cấp trực tuyến")
    if chosen.level < 3:
        return _("Mức độ %d (cung cấp thông tin trực tuyến)") % chosen.level
    is_full = chosen.level == 4 and chosen.offer.service_mode == ServiceMode.FULL
    mode = ServiceMode.FULL if is_full else ServiceMode.PARTIAL
    return _("Mức độ %(level)d (dịch vụ công trực tuyến %(mode)s)") % {
        "level": chosen.level,
        "mode": mode.label,
    }
