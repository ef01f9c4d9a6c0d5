"""Closing and opening the accounts of staff: at once, everywhere, never one's own."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q

from accounts import policies
from accounts.models import StaffRole, User
from accounts.security import SecurityEventKind
from accounts.selectors.units import find_person, has_role_outside
from accounts.services import security
from accounts.services.roles import (
    NotInYourHouse,
    NotYoursToGive,
    ToOneself,
    end_delegations,
    lock_people,
    require_administrator,
)
from portal.core.dates import local_day
from portal.core.db import requires_transaction


class AlreadySo(Exception):
    """The account is closed, or open, already."""


class WorksElsewhere(Exception):
    """The person also works for units that the administrator does not look after."""


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
    _end_sessions(user, at=at)
    delegated = StaffRole.objects.live(on=local_day(at)).delegated()
    end_delegations(delegated.filter(Q(on_behalf_of=user) | Q(user=user)), by=by, at=at)
    security.record(SecurityEventKind.ACCOUNT_DISABLED, at=at, user=user, actor=by)
    return user


@transaction.atomic(durable=True)
def enable_account(*, by: User, at: datetime, user_id: int) -> User:
    """
    Open an account again; whoever was signed in when it was closed signs in anew.

    :raises AlreadySo: if it is open.
    :raises ToOneself, NotInYourHouse, WorksElsewhere, NotYoursToGive: as lock_subordinate.
    """
    user = lock_subordinate(by=by, at=at, user_id=user_id)
    if user.is_active:
        raise AlreadySo(user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    security.record(SecurityEventKind.ACCOUNT_ENABLED, at=at, user=user, actor=by)
    return user


def _end_sessions(user: User, *, at: datetime) -> None:
    # A session names its user inside what it holds only. Closing an account is rare, so all are
    # read rather than one more column kept.
    for session in Session.objects.filter(expire_date__gte=at).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            session.delete()
