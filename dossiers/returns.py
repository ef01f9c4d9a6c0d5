"""How the result comes and what the filing costs: one check for the page and the submission."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from procedures import fees
from procedures.enums import FilingChannel, ResultDelivery
from procedures.models import FeeRule

MAX_QUANTITY: Final = 100
MAX_ADDRESS: Final = 300


@dataclass(frozen=True, slots=True)
class CheckedReturn:
    """`method` is "" and `lines` are those of the valid part while `errors` has entries."""

    method: str
    address: str
    lines: list[fees.FeeLine]
    errors: dict[str, str]


def asked_rules(rules: Iterable[FeeRule], *, on: date) -> list[FeeRule]:
    """Return the fee rules that hold for filing online on a day."""
    return [
        rule
        for rule in rules
        if FilingChannel.ONLINE in rule.channels
        and (rule.valid_from is None or rule.valid_from <= on)
        and (rule.valid_until is None or on <= rule.valid_until)
    ]


def check_return(
    *,
    method: str,
    address: str,
    quantities: Mapping[str, Any],
    exemptions: Mapping[str, str],
    offered: Sequence[str],
    rules: Sequence[FeeRule],
    today: date,
) -> CheckedReturn:
    """
    Check the way of return and the quantities; compute the lines of what is to be paid.

    Errors are keyed "method", "address" and "quantity_<fee key>".
    """
    errors: dict[str, str] = {}
    if method not in offered:
        errors["method"] = _("Chọn cách nhận kết quả.")
    if method == ResultDelivery.POST and not address.strip():
        errors["address"] = _("Nhập địa chỉ để bưu chính chuyển kết quả đến.")
    if len(address) > MAX_ADDRESS:
        errors["address"] = _("Rút gọn còn tối đa %(limit)d ký tự.") % {"limit": MAX_ADDRESS}
    asked = asked_rules(rules, on=today)
    counted: dict[str, int] = {}
    for rule in asked:
        if rule.asks_quantity:
            number = whole_number(quantities.get(rule.key, ""))
            if number is None or not 0 <= number <= MAX_QUANTITY:
                errors[f"quantity_{rule.key}"] = _(
                    "Nhập một số từ 0 đến %(limit)d bằng chữ số; không cần thì nhập 0."
                ) % {"limit": MAX_QUANTITY}
            else:
                counted[rule.key] = number
    lines = fees.compute_lines(
        [rule for rule in asked if not rule.asks_quantity or rule.key in counted],
        channel=FilingChannel.ONLINE,
        on=today,
        quantities=counted,
        exemptions=exemptions,
    )
    kept = address.strip() if method == ResultDelivery.POST else ""
    return CheckedReturn("" if "method" in errors else method, kept, lines, errors)


def whole_number(typed: object) -> int | None:
    """Return the number that was typed in plain digits, or None."""
    text = str(typed).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
