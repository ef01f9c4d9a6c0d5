"""Cover for absence: what somebody may do is done by a colleague, in that person's place."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import policies
from accounts.models import StaffRole, User
from accounts.security import SecurityEventKind
from accounts.selectors import list_roles
from accounts.selectors.units import get_house
from accounts.services import security
from accounts.services.roles import (
    AlreadyHeld,
    BadPeriod,
    MixedDuties,
    NotHeld,
    NotInYourHouse,
    ToOneself,
    end_delegations,
    lock_people,
)
from portal.core.dates import format_day, local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


class NotDelegable(Exception):
    """The role stays with the person: held for somebody else, or one that gives out roles."""


class NotAColleague(Exception):
    """Not an active member of staff of the same agency."""


class TooLong(Exception):
    """More than thirty days; a longer absence is delegated again."""


class NothingChosen(Exception):
    """No role was named."""


@transaction.atomic(durable=True)
def delegate_roles(
    *,
    by: User,
    at: datetime,
    role_ids: Sequence[int],
    to_id: int,
    first_day: date,
    last_day: date,
) -> list[StaffRole]:
    """
    Let a colleague hold roles of one absent person from `first_day` to `last_day`, both counted.

    By the person themselves, or by the administrator of the unit.

    :raises NotInYourHouse: if a role is neither of `by` nor in a unit that `by` administers.
    :raises ToOneself: if the absent person, or `by`, is to hold it.
    :raises NotDelegable, NotAColleague, AlreadyHeld, MixedDuties, NothingChosen: as they say.
    :raises NotHeld: if the person does not hold a role on every one of these days.
    :raises BadPeriod, TooLong: if the days are past, in the wrong order or more than thirty.
    """
    today = local_day(at)
    if first_day < today or last_day < first_day:
        raise BadPeriod
    if not policies.is_short_enough(first=first_day, last=last_day):
        raise TooLong
    asked = list(StaffRole.objects.filter(pk__in=role_ids).order_by("pk"))
    owners = {role.user_id for role in asked}
    if not asked:
        raise NothingChosen
    if len(owners) != 1 or len(asked) != len(set(role_ids)):
        raise NotInYourHouse(to_id)
    absent_id = owners.pop()
    _require_may_dispose(asked, by=by, at=at, absent_id=absent_id)
    if to_id in {absent_id, by.pk}:
        raise ToOneself(to_id)
    people = lock_people(absent_id, to_id)
    roles = list(
        StaffRole.objects.locked()
        .select_related("unit")
        .filter(pk__in=[role.pk for role in asked])
        .order_by("pk")
    )
    _require_given(roles, first=first_day, last=last_day)
    _require_colleague(people.get(to_id), roles, today=today, first=first_day, last=last_day)
    absent, delegate = people[absent_id], people[to_id]
    held = [
        _hold(role, to=delegate, first=first_day, last=last_day, by=by, at=at) for role in roles
    ]
    _tell(held, absent=absent, delegate=delegate, by=by, at=at)
    return held


@transaction.atomic(durable=True)
def revoke_delegation(*, by: User, at: datetime, role_id: int) -> StaffRole:
    """
    Take back, at once, what a colleague holds for an absent person.

    :raises NotInYourHouse: if `by` is neither that person nor administers the unit.
    :raises NotHeld: if it has ended already.
    """
    role = StaffRole.objects.delegated().filter(pk=role_id).select_related("unit").first()
    if role is None:
        raise NotInYourHouse(role_id)
    _require_may_dispose([role], by=by, at=at, absent_id=role.on_behalf_of_id)
    lock_people(role.user_id, role.on_behalf_of_id or role.user_id)
    live = StaffRole.objects.live(on=local_day(at)).filter(pk=role_id)
    if not live.exists():
        raise NotHeld(role_id)
    end_delegations(live, by=by, at=at)
    return role


def _require_may_dispose(
    roles: Sequence[StaffRole], *, by: User, at: datetime, absent_id: int | None
) -> None:
    if by.pk == absent_id:
        return
    on = local_day(at)
    house = get_house(list_roles(by, on=on), on=on)
    if not {role.unit_id for role in roles} <= house.ids:
        raise NotInYourHouse(by.pk)


def _require_given(roles: Sequence[StaffRole], *, first: date, last: date) -> None:
    for role in roles:
        if role.on_behalf_of_id is not None or role.role not in policies.DELEGABLE:
            raise NotDelegable(role.role)
        if role.ended_at is not None or not policies.covers(role, first=first, last=last):
            raise NotHeld(role.pk)


def _require_colleague(
    person: User | None, roles: Sequence[StaffRole], *, today: date, first: date, last: date
) -> None:
    if person is None or not (person.is_active and person.is_staff_member):
        raise NotAColleague
    held = list(StaffRole.objects.live(on=today).filter(user=person).select_related("unit"))
    agencies = {
        one.unit.agency_id
        for one in held
        if one.on_behalf_of_id is None and one.valid_from <= today
    }
    if not {role.unit.agency_id for role in roles} <= agencies:
        raise NotAColleague(person.pk)
    for role in roles:
        if policies.mixes_duties(role.role, held):  # type: ignore[arg-type]
            raise MixedDuties(role.role)
        if any(
            (one.unit_id, one.role) == (role.unit_id, role.role)
            and one.on_behalf_of_id == role.user_id
            and policies.overlaps(one, first=first, last=last)
            for one in held
        ):
            raise AlreadyHeld(role.role)


@requires_transaction
def _hold(
    role: StaffRole, *, to: User, first: date, last: date, by: User, at: datetime
) -> StaffRole:
    held = StaffRole.objects.create(
        user=to,
        unit=role.unit,
        role=role.role,
        valid_from=first,
        valid_until=last,
        on_behalf_of_id=role.user_id,
        granted_by=by,
        granted_at=at,
    )
    security.record(
        SecurityEventKind.ROLE_DELEGATED,
        at=at,
        user=to,
        actor=by,
        data={
            "role": str(role.role),
            "unit": role.unit_id,
            "on_behalf_of": role.user_id,
            "until": last.isoformat(),
        },
    )
    return held


def _tell(
    held: Sequence[StaffRole], *, absent: User, delegate: User, by: User, at: datetime
) -> None:
    first = held[0]
    facts = {
        "absent": absent.full_name,
        "delegate": delegate.full_name,
        "roles": "; ".join(f"{one.get_role_display()}, {one.unit.name}" for one in held),
        "from": format_day(first.valid_from),
        "until": format_day(first.valid_until or first.valid_from),
    }
    told = [
        (
            delegate,
            _("Làm thay %(absent)s") % facts,
            _(
                "Từ %(from)s đến hết %(until)s, ông/bà làm thay %(absent)s: %(roles)s. Mỗi việc đã "
                "làm được ghi là “thay mặt %(absent)s”."
            )
            % facts,
        )
    ]
    if by.pk != absent.pk:
        body = _("Từ %(from)s đến hết %(until)s, %(delegate)s làm thay ông/bà: %(roles)s.") % facts
        told.append((absent, _("%(delegate)s làm thay ông/bà") % facts, body))
    for person, subject, body in told:
        queue_notice(
            kind="role-delegated",
            medium=Medium.IN_APP,
            to="",
            recipient=person,
            subject_key=f"user:{absent.pk}",
            subject=subject,
            body=body,
            dedupe_key=f"role-delegated:{first.pk}:in_app:{person.pk}",
            at=at,
        )
