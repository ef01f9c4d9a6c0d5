"""The national days off and make-up working days that a new agency's calendar starts from."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("holidays.json")


@dataclass(frozen=True, slots=True)
class NationalDay:
    """A day of the national calendar; one not yet decided is only what the rule would give."""

    on: date
    name: str
    is_decided: bool


@dataclass(frozen=True, slots=True)
class NationalCalendar:
    """Seed rows: agencies keep, correct and add to their own copies."""

    days_off: tuple[NationalDay, ...]
    make_up: tuple[NationalDay, ...]


@cache
def national_calendar() -> NationalCalendar:
    """Return the national days that ship with the portal."""
    data = json.loads(_FILE.read_text(encoding="utf-8"))
    return NationalCalendar(days_off=_days(data["days_off"]), make_up=_days(data["make_up"]))


def _days(rows: list[dict[str, str | bool]]) -> tuple[NationalDay, ...]:
    return tuple(
        NationalDay(
            on=date.fromisoformat(str(row["date"])),
            name=str(row["name"]),
            is_decided=bool(row["decided"]),
        )
        for row in rows
    )
