"""
Which account an electronic identity opens: by its link, else by a proven number, else a new one.

A number that somebody only declared gives no account away, and an e-mail address, a phone or a
name never do.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.eid.claims import Identity
from accounts.enums import IdentityLevel, UserKind
from accounts.models import EidLink, User
from accounts.models.users import UserQuerySet
from accounts.security import SecurityEventKind
from accounts.services import consents, security
from accounts.services.registration import lock_identity, tell_owner
from portal.core.crypto import keyed_hash
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

PROVEN: Final = (IdentityLevel.SEEN, IdentityLevel.EID)
MOST_OWNERS_TOLD: Final = 3


class Conflict(StrEnum):
    """Why an electronic identity does not open the account that was meant."""

    CLOSED = "closed"  # its account is closed
    OTHER_NUMBER = "other-number"  # link or account say another identity number
    OTHER_EID = "other-eid"  # the account has another electronic identity already
    OTHER_ACCOUNT = "other-account"  # it opens another account, or its number is proven there
    LAST_WAY_IN = "last-way-in"  # without it nobody could sign in


class EidConflict(Exception):
    """The electronic identity is genuine and does not fit; nothing was changed."""

    def __init__(self, conflict: Conflict) -> None:
        super().__init__(conflict)
        self.conflict = conflict


def find_account(*, identity: Identity, at: datetime) -> User | None:
    """
    Return the citizen whom an electronic identity signs in; None if an account must be opened.

    The first sign-in by a number that was proven before (at a counter, or by an identity that was
    unlinked) links the account, once, and tells its owner.

    :raises EidConflict: if account and identity do not fit; that is noted for its owner.
    """
    try:
        return _find_account(identity=identity, at=at)
    except EidConflict as error:
        _note_conflict(identity=identity, conflict=error.conflict, at=at)
        raise


@transaction.atomic(durable=True)
def _find_account(*, identity: Identity, at: datetime) -> User | None:
    number_hash = keyed_hash(identity.number)
    lock_identity(number_hash)
    link = _live_link(identity)
    if link is not None:
        user = _survivor(link.user)
        if user.identity_hash != number_hash:
            raise EidConflict(Conflict.OTHER_NUMBER)
        _touch(link, user, identity, at=at)
        _sign(user, at=at)
        return user
    proven = _proven(number_hash).first()
    if proven is None:
        return None
    user = _survivor(proven)
    _link(user, identity, at=at)
    _sign(user, at=at)
    return user


@transaction.atomic(durable=True)
def open_account(*, identity: Identity, consent_version: str, at: datetime) -> User:
    """
    Open an account for an electronic identity that has none; the number is proven by it.

    Accounts that only declared the number stay as they are, and their owners are told. Done twice,
    the second time returns the account of the first.

    :raises EidConflict: if its account is closed.
    """
    number_hash = keyed_hash(identity.number)
    lock_identity(number_hash)
    link = _live_link(identity)
    if link is not None:
        return _survivor(link.user)
    proven = _proven(number_hash).first()
    if proven is not None:
        # Proven at a counter while the page with the consent was open.
        user = _survivor(proven)
        _link(user, identity, at=at)
        return user
    others = list(
        User.objects.citizens()
        .usable()
        .filter(identity_hash=number_hash)
        .order_by("pk")[:MOST_OWNERS_TOLD]
    )
    user = User(
        username=uuid4().hex,
        kind=UserKind.CITIZEN,
        full_name=identity.name,
        date_of_birth=identity.born,
        identity_level=IdentityLevel.EID,
        consent_version=consent_version,
        consented_at=at,
        created_at=at,
    )
    user.set_identity_number(identity.number)
    user.set_unusable_password()
    user.save()
    consents.record(user, version=consent_version, at=at)
    _store_link(user, identity, at=at)
    security.record(SecurityEventKind.EID_ACCOUNT_OPENED, at=at, user=user)
    _sign(user, at=at)
    for owner in others:
        tell_owner(owner, new=user, at=at)
    return user


def link_account(*, user: User, identity: Identity, at: datetime) -> User:
    """
    Link the account of somebody who is signed in, whose password was asked for again.

    The number must be the account's own. The account is proven by it from now on.

    :raises EidConflict: if number, identity or another account stand against it.
    """
    try:
        return _link_account(user_id=user.pk, identity=identity, at=at)
    except EidConflict as error:
        _note_conflict(identity=identity, conflict=error.conflict, at=at, user=user)
        raise


@transaction.atomic(durable=True)
def _link_account(*, user_id: int, identity: Identity, at: datetime) -> User:
    number_hash = keyed_hash(identity.number)
    lock_identity(number_hash)
    user: User = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
    if not user.is_citizen or not user.is_active or user.merged_into_id:
        raise EidConflict(Conflict.CLOSED)
    if user.identity_hash != number_hash:
        raise EidConflict(Conflict.OTHER_NUMBER)
    link = _live_link(identity)
    if link is not None and link.user_id != user.pk:
        raise EidConflict(Conflict.OTHER_ACCOUNT)
    if _proven(number_hash).exclude(pk=user.pk).exists():
        raise EidConflict(Conflict.OTHER_ACCOUNT)
    if link is None:
        _link(user, identity, at=at)
    else:
        _touch(link, user, identity, at=at)
    return user


@transaction.atomic(durable=True)
def confirm_account(*, user: User, identity: Identity, at: datetime) -> None:
    """
    Note that somebody who is signed in has proved again who they are, by the account's own link.

    :raises EidConflict: if the identity opens another account, or none.
    """
    link = _live_link(identity)
    if link is None or link.user_id != user.pk:
        raise EidConflict(Conflict.OTHER_ACCOUNT)
    if user.identity_hash != keyed_hash(identity.number):
        raise EidConflict(Conflict.OTHER_NUMBER)
    link.used_at = at
    link.save(update_fields=["used_at"])
    security.record(SecurityEventKind.EID_CONFIRMED, at=at, user=user, data={"link": link.pk})


@transaction.atomic(durable=True)
def unlink_account(*, user: User, at: datetime) -> None:
    """
    End the link of an account, and tell its owner; the number stays proven.

    :raises EidConflict: if nothing else opens the account.
    """
    locked: User = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    link = locked.eid_links.filter(ended_at__isnull=True).first()
    if link is None:
        return
    if not locked.has_usable_password():
        raise EidConflict(Conflict.LAST_WAY_IN)
    link.ended_at = at
    link.save(update_fields=["ended_at"])
    security.record(SecurityEventKind.EID_UNLINKED, at=at, user=locked, data={"link": link.pk})
    _tell(
        locked,
        kind="eid-unlinked",
        subject=_("Đã bỏ liên kết định danh điện tử"),
        body=_(
            "Tài khoản của ông/bà không còn đăng nhập được bằng định danh điện tử. Nếu không phải "
            "ông/bà bỏ liên kết, hãy đổi mật khẩu và báo Trung tâm Phục vụ hành chính công."
        ),
        key=f"eid-unlinked:{link.pk}",
        at=at,
    )


@requires_transaction
def _link(user: User, identity: Identity, *, at: datetime) -> None:
    """Link an account whose number is the identity's, raise its level, and tell its owner."""
    if user.eid_links.filter(issuer=identity.issuer, ended_at__isnull=True).exists():
        raise EidConflict(Conflict.OTHER_EID)
    link = _store_link(user, identity, at=at)
    _raise_level(user, identity)
    security.record(SecurityEventKind.EID_LINKED, at=at, user=user, data={"link": link.pk})
    _tell(
        user,
        kind="eid-linked",
        subject=_("Đã liên kết định danh điện tử"),
        body=_(
            "Từ nay ông/bà đăng nhập được bằng định danh điện tử; mật khẩu vẫn dùng như trước. Nếu "
            "không phải ông/bà liên kết, hãy báo Trung tâm Phục vụ hành chính công."
        ),
        key=f"eid-linked:{link.pk}",
        at=at,
    )


@requires_transaction
def _store_link(user: User, identity: Identity, *, at: datetime) -> EidLink:
    return EidLink.objects.create(
        user=user,
        issuer=identity.issuer,
        subject_hash=identity.subject_hash,
        level=identity.level,
        linked_at=at,
        used_at=at,
    )


@requires_transaction
def _touch(link: EidLink, user: User, identity: Identity, *, at: datetime) -> None:
    """Note a use of a link, which follows an account that was merged into another."""
    if (
        link.user_id != user.pk
        and user.eid_links.filter(issuer=identity.issuer, ended_at__isnull=True).exists()
    ):
        raise EidConflict(Conflict.OTHER_EID)
    link.user, link.level, link.used_at = user, identity.level, at
    link.save(update_fields=["user", "level", "used_at"])
    _raise_level(user, identity)


@requires_transaction
def _raise_level(user: User, identity: Identity) -> None:
    """Take name and day of birth over with the number when they are first proven by it."""
    if user.identity_level == IdentityLevel.EID:
        return
    user.identity_level = IdentityLevel.EID
    user.full_name = identity.name
    user.date_of_birth = identity.born or user.date_of_birth
    user.save(update_fields=["identity_level", "full_name", "date_of_birth"])


@requires_transaction
def _sign(user: User, *, at: datetime) -> None:
    security.record(SecurityEventKind.SIGNED_IN, at=at, user=user, data={"by": "eid"})


@transaction.atomic(durable=True)
def _note_conflict(
    *, identity: Identity, conflict: Conflict, at: datetime, user: User | None = None
) -> None:
    if user is None:
        link = _live_link(identity)
        user = link.user if link else _proven(keyed_hash(identity.number)).first()
    security.record(
        SecurityEventKind.EID_CONFLICT, at=at, user=user, data={"conflict": str(conflict)}
    )


def _live_link(identity: Identity) -> EidLink | None:
    return (
        EidLink.objects.select_related("user")
        .filter(issuer=identity.issuer, subject_hash=identity.subject_hash, ended_at__isnull=True)
        .first()
    )


def _proven(number_hash: str) -> UserQuerySet:
    """Narrow to the account, at most one, whose number was shown at a counter or by eID."""
    proven: UserQuerySet = User.objects.citizens().filter(
        identity_hash=number_hash, identity_level__in=PROVEN, merged_into__isnull=True
    )
    return proven


def _survivor(user: User) -> User:
    """
    Return the account itself, or the one that it was merged into.

    :raises EidConflict: if that is closed.
    """
    seen = set()
    while user.merged_into is not None and user.pk not in seen:
        seen.add(user.pk)
        user = user.merged_into
    if not user.is_active or not user.is_citizen or user.merged_into_id:
        raise EidConflict(Conflict.CLOSED)
    return user


@requires_transaction
def _tell(user: User, *, kind: str, subject: str, body: str, key: str, at: datetime) -> None:
    phone = user.phone if user.phone_verified_at else ""
    for medium, to in ((Medium.IN_APP, ""), (Medium.SMS, phone), (Medium.EMAIL, user.email)):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=f"{key}:{medium}",
            at=at,
        )
