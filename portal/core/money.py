"""Amounts of đồng, in figures and in the words that receipts must carry."""

from typing import Final

MAX_IN_WORDS: Final = 10**15

_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
# What a last digit is called after "mươi" (20 to 99); elsewhere it keeps its own name.
_AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
_GROUPS: Final = ((1_000_000, "triệu"), (1_000, "nghìn"), (1, ""))


def format_vnd(amount: int) -> str:
    """Write an amount as pages show it: "125.000 đồng"."""
    return f"{amount:,} đồng".replace(",", ".")


def amount_in_words(amount: int) -> str:
    """
    Write an amount as receipts do: "Một trăm hai mươi lăm nghìn đồng".

    :raises ValueError: if `amount` is negative or above 10^15.
    """
    if not 0 <= amount <= MAX_IN_WORDS:
        raise ValueError(f"An amount that cannot be written in words: {amount}")
    words = " ".join(_number(amount)) or _DIGITS[0]
    return f"{words[0].upper()}{words[1:]} đồng"


def _number(number: int) -> list[str]:
    billions, rest = divmod(number, 1_000_000_000)
    words = [*_below_billion(billions, is_first=True), "tỷ"] if billions else []
    return words + _below_billion(rest, is_first=not billions)


def _below_billion(number: int, *, is_first: bool) -> list[str]:
    words: list[str] = []
    for size, name in _GROUPS:
        group = number // size % 1000
        if group:
            words += _below_thousand(group, is_first=is_first and not words)
            words += [name] if name else []
    return words


def _below_thousand(number: int, *, is_first: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    # Behind a larger group even an empty hundreds place is spoken: một triệu không trăm linh năm.
    words = [_DIGITS[hundreds], "trăm"] if hundreds or not is_first else []
    return words + _below_hundred(rest, follows=bool(words))


def _below_hundred(number: int, *, follows: bool) -> list[str]:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return _single(unit, follows=follows)
    words = ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if unit == 0:
        return words
    if tens == 1:
        return [*words, "lăm" if unit == 5 else _DIGITS[unit]]
    return [*words, _AFTER_TENS.get(unit, _DIGITS[unit])]


def _single(unit: int, *, follows: bool) -> list[str]:
    if unit == 0:
        return []
    if follows:
        return ["linh", "tư" if unit == 4 else _DIGITS[unit]]
    return [_DIGITS[unit]]
