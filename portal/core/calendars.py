"""
Working time: due dates computed on an agency's calendar, each with its explanation.

Everything is counted in whole minutes of Vietnamese clocks, as slips print them.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from portal.core.calendar_notes import (
    Computed,
    Note,
    NoteKind,
    explain,
    notes_from_json,
    notes_to_json,
)
from portal.core.dates import LOCAL_ZONE, to_local
from portal.core.work_calendar import NoWorkingDay, WorkCalendar

__all__ = [
    "Computed",
    "NoWorkingDay",
    "Note",
    "NoteKind",
    "WorkCalendar",
    "add_calendar_days",
    "add_working_days",
    "add_working_hours",
    "explain",
    "extended",
    "is_working_moment",
    "notes_from_json",
    "notes_to_json",
    "same_day",
    "shift",
    "working_days_left",
    "working_minutes_between",
]

MAX_DAYS: Final = 3_650
MAX_MINUTES: Final = MAX_DAYS * 24 * 60
_YEARS: Final = range(1990, 2200)
_DAY: Final = timedelta(days=1)


def add_working_days(start: datetime, days: int, calendar: WorkCalendar) -> Computed:
    """
    Return the same clock time `days` working days later.

    :raises ValueError: if an argument is silly or the calendar has no working day in reach.
    """
    _require_count("days", days, MAX_DAYS)
    received, counted, notes = _begin(start, calendar)
    day = counted.date()
    for _ in range(days):
        day = calendar.next_working_day(day)
    notes.append(Note(NoteKind.WORKING_DAYS, {"days": days}))
    return _finish(received, _at(day, counted.time()), notes, calendar)


def add_working_hours(start: datetime, hours: int, calendar: WorkCalendar) -> Computed:
    """
    Return the moment at which `hours` hours of office time have passed.

    :raises ValueError: if an argument is silly or the calendar has no working day in reach.
    """
    _require_count("hours", hours, MAX_MINUTES // 60)
    received, counted, notes = _begin(start, calendar)
    notes.append(Note(NoteKind.WORKING_HOURS, {"hours": hours}))
    return _finish(received, _advance(counted, hours * 60, calendar), notes, calendar)


def add_calendar_days(start: datetime, days: int, calendar: WorkCalendar) -> Computed:
    """
    Return the same clock time `days` days later, moved on to a working day.

    :raises ValueError: if an argument is silly or the calendar has no working day in reach.
    """
    _require_count("days", days, MAX_DAYS)
    __, counted, notes = _begin(start, calendar)
    landed = counted.date() + timedelta(days=days)
    notes.append(Note(NoteKind.CALENDAR_DAYS, {"days": days}))
    day = landed
    if not calendar.is_working_day(landed):
        day = calendar.next_working_day(landed)
        notes.append(Note(NoteKind.ROLLED, {"landed": landed.isoformat(), "to": day.isoformat()}))
        notes += _days_off(landed, day, calendar)
    if day in calendar.make_up:
        notes.append(_make_up(day, calendar))
    return _show(_at(day, counted.time()), notes, calendar)


def same_day(start: datetime, calendar: WorkCalendar, cut_off: time) -> Computed:
    """
    Return the closing of the working day of receipt, or of the next one after `cut_off`.

    The minute of the cut-off itself is still in time.

    :raises ValueError: if an argument is silly or the calendar has no working day in reach.
    """
    if cut_off.tzinfo or cut_off < calendar.opening:
        raise ValueError(f"cut_off: nobody can come in by {cut_off}, before office hours")
    received, counted, notes = _begin(start, calendar)
    notes.append(Note(NoteKind.SAME_DAY, {"cut_off": f"{cut_off:%H:%M}"}))
    day = counted.date()
    # At the very closing no work can follow on that day, wherever the cut-off was put.
    if counted.time() > cut_off or counted.time() >= calendar.closing:
        notes.append(Note(NoteKind.AFTER_CUT_OFF, {"cut_off": f"{cut_off:%H:%M}"}))
        day = calendar.next_working_day(day)
    return _finish(received, _at(day, calendar.closing), notes, calendar)


def shift(due: datetime, minutes: int, calendar: WorkCalendar) -> Computed:
    """
    Return `due` moved on by the working minutes of a pause; no minutes leave it as it is.

    :raises ValueError: if an argument is silly or the calendar has no working day in reach.
    """
    _require_count("minutes", minutes, MAX_MINUTES, least=0)
    before = _checked("due", due)
    if minutes == 0:
        return Computed(before, ())
    paused: dict[str, str | int] = {
        "minutes": minutes,
        "due_before": before.isoformat(),
        "day_minutes": calendar.day_minutes,
    }
    notes = [Note(NoteKind.PAUSED, paused)]
    return _finish(before, _advance(before, minutes, calendar), notes, calendar)


def extended(due: datetime, to: datetime, *, number: int) -> Computed:
    """
    Return `to`, which people set instead of `due`, the `number`-th time they did.

    :raises ValueError: if `to` is not later.
    """
    before, after = _checked("due", due), _checked("to", to)
    if after <= before:
        raise ValueError(f"to: {after.isoformat()} is not after {before.isoformat()}")
    params: dict[str, str | int] = {
        "before": before.isoformat(),
        "to": after.isoformat(),
        "number": number,
    }
    due_note = Note(NoteKind.DUE, {"at": after.isoformat()})
    return Computed(after, (Note(NoteKind.EXTENDED, params), due_note))


def is_working_moment(moment: datetime, calendar: WorkCalendar) -> bool:
    """Tell whether the agency is open for work at `moment`, its closing minute included."""
    local = _checked("moment", moment)
    return any(opens < local <= closes for opens, closes in _sessions(local.date(), calendar))


def working_minutes_between(a: datetime, b: datetime, calendar: WorkCalendar) -> int:
    """
    Count the office minutes from `a` to `b`.

    :raises ValueError: if `b` is before `a`.
    """
    a, b = _checked("a", a), _checked("b", b)
    if b < a:
        raise ValueError(f"b: {b.isoformat()} is before {a.isoformat()}")
    total = 0
    day = a.date()
    while day <= b.date():
        for opens, closes in _sessions(day, calendar):
            total += max(0, _span(max(a, opens), min(b, closes)))
        day += _DAY
    return total


def working_days_left(at: datetime, due: datetime, calendar: WorkCalendar) -> int:
    """Count the working days from the day of `at` to that of `due`; negative once it is past."""
    today, last = _checked("at", at).date(), _checked("due", due).date()
    sign, first, until = (1, today, last) if today <= last else (-1, last, today)
    days = (first + timedelta(days=n) for n in range(1, (until - first).days + 1))
    return sign * sum(calendar.is_working_day(day) for day in days)


def _begin(start: datetime, calendar: WorkCalendar) -> tuple[datetime, datetime, list[Note]]:
    """Return the moment of receipt, the working moment that counting starts at, their notes."""
    received = _checked("start", start)
    notes = [Note(NoteKind.RECEIVED, {"at": received.isoformat()})]
    counted, reason = _next_working_moment(received, calendar)
    if reason:
        name = calendar.days_off.get(received.date(), "") if reason == "holiday" else ""
        params = {"at": counted.isoformat(), "reason": reason, "name": name}
        notes.append(Note(NoteKind.COUNTED_FROM, params))
    return received, counted, notes


def _next_working_moment(moment: datetime, calendar: WorkCalendar) -> tuple[datetime, str]:
    day, clock = moment.date(), moment.time()
    if calendar.is_working_day(day):
        for opens, closes in calendar.office_hours:
            if clock < opens:
                is_early = opens == calendar.opening
                return _at(day, opens), "before_opening" if is_early else "between_sessions"
            if clock <= closes:
                return moment, ""
        reason = "after_closing"
    else:
        reason = "holiday" if day in calendar.days_off else "weekend"
    return _at(calendar.next_working_day(day), calendar.opening), reason


def _advance(moment: datetime, minutes: int, calendar: WorkCalendar) -> datetime:
    """Return the earliest moment by which `minutes` office minutes have passed."""
    day = moment.date()
    if not calendar.is_working_day(day):
        day = calendar.next_working_day(day)
    while True:
        for opens, closes in _sessions(day, calendar):
            begins = max(moment, opens)
            available = max(0, _span(begins, closes))
            if minutes <= available:
                return begins + timedelta(minutes=minutes)
            minutes -= available
        day = calendar.next_working_day(day)


def _finish(
    since: datetime, landed: datetime, notes: list[Note], calendar: WorkCalendar
) -> Computed:
    """Note the days off and made up on the way from `since`, and show the landing."""
    computed = _show(landed, [], calendar)
    last = computed.at.date()
    notes += _days_off(since.date() + _DAY, last, calendar)
    notes += [_make_up(d, calendar) for d in sorted(calendar.make_up) if since.date() <= d <= last]
    return Computed(computed.at, (*notes, *computed.notes))


def _show(landed: datetime, notes: list[Note], calendar: WorkCalendar) -> Computed:
    """Show a moment at opening time as the previous closing: nobody can be served before it."""
    at = landed
    if landed.time() == calendar.opening:
        at = _at(calendar.previous_working_day(landed.date()), calendar.closing)
        params = {"landed": landed.isoformat(), "shown": at.isoformat()}
        notes.append(Note(NoteKind.OPENING, params))
    return Computed(at, (*notes, Note(NoteKind.DUE, {"at": at.isoformat()})))


def _days_off(first: date, until: date, calendar: WorkCalendar) -> list[Note]:
    """Note the days off from `first` to before `until`: weekends by number, holidays by name."""
    days = [first + timedelta(days=n) for n in range((until - first).days)]
    off = [day for day in days if not calendar.is_working_day(day)]
    named = [day for day in off if day in calendar.days_off]
    notes = [
        Note(NoteKind.HOLIDAY, {"date": day.isoformat(), "name": calendar.days_off[day]})
        for day in named
    ]
    weekend = len(off) - len(named)
    return [Note(NoteKind.WEEKEND, {"days": weekend}), *notes] if weekend else notes


def _make_up(day: date, calendar: WorkCalendar) -> Note:
    return Note(NoteKind.MAKE_UP, {"date": day.isoformat(), "name": calendar.make_up[day]})


def _sessions(day: date, calendar: WorkCalendar) -> Iterator[tuple[datetime, datetime]]:
    if calendar.is_working_day(day):
        for opens, closes in calendar.office_hours:
            yield _at(day, opens), _at(day, closes)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=LOCAL_ZONE)


def _span(a: datetime, b: datetime) -> int:
    return int((b - a) // timedelta(minutes=1))


def _checked(name: str, moment: datetime) -> datetime:
    """Return `moment` on local clocks, to the minute that slips print."""
    if moment.year not in _YEARS:
        raise ValueError(f"{name}: {moment.isoformat()} is outside {_YEARS[0]}-{_YEARS[-1]}")
    return to_local(moment).replace(second=0, microsecond=0)


def _require_count(name: str, count: int, most: int, *, least: int = 1) -> None:
    # bool is an int to Python, and True days is a mistake of the caller.
    if type(count) is not int or not least <= count <= most:
        raise ValueError(f"{name}: {count!r} is not a whole number from {least} to {most}")
