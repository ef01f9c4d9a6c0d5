"""The finder's answer: papers, copies, fee, days, place and the date if filed now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.core.calendar_notes import explain
from portal.core.dates import format_moment, local_day
from portal.core.money import format_vnd
from procedures import facts, fees
from procedures.enums import FeeUnit, FilingChannel
from procedures.fees import FeeLine
from procedures.models import Case, FeeRule
from procedures.naming import short_name
from procedures.selectors.by_hand import cover_query
from procedures.selectors.detail_rows import (
    AgencyRow,
    FormRow,
    Papers,
    agency_row,
    form_row,
    paper_rows,
)
from procedures.selectors.finder_steps import Answered
from procedures.selectors.published import Published, ready_moment
from procedures.selectors.result_rows import action_of
from procedures.selectors.serving import Served


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the questions asked for."""

    case: Case
    channel: str
    exemption: str
    quantities: Mapping[str, int]
    served: Served | None
    # The address of the same answers filed online, "" where that is no choice.
    other_channel: str


@dataclass(frozen=True, slots=True)
class FeeAnswer:
    name: str
    # How the amount came about: "3 bản × 8.000 đồng", "miễn: người khuyết tật".
    how: str
    amount: str
    ground: str
    text: str


@dataclass(frozen=True, slots=True)
class FinderAnswer:
    code: str
    title: str
    answered: tuple[Answered, ...]
    has_cases: bool
    case_name: str
    case_hint: str
    channel: str
    channel_name: str
    papers: Papers
    must_come: bool
    # What shows that no fee is due, to be brought as well.
    proofs: tuple[str, ...]
    forms: tuple[FormRow, ...]
    sets: int
    fees: tuple[FeeAnswer, ...]
    total: str
    is_undetermined: bool
    has_fee_to_pay: bool
    fee_moment: StrOrPromise
    time: str
    time_notes: tuple[str, ...]
    ready: str
    filed: str
    why: tuple[str, ...]
    agency: AgencyRow | None
    returns: str
    presence_note: str
    # "file" | "forms" | "counter": what the one button does.
    action: str
    start_query: str
    other_channel: str
    # The choices of the cover sheet, "" when filed online.
    cover_query: str
    form_key: str


def make_answer(
    loaded: Published, found: Situation, *, answered: tuple[Answered, ...], at: datetime
) -> FinderAnswer:
    """Put the answer together (one query, for the calendar of who decides)."""
    revision, case, served = loaded.revision, found.case, found.served
    terms = loaded.terms(case, served)
    given = next((one for one in terms.times if one.channel == found.channel), None)
    ready = ready_moment(served, given, loaded.units, at=at)
    rules = {rule.key: rule for rule in terms.fees}
    lines = fees.compute_lines(
        rules.values(),
        channel=found.channel,
        on=local_day(at),
        quantities=found.quantities,
        exemptions=dict.fromkeys(rules, found.exemption),
    )
    agency = agency_row(served, loaded.units, level_words="", is_chosen=True) if served else None
    return FinderAnswer(
        code=loaded.procedure.code,
        title=revision.everyday_name or short_name(revision.name),
        answered=answered,
        has_cases=len(loaded.cases) > 1,
        case_name=case.name,
        case_hint=case.hint,
        channel=found.channel,
        channel_name=str(facts.CHANNEL_NAMES[found.channel]),
        papers=paper_rows(loaded.papers, loaded.forms, case=case, channel=found.channel),
        must_come=revision.presence_required,
        proofs=_proofs(rules, lines),
        forms=() if found.channel == FilingChannel.ONLINE else tuple(map(form_row, loaded.forms)),
        sets=revision.dossier_sets,
        fees=tuple(_fee(rules[line.fee_key], line, channel=found.channel) for line in lines),
        total=_total(lines),
        is_undetermined=fees.total(lines) is None,
        has_fee_to_pay=bool(lines) and fees.total(lines) != 0,
        fee_moment=revision.get_fee_moment_display(),
        time=facts.time_words(given),
        time_notes=tuple(filter(None, [facts.cut_off_words(given), given.note if given else ""])),
        ready=format_moment(ready.due.at) if ready else "",
        filed=ready.filed if ready else "",
        why=tuple(explain(ready.due.notes)) if ready else (),
        agency=agency,
        returns=facts.return_words(served.offer.returns) if served else "",
        presence_note=revision.presence_note,
        action=_action(loaded, found),
        start_query=_start_query(loaded, found),
        other_channel=found.other_channel,
        cover_query="" if found.channel == FilingChannel.ONLINE else cover_query(case, served),
        form_key=loaded.forms[0].key if len(loaded.forms) == 1 else "",
    )


def _action(loaded: Published, found: Situation) -> str:
    """Say what to do next: who files by hand is helped to do just that."""
    level = found.served.level if found.served else 0
    if found.channel == FilingChannel.ONLINE:
        return action_of(level, has_forms=bool(loaded.forms))
    return "forms" if loaded.forms else "counter"


def _start_query(loaded: Published, found: Situation) -> str:
    """Hand the answers on to the filing, as far as they were questions at all."""
    chosen = {}
    if len(loaded.cases) > 1:
        chosen["truong_hop"] = found.case.key
    if found.served and len(loaded.served) > 1:
        chosen["co_quan"] = found.served.agency.key
    return urlencode(chosen)


def _fee(rule: FeeRule, line: FeeLine, *, channel: str) -> FeeAnswer:
    how = ""
    if line.exemption_key:
        how = _("được miễn: %(name)s") % {"name": _exemption(rule, line.exemption_key)["name"]}
    elif rule.asks_quantity and line.amount_vnd is not None:
        unit = facts.FEE_UNITS[rule.unit] if rule.unit == FeeUnit.OCCASION else ""
        words = unit or rule.get_unit_display()
        how = _("%(number)d %(unit)s; %(price)s") % {
            "number": line.quantity,
            "unit": words,
            "price": facts.amount_words(rule),
        }
    elif percent := fees.reduction_of(rule, channel):
        how = _("đã giảm %(percent)d%% vì nộp %(channel)s") % {
            "percent": percent,
            "channel": str(facts.CHANNEL_NAMES[channel]).lower(),
        }
    return FeeAnswer(line.name, how, _amount(line.amount_vnd), line.ground, rule.text)


def _amount(amount_vnd: int | None) -> str:
    if amount_vnd is None:
        return _("Chưa xác định")
    return format_vnd(amount_vnd) if amount_vnd else _("Không thu")


def _total(lines: list[FeeLine]) -> str:
    if not lines:
        return _("Không quy định mức thu")
    total = fees.total(lines)
    if total is None:
        return _("Chưa xác định")
    return format_vnd(total) if total else _("Không mất phí")


def _proofs(rules: Mapping[str, FeeRule], lines: list[FeeLine]) -> tuple[str, ...]:
    proofs = (
        _exemption(rules[line.fee_key], line.exemption_key).get("proof", "")
        for line in lines
        if line.exemption_key
    )
    return tuple(dict.fromkeys(proof for proof in proofs if proof))


def _exemption(rule: FeeRule, key: str) -> dict[str, str]:
    found: dict[str, str] = next(one for one in rule.exemptions if one["key"] == key)
    return found
