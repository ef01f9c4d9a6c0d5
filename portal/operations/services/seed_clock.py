"""
When the moves of the demonstration's histories happened: in office hours, before now, in order.

Staff work on the agency's calendar; citizens also file and answer in the evening.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from portal.core import calendars
from portal.core.calendars import WorkCalendar
from portal.core.dates import LOCAL_ZONE, to_local
from portal.operations.services.seed_stories import Move, Story

_DAY: Final = timedelta(days=1)
# A citizen who files during office hours does so this long before the desk looks at it.
_FILED_BEFORE: Final = 95
_EVENING: Final = time(19, 0)
_EVENING_MINUTES: Final = 160


class NoRoom(ValueError):
    """A history would reach into the future."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """When a dossier was handed in, and when each move of its history happened."""

    submitted_at: datetime
    moves: tuple[datetime, ...]


def timeline(story: Story, *, calendar: WorkCalendar, now: datetime) -> Timeline:
    """
    Return the moments of a history that was last touched as the story says, seen from `now`.

    :raises NoRoom: if its moves would not all lie before `now`.
    """
    now = to_local(now).replace(second=0, microsecond=0)
    moments = _moments(story, calendar, now)
    if story.nights_ago:
        submitted = evening(now.date() - _DAY * story.nights_ago, story.number)
    elif moments:
        submitted = _submission(story, moments[0], calendar)
    else:
        submitted = _anchor(story, calendar, now)
    if max(submitted, *moments, submitted) > now:
        raise NoRoom(story.number)
    return Timeline(submitted, moments)


def working_moment_before(moment: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """Return the office moment that lies `minutes` office minutes before `moment`."""
    left = minutes
    day = moment.date()
    while True:
        if calendar.is_working_day(day):
            for opens, closes in reversed(calendar.office_hours):
                first, last = _at(day, opens), min(_at(day, closes), moment)
                available = int((last - first) / timedelta(minutes=1))
                if available > left:
                    return last - timedelta(minutes=left)
                left -= max(available, 0)
        day = calendar.previous_working_day(day)


def evening(day: date, number: int) -> datetime:
    """Return a moment of the evening of `day`, another one for each story."""
    return _at(day, _EVENING) + timedelta(minutes=number * 37 % _EVENING_MINUTES)


def _moments(story: Story, calendar: WorkCalendar, now: datetime) -> tuple[datetime, ...]:
    if not story.moves:
        return ()
    walk = _backwards if story.minutes_ago else _forwards
    return walk(story.moves, story, calendar, now)


def _anchor(story: Story, calendar: WorkCalendar, now: datetime) -> datetime:
    if story.minutes_ago:
        return working_moment_before(now, story.minutes_ago, calendar)
    day = now.date()
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    for _ in range(story.days_ago):
        day = calendar.previous_working_day(day)
    return _at(day, story.clock)


def _backwards(
    moves: Sequence[Move], story: Story, calendar: WorkCalendar, now: datetime
) -> tuple[datetime, ...]:
    found: list[datetime] = []
    cursor, gap = now, story.minutes_ago
    for move in reversed(moves):
        if move.in_evening:
            cursor = evening(cursor.date() - _DAY, story.number)
        else:
            cursor = working_moment_before(cursor, gap, calendar)
        found.append(cursor)
        gap = move.minutes
    return tuple(reversed(found))


def _forwards(
    moves: Sequence[Move], story: Story, calendar: WorkCalendar, now: datetime
) -> tuple[datetime, ...]:
    cursor = _anchor(story, calendar, now)
    found = [cursor]
    for move in moves[1:]:
        if move.in_evening:
            cursor = evening(cursor.date() + _DAY, story.number)
        else:
            cursor = calendars.shift(cursor, move.minutes, calendar).at
        found.append(cursor)
    return tuple(found)


def _submission(story: Story, first: datetime, calendar: WorkCalendar) -> datetime:
    if story.number % 2:
        return evening(first.date() - _DAY, story.number)
    return working_moment_before(first, _FILED_BEFORE, calendar)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=LOCAL_ZONE)
