"""Fee rules from the source's rows; what is not certain is undetermined, never free."""

import re
from collections.abc import Iterable
from typing import Any, Final

from portal.core.text import fold
from procedures.enums import FeeKind, FeeStatus, FeeUnit, FilingChannel
from procedures.importing.cleaning import clean
from procedures.importing.findings import Finding, Kind
from procedures.importing.records import Row

LEAST_VND: Final = 1_000
MOST_VND: Final = 2_147_483_647
NAME_LENGTH: Final = 300
TEXT_LENGTH: Final = 5_000
_DONG: Final = frozenset({"", "vnd", "viet nam dong", "dong", "d"})
_KINDS: Final = {
    "FEE": FeeKind.SERVICE,
    "SERVICE_FEE": FeeKind.CHARGE,
    "PRICE_LEVEL": FeeKind.SERVICE,
}


def read_fees(methods: Iterable[tuple[str, Row]], found: list[Finding]) -> tuple[Row, ...]:
    """Return one rule per sum, with the channels that ask it, in the order of the source."""
    rules: dict[tuple[Any, ...], dict[str, Any]] = {}
    for channel, method in methods:
        for fee in method.get("fees") or []:
            rule = _rule(fee, found)
            if rule is None:
                continue
            known = rules.setdefault(tuple(rule.values()), {**rule, "channels": []})
            if channel not in known["channels"]:
                known["channels"].append(channel)
    listed = _without_empty_promises(list(rules.values()))
    return tuple(
        {**rule, "key": f"khoan-{number}", "position": number - 1}
        for number, rule in enumerate(listed, start=1)
    )


def _rule(fee: Row, found: list[Finding]) -> dict[str, Any] | None:
    text = clean(fee.get("text"), where="fees.text", found=found)
    value = fee.get("value")
    currency = fold(str(fee.get("currency") or ""))
    amount: int | None = None
    status = FeeStatus.UNDETERMINED
    if value is None and not text:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | None) or (value or 0) < 0:
        found.append(Finding(Kind.FEE_TEXT_ONLY, "fees", f"{value!r} {text}"))
        text = text or str(value)
    elif value is None:
        found.append(Finding(Kind.FEE_TEXT_ONLY, "fees", text))
    elif currency not in _DONG and value:
        found.append(Finding(Kind.FEE_OTHER_CURRENCY, "fees", f"{value} {fee.get('currency')}"))
        text = f"{value:g} {fee.get('currency')}. {text}".strip()
    elif value == 0 and text:
        found.append(Finding(Kind.FEE_ZERO_WITH_TEXT, "fees", text))
    elif value == 0:
        status = FeeStatus.FREE
    elif value < LEAST_VND or value > MOST_VND or value != int(value):
        found.append(Finding(Kind.FEE_TOO_SMALL, "fees", f"{value} {text}"))
        # What was written stays readable for whoever fixes the amount.
        text = f"{text} (nguồn ghi: {value:g} đồng)".strip()
    else:
        status, amount = FeeStatus.AMOUNT, int(value)
    kind = _kind(fee.get("type"), text)
    return {
        "name": _name(kind, text),
        "kind": kind,
        "status": status,
        "amount_vnd": amount,
        "unit": FeeUnit.OCCASION,
        "text": text[:TEXT_LENGTH],
    }


def _kind(written: object, text: str) -> FeeKind:
    known = _KINDS.get(str(written))
    if known is not None:
        return known
    return FeeKind.CHARGE if re.search(r"\ble phi\b", fold(text)) else FeeKind.SERVICE


def _name(kind: FeeKind, text: str) -> str:
    plain = "Lệ phí" if kind == FeeKind.CHARGE else "Phí"
    first = re.split(r"[\n:;.(]", text, maxsplit=1)[0].strip(" -+*")
    is_name = fold(first).startswith(("phi ", "le phi ", "gia ")) and len(first) <= NAME_LENGTH
    return first if is_name else plain


def _without_empty_promises(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Take "0 đồng" out of the channels for which another row names a sum or a text."""
    asked = {
        channel
        for rule in rules
        if rule["status"] != FeeStatus.FREE
        for channel in rule["channels"]
    }
    for rule in rules:
        if rule["status"] == FeeStatus.FREE:
            rule["channels"] = [one for one in rule["channels"] if one not in asked]
    order = list(FilingChannel.values)
    for rule in rules:
        rule["channels"].sort(key=order.index)
    return [rule for rule in rules if rule["channels"]]
