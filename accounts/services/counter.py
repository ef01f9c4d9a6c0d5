"""At the counter: a clerk who sees somebody's paper finds their account and gives it back."""

from datetime import date, datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _, ngettext

from accounts.enums import PROVEN_IDENTITY, CodePurpose, IdentityLevel, Role, SeenPaper
from accounts.limits import Bucket
from accounts.models import AccountMerge, StaffRole, User
from accounts.security import SecurityEventKind
from accounts.services import codes, devices, limits, security, staff_notices
from accounts.services.contacts import Field, set_contact, tell_of_change
from accounts.services.papers import identity_hashes
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# How long what a clerk has typed from a paper stands for the paper itself.
AT_THE_COUNTER: Final = timedelta(minutes=20)


_PURPOSES: Final[dict[Field, CodePurpose]] = {
    "phone": CodePurpose.CHANGE_PHONE,
    "email": CodePurpose.CHANGE_EMAIL,
}


class AccountAbsent(Exception):
    """No account of this number is that one, or it was closed or merged meanwhile."""


class AnotherIsProven(Exception):
    """Another account of this number was proved already: the two are to be merged."""


class MergeUnderWay(Exception):
    """Somebody has proposed to merge one of these accounts already."""


def find_accounts(*, number: str) -> list[User]:
    """Return the living accounts of an identity or passport number, proven ones first."""
    found = User.objects.citizens().usable().filter(identity_hash__in=identity_hashes(number))
    return sorted(found, key=lambda one: (one.identity_level not in PROVEN_IDENTITY, one.pk))


def look_up(*, number: str, by: User, unit_id: int, at: datetime) -> int:
    """
    Count and record that a clerk looks for the accounts of a number; return how many there are.

    :raises TooManyRequests: if this clerk looks for too many.
    """
    limits.require(Bucket.COUNTER_LOOKUP, str(by.pk), at=at)
    return _record_look(number=number, by=by, unit_id=unit_id, at=at)


@transaction.atomic(durable=True)
def _record_look(*, number: str, by: User, unit_id: int, at: datetime) -> int:
    found = find_accounts(number=number)
    for user in found:
        security.record(
            SecurityEventKind.LOOKED_UP_AT_COUNTER,
            at=at,
            user=user,
            actor=by,
            data={"unit": unit_id},
        )
    return len(found)


@transaction.atomic(durable=True)
def record_seen(
    *, number: str, user_id: int, paper: SeenPaper, by: User, unit_id: int, at: datetime
) -> None:
    """
    Record that a clerk saw the paper on which the number of an account stands.

    :raises AccountAbsent: if this is no living account of the number.
    :raises AnotherIsProven: if the number was proved for another account.
    """
    user = _lock_one(number, user_id)
    _raise_level(user)
    user.save(update_fields=["identity_level"])
    data: dict[str, str | int] = {"unit": unit_id, "paper": paper.value}
    security.record(SecurityEventKind.IDENTITY_SEEN, at=at, user=user, actor=by, data=data)
    _tell(
        user,
        kind="identity-seen",
        subject=_("Đã đối chiếu giấy tờ của ông/bà"),
        body=_(
            "Cán bộ một cửa vừa ghi nhận đã đối chiếu giấy tờ của ông/bà tại quầy. Nếu không phải "
            "ông/bà đến quầy, hãy báo Trung tâm Phục vụ hành chính công ngay."
        ),
        at=at,
    )


def send_code(
    *, number: str, user_id: int, contact: str, session: str, client: str, at: datetime
) -> None:
    """
    Send a code to the phone that the person at the counter holds, or to the mailbox they open.

    :raises AccountAbsent: if this is no living account of the number.
    :raises AnotherIsProven: if the number was proved for another account.
    :raises TooManyRequests: if it is too soon, or too many were sent.
    """
    found = find_accounts(number=number)
    user = next((one for one in found if one.pk == user_id), None)
    if user is None:
        raise AccountAbsent
    _require_no_other(user, found)
    field = _field(contact)
    codes.send_code(
        purpose=_PURPOSES[field],
        phone=contact if field == "phone" else "",
        email=contact if field == "email" else "",
        session=session,
        client=client,
        at=at,
    )


def give_back(
    *,
    number: str,
    user_id: int,
    contact: str,
    paper: SeenPaper,
    code: str,
    session: str,
    by: User,
    unit_id: int,
    at: datetime,
) -> None:
    """
    Put a new phone or e-mail to an account; its old password and all its sessions end.

    The owner then chooses a password by "Quên mật khẩu" and the new address; the clerk never
    learns it. The old phone and e-mail are told.

    :raises AccountAbsent: if this is no living account of the number.
    :raises AnotherIsProven: if the number was proved for another account.
    :raises CodeRefused: if the code is wrong or no longer alive.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    field = _field(contact)
    codes.require_code(
        purpose=_PURPOSES[field],
        phone=contact if field == "phone" else "",
        email=contact if field == "email" else "",
        session=session,
        code=code,
        at=at,
    )
    _give_back(
        number=number, user_id=user_id, contact=contact, paper=paper, by=by, unit_id=unit_id, at=at
    )


@transaction.atomic(durable=True)
def _give_back(
    *,
    number: str,
    user_id: int,
    contact: str,
    paper: SeenPaper,
    by: User,
    unit_id: int,
    at: datetime,
) -> None:
    user = _lock_one(number, user_id)
    field = _field(contact)
    told = [(user.phone, user.email)]
    _raise_level(user)
    # Whoever knows the old password, reads the old mail or has the old number opens it no more.
    user.password = make_password(None)
    user.email_verified_at = user.phone_verified_at = None
    user.save(
        update_fields=["password", "email_verified_at", "phone_verified_at", "identity_level"]
    )
    set_contact(user, field, contact, at=at)
    told.append((user.phone, user.email))
    devices.end_others(user)
    data: dict[str, str | int] = {"unit": unit_id, "paper": paper.value}
    security.record(SecurityEventKind.RECOVERED_AT_COUNTER, at=at, user=user, actor=by, data=data)
    tell_of_change(user, field, told=told, at=at, at_counter=True)


@transaction.atomic(durable=True)
def propose_merge(
    *, number: str, survivor_id: int, paper: SeenPaper, by: User, agency_id: int, at: datetime
) -> int:
    """
    Propose that all other accounts of a number become part of one; return how many.

    Nothing changes until a second person confirms.

    :raises AccountAbsent: if the survivor is no living account of the number.
    :raises MergeUnderWay: if one of them is part of a proposal already.
    """
    hashes = identity_hashes(number)
    usable = User.objects.citizens().usable().filter(identity_hash__in=hashes)
    accounts = list(usable.select_for_update(of=("self",), no_key=True).order_by("pk"))
    survivor = next((one for one in accounts if one.pk == survivor_id), None)
    others = [one for one in accounts if one.pk != survivor_id]
    if survivor is None or survivor.identity_hash not in {one.identity_hash for one in others}:
        raise AccountAbsent
    ids = [one.pk for one in accounts]
    waiting = AccountMerge.objects.waiting()
    if waiting.filter(duplicate__in=ids).exists() or waiting.filter(survivor__in=ids).exists():
        raise MergeUnderWay
    same = [one for one in others if one.identity_hash == survivor.identity_hash]
    for duplicate in same:
        merge = AccountMerge.objects.create(
            duplicate=duplicate,
            survivor=survivor,
            agency_id=agency_id,
            paper=paper,
            proposed_by=by,
            proposed_at=at,
        )
        data = {"merge": merge.pk, "into": survivor.pk, "paper": paper.value}
        kind = SecurityEventKind.MERGE_PROPOSED
        security.record(kind, at=at, user=duplicate, actor=by, data=data)
    for user in _deciders(agency_id, on=local_day(at)):
        if user.pk != by.pk:
            _tell_decider(user, by=by, count=len(same), at=at)
    return len(same)


def _deciders(agency_id: int, *, on: date) -> list[User]:
    """Return who may confirm a merge in an agency: its leaders and unit administrators."""
    held = (
        StaffRole.objects.in_force(on=on)
        .filter(Q(unit=agency_id) | Q(unit__agency=agency_id), user__is_active=True)
        .filter(role__in=[Role.LEADER, Role.UNIT_ADMIN])
        .select_related("user")
        .order_by("user")
    )
    return list({row.user_id: row.user for row in held}.values())


@requires_transaction
def _tell_decider(user: User, *, by: User, count: int, at: datetime) -> None:
    staff_notices.tell(
        user,
        kind="merge-waiting",
        subject=_("Có đề nghị gộp tài khoản chờ xác nhận"),
        body=ngettext(
            "%(name)s đã đối chiếu giấy tờ của một công dân và đề nghị gộp thêm %(count)d tài "
            "khoản của người đó. Ông/bà mở trang “Gộp tài khoản” để xác nhận hoặc từ chối.",
            "%(name)s đã đối chiếu giấy tờ của một công dân và đề nghị gộp thêm %(count)d tài "
            "khoản của người đó. Ông/bà mở trang “Gộp tài khoản” để xác nhận hoặc từ chối.",
            count,
        )
        % {"name": by.full_name, "count": count},
        at=at,
    )


@requires_transaction
def _lock_one(number: str, user_id: int) -> User:
    hashes = identity_hashes(number)
    usable = User.objects.citizens().usable().filter(identity_hash__in=hashes)
    accounts = list(usable.select_for_update(of=("self",), no_key=True).order_by("pk"))
    user: User | None = next((one for one in accounts if one.pk == user_id), None)
    if user is None:
        raise AccountAbsent
    _require_no_other(user, accounts)
    return user


def _require_no_other(user: User, accounts: list[User]) -> None:
    for one in accounts:
        is_same = one.identity_hash == user.identity_hash and one.pk != user.pk
        if is_same and one.identity_level in PROVEN_IDENTITY:
            raise AnotherIsProven


def _field(contact: str) -> Field:
    return "email" if "@" in contact else "phone"


def _raise_level(user: User) -> None:
    if user.identity_level != IdentityLevel.EID:
        user.identity_level = IdentityLevel.SEEN


@requires_transaction
def _tell(user: User, *, kind: str, subject: str, body: str, at: datetime) -> None:
    for medium, to in ((Medium.IN_APP, ""), (Medium.SMS, user.phone), (Medium.EMAIL, user.email)):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=f"{kind}:{user.pk}:{at.timestamp()}:{medium}",
            at=at,
        )
