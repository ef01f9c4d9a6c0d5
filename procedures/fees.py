"""What a case costs through one channel: lines from fee rules, quantities and exemptions."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from procedures.enums import FeeStatus
from procedures.models import FeeRule


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One sum: `amount_vnd` is None while undetermined, 0 when free or exempt."""

    fee_key: str
    name: str
    kind: str
    quantity: int
    unit_amount_vnd: int | None
    amount_vnd: int | None
    ground: str
    exemption_key: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compute_lines(
    rules: Iterable[FeeRule],
    *,
    channel: str,
    on: date,
    quantities: Mapping[str, int] | None = None,
    exemptions: Mapping[str, str] | None = None,
) -> list[FeeLine]:
    """
    Return the lines of the rules in force on a day for one filing channel.

    `quantities` maps fee keys to numbers of copies or pages, none of them meaning that none are
    wanted and no line arises, one where a number is not given; `exemptions` maps to the key of the
    category that the citizen claims; a category that the rule does not know exempts nobody.
    """
    lines = []
    for rule in rules:
        if channel not in rule.channels or not _is_in_force(rule, on):
            continue
        quantity = (quantities or {}).get(rule.key, 1) if rule.asks_quantity else 1
        if quantity < 1:
            continue
        claimed = (exemptions or {}).get(rule.key, "")
        known = {exemption["key"] for exemption in rule.exemptions}
        exemption = claimed if claimed in known else ""
        percent = reduction_of(rule, channel)
        amount = _amount(rule, quantity, percent=percent)
        lines.append(
            FeeLine(
                fee_key=rule.key,
                name=rule.name,
                kind=rule.kind,
                quantity=quantity,
                unit_amount_vnd=_reduced(rule.amount_vnd, percent),
                amount_vnd=0 if exemption else amount,
                ground=rule.local_decision or rule.ground,
                exemption_key=exemption,
            )
        )
    return lines


def reduction_of(rule: FeeRule, channel: str) -> int:
    """Return how many hundredths less a filing channel pays, 0 for the full amount."""
    return next((int(one["percent"]) for one in rule.reductions if one["channel"] == channel), 0)


def total(lines: Iterable[FeeLine]) -> int | None:
    """Return the sum in đồng, None as long as one line is undetermined."""
    amounts = [line.amount_vnd for line in lines]
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None


def _is_in_force(rule: FeeRule, on: date) -> bool:
    has_begun = rule.valid_from is None or rule.valid_from <= on
    return has_begun and (rule.valid_until is None or on <= rule.valid_until)


def _reduced(amount: int | None, percent: int) -> int | None:
    return None if amount is None else _less(amount, percent)


def _less(amount: int, percent: int) -> int:
    # Whole đồng, half of one given to who pays: nobody pays more than the rule says.
    return amount - (amount * percent + 50) // 100


def _amount(rule: FeeRule, quantity: int, *, percent: int) -> int | None:
    if rule.status == FeeStatus.UNDETERMINED:
        return None
    if rule.status == FeeStatus.FREE or rule.amount_vnd is None:
        return 0
    # Steps such as "2.000 đồng a page, 1.000 from the third": each unit at the price of its place.
    steps = sorted(rule.tiers, key=lambda step: int(step["from"]))
    amount = 0
    for place in range(1, quantity + 1):
        reached = [step for step in steps if int(step["from"]) <= place]
        price = int(reached[-1]["amount_vnd"]) if reached else rule.amount_vnd
        amount += _less(price, percent)
    cap = _reduced(rule.cap_vnd, percent)
    return min(amount, cap) if cap else amount
