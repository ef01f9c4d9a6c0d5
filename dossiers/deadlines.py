"""Deadlines of a dossier: the 8 working hours for the first answer, and the promised date."""

from datetime import datetime, time, timedelta
from typing import Any

from accounts.models import Unit
from accounts.selectors import get_work_calendar
from dossiers.models import Dossier
from portal.core import calendars
from portal.core.calendars import Computed, WorkCalendar
from portal.core.dates import to_local
from procedures.enums import TimeUnit
from procedures.models import ProcessingTime

# Law: Decree 45/2020, an online dossier is answered within 8 working hours.
ANSWER_HOURS = 8
# What the citizen has to pay a fee that stops the work; after it a person may end the dossier.
PAYMENT_DAYS = 15


def answer_due(*, agency: Unit, at: datetime) -> Computed:
    """Return by when the desk must accept, refuse or ask, for a dossier handed in `at`."""
    return calendars.add_working_hours(at, ANSWER_HOURS, get_work_calendar(agency))


def promised(dossier: Dossier, *, at: datetime) -> Computed | None:
    """
    Return the due date of a dossier accepted `at`, from the time pinned at submission.

    None when the catalogue gives no time: such a dossier is due "theo từng trường hợp".
    """
    return compute(
        dossier.offer_snapshot["time"], at=at, calendar=get_work_calendar(dossier.deciding_unit)
    )


def compute(given: dict[str, Any], *, at: datetime, calendar: WorkCalendar) -> Computed | None:
    """Return the moment that a pinned processing time {"amount", "unit", "cut_off"} leads to."""
    amount = given.get("amount") or 0
    match TimeUnit(given["unit"]):
        case TimeUnit.WORKING_DAYS:
            return calendars.add_working_days(at, amount, calendar)
        case TimeUnit.CALENDAR_DAYS:
            return calendars.add_calendar_days(at, amount, calendar)
        case TimeUnit.HOURS:
            return calendars.add_working_hours(at, amount, calendar)
        case TimeUnit.SAME_DAY:
            cut_off = given.get("cut_off")
            last = time.fromisoformat(cut_off) if cut_off else calendar.closing
            return calendars.same_day(at, calendar, last)
        case TimeUnit.NONE_GIVEN:
            return None


def pin(given: ProcessingTime | None) -> dict[str, Any]:
    """Return a processing time in the shape that a dossier keeps."""
    if given is None:
        return {"amount": None, "unit": TimeUnit.NONE_GIVEN, "cut_off": None}
    cut_off = given.cut_off.isoformat("minutes") if given.cut_off else None
    return {"amount": given.amount, "unit": given.unit, "cut_off": cut_off}


def payment_due(asked_at: datetime) -> datetime:
    """Return by when the citizen should pay a fee that stops the work, asked for `asked_at`."""
    return end_of_day(asked_at, days=PAYMENT_DAYS)


def end_of_day(at: datetime, *, days: int) -> datetime:
    """Return the last minute of the local day `days` calendar days after `at`."""
    last = to_local(at).replace(hour=23, minute=59, second=0, microsecond=0)
    return last + timedelta(days=days)
