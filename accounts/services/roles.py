"""Giving and ending the roles of staff: never to oneself, never outside the units looked after."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts import policies
from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.models.users import StaffRoleQuerySet
from accounts.security import SecurityEventKind
from accounts.selectors import list_roles
from accounts.selectors.units import House, find_person, find_role, get_house
from accounts.services import security
from portal.core.dates import local_day
from portal.core.db import requires_transaction


class NotInYourHouse(Exception):
    """The person, the role or the unit is not among those that the administrator looks after."""


class ToOneself(Exception):
    """Nobody gives, takes or opens their own rights."""


class NotYoursToGive(Exception):
    """The role is given by somebody else."""


class AlreadyHeld(Exception):
    """The person holds this role in this unit on some of these days."""


class MixedDuties(Exception):
    """Whoever runs the system does no work of an office, and the other way round."""


class BadPeriod(Exception):
    """The days lie in the past or in the wrong order."""


class NotHeld(Exception):
    """The role has ended already."""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Somebody who administers units, as the transaction reads it now."""

    user: User
    house: House
    roles: list[StaffRole]


@requires_transaction
def require_administrator(by: User, *, at: datetime) -> Administrator:
    """
    Read what `by` administers, inside the transaction that acts on it.

    :raises NotInYourHouse: if that is nothing.
    """
    return read_administrator(by, at=at)


def read_administrator(by: User, *, at: datetime) -> Administrator:
    """
    Read what `by` administers now: a role that ended a moment ago gives nothing.

    :raises NotInYourHouse: if that is nothing.
    """
    on = local_day(at)
    roles = list_roles(by, on=on)
    house = get_house(roles, on=on)
    if not house.units:
        raise NotInYourHouse(by.pk)
    return Administrator(by, house, roles)


@requires_transaction
def lock_people(*user_ids: int) -> dict[int, User]:
    """Lock accounts in the order of their ids: whatever changes somebody's roles takes its turn."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=user_ids)
    return {user.pk: user for user in rows.order_by("pk")}


@transaction.atomic(durable=True)
def grant_role(
    *,
    by: User,
    at: datetime,
    user_id: int,
    unit_id: int,
    role: Role,
    valid_from: date,
    valid_until: date | None,
) -> StaffRole:
    """
    Give a role in a unit for a time, with or without an end.

    :raises NotInYourHouse: if person or unit is not among those that `by` looks after.
    :raises ToOneself, NotYoursToGive, AlreadyHeld, MixedDuties, BadPeriod: as they say.
    """
    administrator = require_administrator(by, at=at)
    house = administrator.house
    if user_id == by.pk:
        raise ToOneself(user_id)
    if find_person(house, user_id=user_id) is None or unit_id not in house.ids:
        raise NotInYourHouse(user_id)
    if role not in policies.grantable_by(administrator.roles):
        raise NotYoursToGive(role)
    if valid_from < local_day(at) or (valid_until is not None and valid_until < valid_from):
        raise BadPeriod
    user = lock_people(user_id)[user_id]
    held = list(StaffRole.objects.live(on=local_day(at)).filter(user=user))
    if policies.mixes_duties(role, held):
        raise MixedDuties(role)
    if any(
        one.on_behalf_of_id is None
        and (one.unit_id, one.role) == (unit_id, role)
        and policies.overlaps(one, first=valid_from, last=valid_until)
        for one in held
    ):
        raise AlreadyHeld(role)
    granted = StaffRole.objects.create(
        user=user,
        unit_id=unit_id,
        role=role,
        valid_from=valid_from,
        valid_until=valid_until,
        granted_by=by,
        granted_at=at,
    )
    _note(SecurityEventKind.ROLE_GRANTED, granted, by=by, at=at)
    return granted


@transaction.atomic(durable=True)
def end_role(*, by: User, at: datetime, role_id: int, last_day: date | None = None) -> StaffRole:
    """
    End a role now, or after `last_day`; what others hold for the person ends with it.

    :raises NotInYourHouse: if it is not held in a unit that `by` looks after.
    :raises ToOneself: if it is a role of `by`.
    :raises NotYoursToGive: if only a system administrator may end it.
    :raises NotHeld: if it has ended already.
    :raises BadPeriod: if `last_day` is past, before the first day or after the present end.
    """
    administrator = require_administrator(by, at=at)
    found = find_role(administrator.house, role_id=role_id)
    if found is None or found.on_behalf_of_id is not None:
        raise NotInYourHouse(role_id)
    if found.user_id == by.pk:
        raise ToOneself(role_id)
    if found.role not in policies.grantable_by(administrator.roles):
        raise NotYoursToGive(found.role)
    lock_people(found.user_id)
    role = StaffRole.objects.locked().get(pk=role_id)
    today = local_day(at)
    if role.ended_at is not None or (role.valid_until is not None and role.valid_until < today):
        raise NotHeld(role_id)
    if last_day is not None and (
        last_day < max(today, role.valid_from)
        or (role.valid_until is not None and last_day > role.valid_until)
    ):
        raise BadPeriod
    _end(role, by=by, at=at, last_day=last_day)
    _note(SecurityEventKind.ROLE_ENDED, role, by=by, at=at)
    given_away = StaffRole.objects.live(on=today).filter(
        on_behalf_of=role.user_id, unit=role.unit_id, role=role.role
    )
    end_delegations(given_away, by=by, at=at, last_day=last_day)
    return role


@requires_transaction
def end_delegations(
    roles: StaffRoleQuerySet, *, by: User, at: datetime, last_day: date | None = None
) -> None:
    """End what is held for somebody absent: now, or after `last_day`."""
    for role in roles.locked().order_by("pk"):
        if last_day is None or role.valid_from > last_day:
            _end(role, by=by, at=at, last_day=None)
        elif role.valid_until is not None and role.valid_until > last_day:
            _end(role, by=by, at=at, last_day=last_day)
        else:
            continue
        _note(SecurityEventKind.DELEGATION_ENDED, role, by=by, at=at)


def _end(role: StaffRole, *, by: User, at: datetime, last_day: date | None) -> None:
    role.ended_by = by
    if last_day is not None:
        role.valid_until = last_day
    else:
        role.ended_at = at
    role.save(update_fields=["valid_until", "ended_at", "ended_by"])


def _note(kind: SecurityEventKind, role: StaffRole, *, by: User, at: datetime) -> None:
    data: dict[str, str | int] = {"role": str(role.role), "unit": role.unit_id}
    if role.on_behalf_of_id is not None:
        data["on_behalf_of"] = role.on_behalf_of_id
    if role.valid_until is not None:
        data["until"] = role.valid_until.isoformat()
    security.record(kind, at=at, user=role.user, actor=by, data=data)
