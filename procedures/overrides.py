"""
What an agency asks and promises by local decision, in place of the national content.

The one place where local rules are applied: pages, the filing and the submission pass on what
`terms_at` returns. The nearest rule wins: the agency's own before that of its tier.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.models import Unit
from procedures.enums import TimeUnit
from procedures.facts import decision_words
from procedures.models import Case, FeeRule, LocalRule, ProcessingTime

# What the functions here read of a rule; who entered it is for the editors' pages.
_READ: Final = (
    "unit_id", "tier", "case_key", "fee_key", "fee_status", "amount_vnd", "channel", "time_unit",
    "time_amount", "decision_number", "decision_date", "annex",
)  # fmt: skip
# As the law counts them: a working day has eight hours.
_WORKING_HOURS: Final[Mapping[str, int]] = {TimeUnit.WORKING_DAYS: 8, TimeUnit.HOURS: 1}


@dataclass(frozen=True, slots=True)
class Terms:
    """
    The times and fees of a case at one agency.

    `grounds` are the local decisions on times by channel, `local_fees` the keys of the fees that
    local decisions set.
    """

    times: tuple[ProcessingTime, ...]
    fees: tuple[FeeRule, ...]
    grounds: Mapping[str, str] = field(default_factory=dict)
    local_fees: frozenset[str] = frozenset()


def terms_at(case: Case, rules: Iterable[LocalRule], *, agency: Unit | None) -> Terms:
    """
    Return what a case costs and how long it takes at an agency; the case itself stays as it is.

    A rule whose fee or channel the case does not have, or whose time is not shorter than the
    legal one, changes nothing. Steps and the highest amount of a fee give way to the local
    amount; who is exempt, and what a filing channel pays less in hundredths, stay.

    :param rules: those in force on the day, in any order.
    :param agency: where the dossier goes; None while nobody knows.
    """
    times, fees = tuple(case.times.all()), tuple(case.fees.all())
    return apply(Terms(times, fees), rules, case_key=case.key, agency=agency)


def apply(given: Terms, rules: Iterable[LocalRule], *, case_key: str, agency: Unit | None) -> Terms:
    """Return the national terms of a case as an agency has them; see `terms_at`."""
    times, fees = given.times, given.fees
    mine = [] if agency is None else [one for one in rules if one.case_key == case_key]
    near = [one for one in mine if agency and one.unit_id == agency.pk]
    near += [one for one in mine if agency and one.unit_id is None and one.tier == agency.tier]
    if not near:
        return given
    by_fee: dict[str, LocalRule] = {}
    by_channel: dict[str, LocalRule] = {}
    for rule in near:
        if rule.fee_key:
            by_fee.setdefault(rule.fee_key, rule)
        else:
            by_channel.setdefault(rule.channel, rule)
    shorter = {
        one.channel: by_channel[one.channel]
        for one in times
        if one.channel in by_channel and is_shorter(by_channel[one.channel], one)
    }
    return Terms(
        times=tuple(_timed(one, shorter.get(one.channel)) for one in times),
        fees=tuple(_charged(one, by_fee.get(one.key)) for one in fees),
        grounds={channel: decision_of(rule) for channel, rule in shorter.items()},
        local_fees=frozenset(one.key for one in fees if one.key in by_fee),
    )


def still_matches(rule: LocalRule, cases: Sequence[Case]) -> bool:
    """Tell whether the published content still has what a rule is about, and it changes it."""
    case = next((one for one in cases if one.key == rule.case_key), None)
    if case is None:
        return False
    if rule.fee_key:
        return any(fee.key == rule.fee_key for fee in case.fees.all())
    return any(
        given.channel == rule.channel and is_shorter(rule, given) for given in case.times.all()
    )


def is_shorter(rule: LocalRule, given: ProcessingTime) -> bool:
    """
    Tell whether a local time is certainly shorter than the legal one, which is a maximum.

    Where the law gives no time, any promise is. Calendar days are compared only with calendar
    days and with "on the same day": holidays decide how many working days they hold.
    """
    if given.unit == TimeUnit.NONE_GIVEN:
        return True
    if given.unit == TimeUnit.SAME_DAY:
        return False
    legal = given.amount or 0
    if rule.time_unit == TimeUnit.SAME_DAY:
        return given.unit != TimeUnit.HOURS or legal > _WORKING_HOURS[TimeUnit.WORKING_DAYS]
    local = rule.time_amount or 0
    if rule.time_unit == given.unit:
        return local < legal
    if {rule.time_unit, given.unit} <= set(_WORKING_HOURS):
        return local * _WORKING_HOURS[rule.time_unit] < legal * _WORKING_HOURS[given.unit]
    return False


def decision_of(rule: LocalRule) -> str:
    """Name the decision of a rule, with its annex."""
    return decision_words(rule.decision_number, rule.decision_date, rule.annex)


def row_shape() -> JSONObject:
    """Return what a subquery reads of each rule, for `from_row`."""
    return JSONObject(**{name: name for name in _READ})


def from_row(row: Mapping[str, Any]) -> LocalRule:
    """Make a rule, not for saving, of what `row_shape` reads."""
    return LocalRule(**{**row, "decision_date": date.fromisoformat(row["decision_date"])})


def _timed(given: ProcessingTime, rule: LocalRule | None) -> ProcessingTime:
    if rule is None:
        return given
    changed = copy.copy(given)
    changed.amount, changed.unit = rule.time_amount, rule.time_unit
    if rule.time_unit != TimeUnit.SAME_DAY:
        changed.cut_off = None
    ground = _("Thời hạn của địa phương theo %s.") % decision_of(rule)
    changed.note = f"{given.note} {ground}".strip()
    return changed


def _charged(fee: FeeRule, rule: LocalRule | None) -> FeeRule:
    if rule is None:
        return fee
    changed = copy.copy(fee)
    changed.status, changed.amount_vnd = rule.fee_status, rule.amount_vnd
    changed.tiers, changed.cap_vnd = [], None
    changed.local_decision = decision_of(rule)
    # What the national content says of its own amount is no word on the local one.
    changed.text = _("Quy định chung: %s") % fee.text if fee.text else ""
    return changed
