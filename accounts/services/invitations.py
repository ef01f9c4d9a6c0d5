"""Links by which staff choose a password: an invitation, or a new start after a forgotten one."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts.enums import LinkPurpose, Role, UserKind
from accounts.models import StaffLink, StaffRole, Unit, User
from accounts.security import SecurityEventKind
from accounts.services import security
from accounts.services.staff_notices import send_letter, tell_of_new_password
from portal.core.crypto import keyed_hash
from portal.core.db import requires_transaction

LIFETIME: Final = {
    LinkPurpose.INVITATION: timedelta(hours=72),
    LinkPurpose.PASSWORD: timedelta(hours=24),
}


class UsernameTaken(Exception):
    """Another account has this sign-in name."""


class LinkDead(Exception):
    """The link expired, was used or taken back, or never was one."""


class NotWaiting(Exception):
    """This account does not wait for its invitation to be accepted, or is not in use at all."""


class NoAddress(NotWaiting):
    """The account has no e-mail address that a link could be sent to."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role to hold in a unit for a time."""

    role: Role
    unit: Unit
    valid_from: date
    valid_until: date | None = None


@transaction.atomic(durable=True)
def invite_staff(
    *,
    username: str,
    full_name: str,
    title: str,
    email: str,
    grants: Sequence[Grant],
    actor: User | None,
    at: datetime,
    phone: str = "",
) -> User:
    """
    Make an account of staff that opens nothing yet, and send its owner a link to choose a password.

    Whom `actor` may invite with which roles is for the caller's policy.

    :raises UsernameTaken: if another account has this sign-in name.
    :raises NoAddress: if there is no e-mail address to send the link to.
    """
    user = User(
        username=username.strip().lower(),
        password=make_password(None),
        kind=UserKind.STAFF,
        full_name=full_name,
        title=title,
        email=email,
        phone=phone,
        is_active=False,
        created_at=at,
    )
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise UsernameTaken(user.username) from error
    security.record(SecurityEventKind.STAFF_INVITED, at=at, user=user, actor=actor)
    for grant in grants:
        held = StaffRole.objects.create(
            user=user,
            unit=grant.unit,
            role=grant.role,
            valid_from=grant.valid_from,
            valid_until=grant.valid_until,
            granted_by=actor,
            granted_at=at,
        )
        data: dict[str, str | int] = {"unit": held.unit_id, "role": str(held.role)}
        security.record(SecurityEventKind.ROLE_GRANTED, at=at, user=user, actor=actor, data=data)
    _send(user, LinkPurpose.INVITATION, actor=actor, at=at)
    return user


@transaction.atomic(durable=True)
def resend_invitation(*, user_id: int, actor: User | None, at: datetime) -> None:
    """
    Send an invitation that was not accepted yet once more; the former link is void.

    :raises NotWaiting: if it was accepted, or there never was one.
    """
    user = _lock(user_id)
    if not is_waiting(user):
        raise NotWaiting
    _send(user, LinkPurpose.INVITATION, actor=actor, at=at)


@transaction.atomic(durable=True)
def revoke_invitation(*, user_id: int, actor: User | None, at: datetime) -> None:
    """
    Take an invitation back before it is accepted. The account stays, and opens nothing.

    :raises NotWaiting: if it was accepted, or there never was one.
    """
    user = _lock(user_id)
    if not is_waiting(user):
        raise NotWaiting
    revoke_links(user, actor=actor, at=at)


@transaction.atomic(durable=True)
def send_password_link(*, user_id: int, actor: User | None, at: datetime) -> None:
    """
    Send a member of staff who forgot the password a link to choose another.

    Until it is used the old password works; using it signs nobody in (ADR 8).

    :raises NotWaiting: if the account is not in use, or (NoAddress) has no e-mail address.
    """
    user = _lock(user_id)
    if not user.is_active:
        raise NotWaiting
    _send(user, LinkPurpose.PASSWORD, actor=actor, at=at)


def is_waiting(user: User) -> bool:
    """Return whether an account was made by an invitation that nobody has accepted yet."""
    links = StaffLink.objects.filter(user=user)
    return (
        not user.is_active
        and links.filter(purpose=LinkPurpose.INVITATION).exists()
        and not links.filter(used_at__isnull=False).exists()
    )


def find_link(token: str, *, at: datetime) -> StaffLink | None:
    """Return a link that may still be used, with its user; changes nothing."""
    link = (
        StaffLink.objects.select_related("user")
        .filter(
            token_hash=_token_hash(token),
            used_at=None,
            revoked_at=None,
            expires_at__gt=at,
            user__kind=UserKind.STAFF,
            user__merged_into=None,
        )
        .first()
    )
    if link is None or link.user.is_active == (link.purpose == LinkPurpose.INVITATION):
        return None
    return link


@transaction.atomic(durable=True)
@sensitive_variables("token", "password")
def use_link(*, token: str, password: str, at: datetime) -> User:
    """
    Use a link up and set the password chosen, which ends all sessions; nobody is signed in.

    :raises LinkDead: if the link may no longer be used.
    """
    link = find_link(token, at=at)
    if link is None:
        raise LinkDead
    user = _lock(link.user_id)
    # Asked again now that the account is locked: it may have been closed meanwhile, and of two
    # presses the second finds the link used.
    alive = StaffLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
    if user.is_active != link.user.is_active or not alive.update(used_at=at):
        raise LinkDead
    user.password = make_password(password)
    user.is_active = True
    fields = ["password", "is_active"]
    if user.email:
        # Who could open the link holds the address.
        user.email_verified_at = at
        fields.append("email_verified_at")
    user.save(update_fields=fields)
    security.end_sessions(user)
    security.record(
        SecurityEventKind.STAFF_LINK_USED,
        at=at,
        user=user,
        actor=user,
        data={"purpose": str(link.purpose)},
    )
    if link.purpose == LinkPurpose.PASSWORD:
        security.record(SecurityEventKind.PASSWORD_CHANGED, at=at, user=user, actor=user)
        tell_of_new_password(user, at=at)
    return user


@requires_transaction
def revoke_links(user: User, *, actor: User | None, at: datetime) -> None:
    """Make every link of an account void, as whoever closes the account must."""
    alive = StaffLink.objects.filter(user=user, used_at=None, revoked_at=None)
    if alive.update(revoked_at=at):
        security.record(SecurityEventKind.STAFF_LINK_REVOKED, at=at, user=user, actor=actor)


@requires_transaction
@sensitive_variables("token")
def _send(user: User, purpose: LinkPurpose, *, actor: User | None, at: datetime) -> None:
    if not user.email:
        raise NoAddress
    StaffLink.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=at)
    token = secrets.token_urlsafe(32)
    link = StaffLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=_token_hash(token),
        created_at=at,
        created_by=actor,
        expires_at=at + LIFETIME[purpose],
    )
    security.record(
        SecurityEventKind.STAFF_LINK_SENT,
        at=at,
        user=user,
        actor=actor,
        data={"link": link.pk, "purpose": str(purpose)},
    )
    # From settings only: what a request says of its host must not end up in a letter.
    address = settings.BASE_URL + reverse("accounts:staff_link", args=[token])
    send_letter(link, address=address, at=at)


@requires_transaction
def _lock(user_id: int) -> User:
    staff = User.objects.staff().filter(merged_into=None)
    locked = staff.select_for_update(of=("self",), no_key=True)
    user: User | None = locked.filter(pk=user_id).first()
    if user is None:
        raise NotWaiting
    return user


def _token_hash(token: str) -> str:
    return keyed_hash(token, domain="staff-link")
