"""Processing times per channel; a unit that is none of ours means that none is given."""

from collections.abc import Iterable
from typing import Any, Final

from procedures.enums import TimeUnit
from procedures.importing.cleaning import clean
from procedures.importing.findings import Finding, Kind
from procedures.importing.records import Row

NOTE_LENGTH: Final = 500
_HOURS_A_DAY: Final = 8
_DAYS_A_MONTH: Final = 30
_MOST: Final = 32_767
_UNITS: Final = {
    "WORKING_DAY": TimeUnit.WORKING_DAYS,
    "DAY": TimeUnit.CALENDAR_DAYS,
    "HOUR": TimeUnit.HOURS,
    "MONTH": TimeUnit.CALENDAR_DAYS,
}


def read_times(methods: Iterable[tuple[str, Row]], found: list[Finding]) -> tuple[Row, ...]:
    """Return one time per channel; several that differ are told, and none of them is promised."""
    by_channel: dict[str, list[tuple[int | None, str]]] = {}
    notes: dict[str, list[str]] = {}
    for channel, method in methods:
        given = _time(method, found)
        if given not in by_channel.setdefault(channel, []):
            by_channel[channel].append(given)
        note = clean(method.get("note"), where="methods.note", found=found)
        if note:
            notes.setdefault(channel, []).append(note)
    return tuple(
        _row(channel, times, "\n".join(dict.fromkeys(notes.get(channel, ()))), found)
        for channel, times in by_channel.items()
    )


def _row(
    channel: str, times: list[tuple[int | None, str]], note: str, found: list[Finding]
) -> dict[str, Any]:
    amount, unit = times[0]
    if len(times) > 1:
        words = "; ".join(_words(*one) for one in times)
        found.append(Finding(Kind.TIMES_DIFFER, channel, words))
        amount, unit = None, TimeUnit.NONE_GIVEN
        note = f"{words}. {note}".strip()
    # The whole note stands among the ways of filing as well.
    short = note if len(note) <= NOTE_LENGTH else f"{note[: NOTE_LENGTH - 1]}…"
    return {"channel": channel, "amount": amount, "unit": unit, "note": short}


def _time(method: Row, found: list[Finding]) -> tuple[int | None, str]:
    value, written = method.get("time_value"), method.get("time_unit")
    nothing = (None, TimeUnit.NONE_GIVEN)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        found.append(Finding(Kind.TIME_NOT_GIVEN, "methods"))
        return nothing
    unit = _UNITS.get(str(written))
    if unit is None:
        found.append(Finding(Kind.TIME_UNIT_OTHER, "methods", f"{value} {written}"))
        return nothing
    if written == "MONTH":
        found.append(Finding(Kind.TIME_CONVERTED, "methods", f"{value} tháng"))
        value *= _DAYS_A_MONTH
    elif value != int(value) and unit == TimeUnit.WORKING_DAYS:
        found.append(Finding(Kind.TIME_CONVERTED, "methods", f"{value} ngày làm việc"))
        value, unit = value * _HOURS_A_DAY, TimeUnit.HOURS
    if value != int(value) or value > _MOST:
        found.append(Finding(Kind.TIME_UNIT_OTHER, "methods", f"{value} {written}"))
        return nothing
    return int(value), unit


def _words(amount: int | None, unit: str) -> str:
    return f"{amount or ''} {TimeUnit(unit).label}".strip()
