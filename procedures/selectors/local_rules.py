"""The editors' page of a procedure's local rules: in force, to come, ended, without effect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.enums import Tier
from accounts.models import Unit
from portal.core.dates import format_short_day
from portal.core.money import format_vnd
from procedures import facts, overrides
from procedures.enums import FeeStatus, ProcedureState
from procedures.models import Case, FeeRule, LocalRule, Procedure, ProcessingTime
from procedures.naming import name_place
from procedures.policies import Reach

Choices = list[tuple[str, str]]
# Between the parts of what a choice stands for; no key has it.
APART = "|"


@dataclass(frozen=True, slots=True)
class LocalRow:
    id: int
    place: str
    about: str
    # The national content in words, "" where it has no such thing any more.
    national: str
    local: str
    decision: str
    days: str
    added: str
    can_end: bool
    # Where and by which decision, for another rule that the same decision brings.
    same_decision: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LocalPage:
    procedure: Procedure
    current: tuple[LocalRow, ...]
    coming: tuple[LocalRow, ...]
    unmatched: tuple[LocalRow, ...]
    ended: tuple[LocalRow, ...]
    # What a rule may be about and where it may hold, for the forms.
    places: Choices
    fees: Choices
    times: Choices

    @property
    def rows(self) -> tuple[LocalRow, ...]:
        return (*self.current, *self.coming, *self.unmatched, *self.ended)


def get_local_page(code: str, *, reach: Reach, on: date) -> LocalPage:
    """
    Return the local rules of a procedure as far as somebody reaches, with what may be added.

    :raises NoSuchProcedure: if no procedure has this code.
    """
    procedure = Procedure.objects.with_code(code)
    cases: list[Case] = []
    if procedure.state == ProcedureState.PUBLISHED and procedure.current_revision_id:
        found = Case.objects.filter(revision=procedure.current_revision_id)
        cases = list(found.prefetch_related("times", "fees"))
    current, coming, unmatched, ended = [], [], [], []
    rules = procedure.local_rules.select_related("unit", "added_by", "ended_by")
    for rule in rules.order_by("-valid_from", "pk"):
        if not reach.covers(rule.unit_id) and (rule.unit_id or rule.tier not in reach.tiers):
            # Of its own tier everybody sees what is decided for all.
            continue
        row = _row(rule, cases, can_end=reach.covers(rule.unit_id))
        if rule.valid_until is not None and rule.valid_until < max(on, rule.valid_from):
            ended.append(row)
        elif not overrides.still_matches(rule, cases):
            unmatched.append(row)
        elif rule.valid_from > on:
            coming.append(row)
        else:
            current.append(row)
    return LocalPage(
        procedure=procedure,
        current=tuple(current),
        coming=tuple(coming),
        unmatched=tuple(unmatched),
        ended=tuple(ended),
        places=_places(reach, on=on),
        fees=[
            (f"{case.key}{APART}{fee.key}", _about(case, cases, fee.name, facts.price_words(fee)))
            for case in cases
            for fee in case.fees.all()
        ],
        times=[
            (
                f"{case.key}{APART}{given.channel}",
                _about(
                    case,
                    cases,
                    str(facts.CHANNEL_NAMES[given.channel]),
                    facts.time_words(given).lower(),
                ),
            )
            for case in cases
            for given in case.times.all()
        ],
    )


def _places(reach: Reach, *, on: date) -> Choices:
    agencies = Unit.objects.agencies().in_force(on=on).filter(parent__isnull=False)
    mine = [one for one in agencies.order_by("name") if reach.covers(one.pk)]
    tiers = list(Tier) if reach.everywhere else []
    return [
        *((f"tier{APART}{tier}", name_place(None, tier)) for tier in tiers),
        *((f"unit{APART}{one.key}", one.name) for one in mine),
    ]


def _row(rule: LocalRule, cases: Sequence[Case], *, can_end: bool) -> LocalRow:
    case = next((one for one in cases if one.key == rule.case_key), None)
    fee: FeeRule | None = None
    given: ProcessingTime | None = None
    if case is not None:
        fee = next((one for one in case.fees.all() if one.key == rule.fee_key), None)
        given = next((one for one in case.times.all() if one.channel == rule.channel), None)
    if rule.fee_key:
        what = fee.name if fee else rule.fee_key
        national = facts.price_words(fee) if fee else ""
        local = _("không thu")
        if rule.fee_status == FeeStatus.AMOUNT and rule.amount_vnd:
            local = format_vnd(rule.amount_vnd)
    else:
        what = str(facts.CHANNEL_NAMES[rule.channel])
        national = facts.time_words(given) if given else ""
        local = facts.time_words(ProcessingTime(unit=rule.time_unit, amount=rule.time_amount))
    about = _about(case, cases, what) if case else f"{rule.case_key}: {what}"
    days = _("từ %s") % format_short_day(rule.valid_from)
    if rule.valid_until is not None:
        until = format_short_day(rule.valid_until)
        never = rule.valid_until < rule.valid_from
        days = _("rút lại trước khi áp dụng") if never else _("%s đến hết %s") % (days, until)
    return LocalRow(
        id=rule.pk,
        place=name_place(rule.unit, rule.tier),
        about=about,
        national=national,
        local=local,
        decision=overrides.decision_of(rule),
        days=days,
        added=rule.added_by.full_name,
        can_end=can_end,
        same_decision={
            "place": f"unit{APART}{rule.unit.key}" if rule.unit else f"tier{APART}{rule.tier}",
            "decision_number": rule.decision_number,
            "decision_date": rule.decision_date,
            "annex": rule.annex,
            "valid_from": rule.valid_from,
            "valid_until": rule.valid_until,
        },
    )


def _about(case: Case, cases: Sequence[Case], what: str, national: str = "") -> str:
    """Name a fee or a way of filing, with its case where there are several."""
    named = f"{case.name}: {what}" if len(cases) > 1 else what
    return f"{named} ({national})" if national else named
