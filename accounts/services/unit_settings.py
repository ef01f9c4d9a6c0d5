"""What an agency says of itself: hours, contact, calendar, and whether it is a small office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from django.db import transaction

from accounts import policies
from accounts.enums import DayKind
from accounts.models import CalendarDay, Unit, User
from accounts.security import SecurityEventKind
from accounts.selectors.units import find_agency, may_mark_small
from accounts.services import security
from accounts.services.roles import Administrator, NotInYourHouse, require_administrator
from portal.core import edition
from portal.core.dates import local_day
from portal.core.db import requires_transaction

LONGEST_RUN: Final = 31


class BadHours(Exception):
    """A period ends before it begins, two overlap, or there is none."""


class DayIsPast(Exception):
    """Only days to come are changed: what was computed with the past ones stands."""


class DayTaken(Exception):
    """The calendar says something about this day already."""


class DayMeansNothing(Exception):
    """A day off on a weekend, or a make-up day in the week."""


class NotAbove(Exception):
    """The administrator stands in the agency, not above it."""


Hours = Sequence[tuple[time, time]]


@dataclass(frozen=True, slots=True)
class Contact:
    phone: str
    email: str
    address: str


@transaction.atomic(durable=True)
def change_hours(
    *, by: User, at: datetime, unit_id: int, hours: Hours, reception_note: str, contact: Contact
) -> Unit:
    """
    Change when an agency works and how it is reached; running dossiers keep their dates.

    :raises NotInYourHouse: if it is not an agency that `by` looks after.
    :raises BadHours: if the periods are none, empty or overlap.
    """
    unit = _lock_agency(require_administrator(by, at=at), unit_id=unit_id)
    periods = sorted(hours)
    is_ordered = all(opens < closes for opens, closes in periods) and all(
        before[1] <= after[0] for before, after in pairwise(periods)
    )
    if not periods or not is_ordered:
        raise BadHours
    unit.office_hours = [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in periods]
    unit.reception_note = reception_note
    unit.phone, unit.email, unit.address = contact.phone, contact.email, contact.address
    unit.save(update_fields=["office_hours", "reception_note", "phone", "email", "address"])
    return unit


@transaction.atomic(durable=True)
def add_days(
    *,
    by: User,
    at: datetime,
    unit_id: int,
    first: date,
    last: date,
    kind: DayKind,
    name: str,
) -> list[CalendarDay]:
    """
    Put days to come into the calendar; of several days off, weekends are left as they are.

    :raises NotInYourHouse: if it is not an agency that `by` looks after.
    :raises DayIsPast, DayTaken, DayMeansNothing: as they say.
    """
    unit = _lock_agency(require_administrator(by, at=at), unit_id=unit_id)
    _require_future(first, at=at)
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST_RUN:
        raise DayMeansNothing
    run = [first + timedelta(days=number) for number in range(length)]
    days = [day for day in run if _means_something(day, kind)]
    if not days:
        raise DayMeansNothing
    if unit.calendar_days.filter(on__in=days).exists():
        raise DayTaken
    return CalendarDay.objects.bulk_create(
        CalendarDay(unit=unit, on=day, kind=kind, name=name) for day in days
    )


@transaction.atomic(durable=True)
def change_day(
    *, by: User, at: datetime, unit_id: int, day_id: int, on: date, kind: DayKind, name: str
) -> CalendarDay:
    """
    Change a day to come.

    :raises NotInYourHouse: if there is no such day in an agency that `by` looks after.
    :raises DayIsPast, DayTaken, DayMeansNothing: as they say.
    """
    unit = _lock_agency(require_administrator(by, at=at), unit_id=unit_id)
    day = _lock_day(unit, day_id=day_id, at=at)
    _require_future(on, at=at)
    if not _means_something(on, kind):
        raise DayMeansNothing
    if unit.calendar_days.filter(on=on).exclude(pk=day_id).exists():
        raise DayTaken
    day.on, day.kind, day.name = on, kind, name
    day.save(update_fields=["on", "kind", "name"])
    return day


@transaction.atomic(durable=True)
def remove_day(*, by: User, at: datetime, unit_id: int, day_id: int) -> None:
    """
    Take a day to come out of the calendar.

    :raises NotInYourHouse: if there is no such day in an agency that `by` looks after.
    :raises DayIsPast: if it is today or past.
    """
    unit = _lock_agency(require_administrator(by, at=at), unit_id=unit_id)
    _lock_day(unit, day_id=day_id, at=at).delete()


@transaction.atomic(durable=True)
def set_small_office(*, by: User, at: datetime, unit_id: int, small: bool) -> Unit:
    """
    Say whether an agency is so small that whoever accepted a dossier may approve it.

    :raises NotInYourHouse: if it is not an agency that `by` looks after.
    :raises NotAbove: if `by` administers the agency itself and nothing above it.
    """
    administrator = require_administrator(by, at=at)
    unit = _lock_agency(administrator, unit_id=unit_id)
    is_system_admin = policies.is_system_admin(administrator.roles)
    if not may_mark_small(administrator.house, unit, is_system_admin=is_system_admin):
        raise NotAbove(unit_id)
    if unit.small_office != small:
        unit.small_office = small
        unit.save(update_fields=["small_office"])
        data: dict[str, str | int] = {"unit": unit.pk, "small_office": int(small)}
        security.record(SecurityEventKind.SMALL_OFFICE_SET, at=at, actor=by, data=data)
    return unit


@requires_transaction
def _lock_agency(administrator: Administrator, *, unit_id: int) -> Unit:
    if find_agency(administrator.house, unit_id=unit_id) is None:
        raise NotInYourHouse(unit_id)
    # Hours and days off stand on the public pages of procedures.
    edition.renew_on_commit()
    return Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=unit_id)


def _lock_day(unit: Unit, *, day_id: int, at: datetime) -> CalendarDay:
    day = unit.calendar_days.select_for_update(of=("self",)).filter(pk=day_id).first()
    if day is None:
        raise NotInYourHouse(day_id)
    _require_future(day.on, at=at)
    return day


def _require_future(day: date, *, at: datetime) -> None:
    if day <= local_day(at):
        raise DayIsPast(day)


def _means_something(day: date, kind: DayKind) -> bool:
    is_weekend = day.isoweekday() > 5
    return is_weekend if kind == DayKind.MAKE_UP else not is_weekend
