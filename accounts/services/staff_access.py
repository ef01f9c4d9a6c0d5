"""Closing and opening the accounts of staff: at once, everywhere, never one's own."""

from datetime import date, datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from accounts import policies
from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.security import SecurityEventKind
from accounts.selectors.units import find_person, has_role_outside
from accounts.services import security
from accounts.services.invitations import (
    Grant,
    invite_staff,
    is_waiting,
    resend_invitation,
    revoke_invitation,
    revoke_links,
    send_password_link,
)
from accounts.services.roles import (
    BadPeriod,
    NotInYourHouse,
    NotYoursToGive,
    ToOneself,
    end_delegations,
    lock_people,
    read_administrator,
    require_administrator,
)
from accounts.services.second_factor import reset
from portal.core.dates import local_day
from portal.core.db import requires_transaction


class AlreadySo(Exception):
    """The account is closed, or open, already."""


class WorksElsewhere(Exception):
    """The person also works for units that the administrator does not look after."""


class Door(StrEnum):
    """What an administrator may do for somebody who stands before a closed door."""

    SECOND_FACTOR = "go-ung-dung"
    PASSWORD = "gui-duong-dan"  # noqa: S105 -- a word of an address
    INVITATION = "moi-lai"
    REVOKE_INVITATION = "thu-hoi-loi-moi"


@requires_transaction
def lock_subordinate(*, by: User, at: datetime, user_id: int) -> User:
    """
    Lock the account of somebody whose doors `by` may open and close.

    :raises ToOneself: if that is `by`.
    :raises NotInYourHouse: if the person is not among those that `by` looks after.
    :raises WorksElsewhere: if others look after the person as well.
    :raises NotYoursToGive: if the person watches over the others.
    """
    if user_id == by.pk:
        raise ToOneself(user_id)
    administrator = require_administrator(by, at=at)
    found = find_person(administrator.house, user_id=user_id)
    if found is None:
        raise NotInYourHouse(user_id)
    on = local_day(at)
    user = lock_people(user_id)[user_id]
    if has_role_outside(user, administrator.house, on=on):
        raise WorksElsewhere(user_id)
    held = StaffRole.objects.live(on=on).filter(user=user).values_list("role", flat=True)
    if not set(held) <= set(policies.grantable_by(administrator.roles)):
        raise NotYoursToGive(user_id)
    return user


@transaction.atomic(durable=True)
def disable_account(*, by: User, at: datetime, user_id: int) -> User:
    """
    Close an account: its sessions end, and so does what it holds or has given for an absence.

    :raises AlreadySo: if it is closed.
    :raises ToOneself, NotInYourHouse, WorksElsewhere, NotYoursToGive: as lock_subordinate.
    """
    user = lock_subordinate(by=by, at=at, user_id=user_id)
    if not user.is_active:
        raise AlreadySo(user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    security.end_sessions(user)
    revoke_links(user, actor=by, at=at)
    delegated = StaffRole.objects.live(on=local_day(at)).delegated()
    end_delegations(delegated.filter(Q(on_behalf_of=user) | Q(user=user)), by=by, at=at)
    security.record(SecurityEventKind.ACCOUNT_DISABLED, at=at, user=user, actor=by)
    return user


@transaction.atomic(durable=True)
def enable_account(*, by: User, at: datetime, user_id: int) -> User:
    """
    Open an account again; whoever was signed in when it was closed signs in anew.

    :raises AlreadySo: if it is open, or waits for its invitation to be accepted.
    :raises ToOneself, NotInYourHouse, WorksElsewhere, NotYoursToGive: as lock_subordinate.
    """
    user = lock_subordinate(by=by, at=at, user_id=user_id)
    if user.is_active or is_waiting(user):
        raise AlreadySo(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    security.record(SecurityEventKind.ACCOUNT_ENABLED, at=at, user=user, actor=by)
    return user


def invite(
    *,
    by: User,
    at: datetime,
    username: str,
    full_name: str,
    title: str,
    email: str,
    phone: str,
    unit_id: int,
    role: Role,
    valid_until: date | None,
) -> User:
    """
    Open an account with its first role, in a unit that `by` looks after, and send the link.

    :raises NotInYourHouse, NotYoursToGive, BadPeriod: as roles.grant_role.
    :raises invitations.UsernameTaken: if another account has this sign-in name.
    """
    today = local_day(at)
    administrator = read_administrator(by, at=at)
    unit = next((one for one in administrator.house.units if one.pk == unit_id), None)
    if unit is None:
        raise NotInYourHouse(unit_id)
    if role not in policies.grantable_by(administrator.roles):
        raise NotYoursToGive(role)
    if valid_until is not None and valid_until < today:
        raise BadPeriod
    return invite_staff(
        username=username,
        full_name=full_name,
        title=title,
        email=email,
        phone=phone,
        grants=[Grant(role, unit, today, valid_until)],
        actor=by,
        at=at,
    )


def act_on_doors(*, by: User, at: datetime, user_id: int, door: Door) -> None:
    """
    Do one thing to the doors of somebody's account that `by` looks after.

    :raises ToOneself, NotInYourHouse, WorksElsewhere, NotYoursToGive: as lock_subordinate.
    :raises invitations.NotWaiting: if it does not apply to the account as it is.
    """
    with transaction.atomic(durable=True):
        lock_subordinate(by=by, at=at, user_id=user_id)
    # Each is a use case of its own, with a transaction of its own.
    match door:
        case Door.SECOND_FACTOR:
            reset(user_id=user_id, actor=by, at=at)
        case Door.PASSWORD:
            send_password_link(user_id=user_id, actor=by, at=at)
        case Door.INVITATION:
            resend_invitation(user_id=user_id, actor=by, at=at)
        case Door.REVOKE_INVITATION:
            revoke_invitation(user_id=user_id, actor=by, at=at)
