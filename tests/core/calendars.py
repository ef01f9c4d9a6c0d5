"""The calendar that the deadline tests reckon with: the national days, usual office hours."""

from datetime import datetime, time

from portal.core.calendars import WorkCalendar
from portal.core.dates import LOCAL_ZONE
from portal.core.holidays import national_calendar

NATIONAL = WorkCalendar(
    office_hours=((time(7, 30), time(11, 30)), (time(13, 0), time(17, 0))),
    days_off={day.on: day.name for day in national_calendar().days_off},
    make_up={day.on: day.name for day in national_calendar().make_up},
)


def local(text: str) -> datetime:
    """Read "2026-01-05 09:00" as a moment on Vietnamese clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL_ZONE)
