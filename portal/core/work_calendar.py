"""The calendar of one agency: which days it works, and in which sessions of the day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Final

# Far longer than any closure of an agency: beyond it the calendar itself is wrong.
SEARCH_DAYS: Final = 400
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


class NoWorkingDay(ValueError):
    """The calendar has no working day within `SEARCH_DAYS` of the day."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """
    When an agency works: sessions of a day, days off by name, make-up days by name.

    Saturday and Sunday are off unless made up. Reception on a Saturday is not working time, so it
    does not appear here.
    """

    office_hours: tuple[tuple[time, time], ...]
    days_off: Mapping[date, str] = field(default_factory=dict)
    make_up: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.office_hours:
            raise ValueError("office_hours: a calendar needs at least one session")
        previous = time.min
        for number, (opens, closes) in enumerate(self.office_hours):
            if not opens < closes or (number and opens <= previous):
                raise ValueError(f"office_hours: sessions out of order at {opens}-{closes}")
            if any(t.second or t.microsecond or t.tzinfo for t in (opens, closes)):
                raise ValueError(f"office_hours: whole local minutes only, not {opens}-{closes}")
            previous = closes
        both = sorted(self.days_off.keys() & self.make_up.keys())
        if both:
            raise ValueError(f"make_up: {both[0].isoformat()} is a day off as well")

    @property
    def opening(self) -> time:
        return self.office_hours[0][0]

    @property
    def closing(self) -> time:
        return self.office_hours[-1][1]

    @property
    def day_minutes(self) -> int:
        """Return how many minutes a full working day has."""
        return sum(_minutes(closes) - _minutes(opens) for opens, closes in self.office_hours)

    def is_working_day(self, day: date) -> bool:
        """Tell whether the agency works on `day`."""
        if day in self.make_up:
            return True
        return day.weekday() < _SATURDAY and day not in self.days_off

    def next_working_day(self, day: date) -> date:
        """
        Return the first working day after `day`.

        :raises NoWorkingDay: if none follows within `SEARCH_DAYS`.
        """
        return self._nearest(day, _DAY)

    def previous_working_day(self, day: date) -> date:
        """
        Return the last working day before `day`.

        :raises NoWorkingDay: if none precedes within `SEARCH_DAYS`.
        """
        return self._nearest(day, -_DAY)

    def _nearest(self, day: date, step: timedelta) -> date:
        start = day
        for _ in range(SEARCH_DAYS):
            day += step
            if self.is_working_day(day):
                return day
        raise NoWorkingDay(f"No working day within {SEARCH_DAYS} days of {start.isoformat()}")


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
