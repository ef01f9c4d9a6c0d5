"""Reads about units and people that other apps need."""

from collections.abc import Iterable
from datetime import date, time

from accounts.enums import DayKind, Role
from accounts.models import CalendarDay, StaffRole, Unit, User
from portal.core.calendars import WorkCalendar


def get_work_calendar(agency: Unit) -> WorkCalendar:
    """
    Return the office hours, days off and make-up days of an agency (one query).

    :raises ValueError: if the unit is not an agency with office hours.
    """
    if not agency.office_hours:
        msg = f"{agency.key} has no office hours"
        raise ValueError(msg)
    days = CalendarDay.objects.filter(unit=agency).order_by("on").values_list("on", "kind", "name")
    rows = list(days)
    return WorkCalendar(
        office_hours=tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in agency.office_hours
        ),
        days_off={on: name for on, kind, name in rows if kind == DayKind.OFF},
        make_up={on: name for on, kind, name in rows if kind == DayKind.MAKE_UP},
    )


def list_roles(user: User, *, on: date) -> list[StaffRole]:
    """Return the roles that a member of staff holds on a day, with their units (one query)."""
    return list(
        StaffRole.objects.in_force(on=on)
        .filter(user=user)
        .select_related("unit", "unit__agency")
        .order_by("pk")
    )


def roles_in(roles: Iterable[StaffRole], *kinds: Role) -> set[int]:
    """Return the ids of the units in which one of `kinds` is held."""
    return {role.unit_id for role in roles if role.role in kinds}
