"""A citizen opens an account: first the words, then the code, then the account.

The code goes to the phone; who has a passport and lives abroad has it by e-mail.
"""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.enums import CodePurpose, IdentityLevel, UserKind
from accounts.limits import Bucket
from accounts.models import User
from accounts.models.users import UserQuerySet
from accounts.security import SecurityEventKind
from accounts.services import codes, consents, limits, security
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.db import requires_transaction, wait_in_line
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

PENDING_LIFETIME: Final = timedelta(hours=1)
MOST_OWNERS_TOLD: Final = 3


class PendingExpired(Exception):
    """The registration was begun too long ago, or the session lost it."""


class AccountExists(Exception):
    """This number and this phone or e-mail have an account already; nothing in it was changed."""


@dataclass(frozen=True, slots=True)
class Registration:
    """What a citizen filled in; of the password only the hash ever leaves the request."""

    full_name: str
    # Of an identity card; of a passport where its country is named.
    identity_number: str
    date_of_birth: date
    # "" where the e-mail address takes its place.
    phone: str
    email: str
    password_hash: str
    consent_version: str
    begun_at: datetime
    nationality: str = ""

    @classmethod
    @sensitive_variables("password")
    def begin(cls, *, password: str, **answers: object) -> Self:
        return cls(password_hash=make_password(password), **answers)  # type: ignore[arg-type]

    def seal(self) -> str:
        """Return everything as one sealed text, for the session."""
        plain = {**asdict(self), "date_of_birth": self.date_of_birth.isoformat()}
        plain["begun_at"] = self.begun_at.isoformat()
        return base64.b64encode(seal(json.dumps(plain))).decode()

    @classmethod
    def unseal(cls, sealed: str, *, at: datetime) -> Self:
        """
        Open what `seal` made.

        :raises PendingExpired: if it is damaged or older than an hour.
        """
        try:
            plain = json.loads(unseal(base64.b64decode(sealed)))
            plain["date_of_birth"] = date.fromisoformat(plain["date_of_birth"])
            plain["begun_at"] = datetime.fromisoformat(plain["begun_at"])
            registration = cls(**plain)
        except (Unreadable, ValueError, KeyError, TypeError) as error:
            raise PendingExpired from error
        if at >= registration.begun_at + PENDING_LIFETIME:
            raise PendingExpired
        return registration


def begin_registration(
    *, registration: Registration, session: str, client: str, at: datetime
) -> None:
    """
    Send the code that confirms the address. Nothing is looked up, so nothing can be found out.

    :raises TooManyRequests: if this phone or this client asks too often.
    """
    limits.require(Bucket.REGISTER_ADDRESS, client, at=at)
    limits.require(Bucket.REGISTER, registration.phone or registration.email, at=at)
    send_again(registration=registration, session=session, client=client, at=at)


def send_again(*, registration: Registration, session: str, client: str, at: datetime) -> None:
    """
    Send a new code; the one before is void.

    :raises TooManyRequests: if it is too soon, or too many were sent.
    """
    # To one address only: this code proves the phone, which an e-mail would not.
    codes.send_code(
        purpose=CodePurpose.REGISTER,
        phone=registration.phone,
        email="" if registration.phone else registration.email,
        session=session,
        client=client,
        at=at,
    )


def confirm_registration(
    *, registration: Registration, code: str, session: str, at: datetime
) -> User:
    """
    Use up the code and return the citizen's new account.

    Registering never opens an account that is there: "Quên mật khẩu" is the only way to a new
    password. Who hears that there is one has shown that they hold its phone or read its e-mail.

    :raises AccountExists: if number and address have an account, whose owner is told.
    :raises CodeRefused: if the code is wrong or no longer alive.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    codes.require_code(
        purpose=CodePurpose.REGISTER,
        phone=registration.phone,
        email=registration.email,
        session=session,
        code=code,
        at=at,
    )
    user = _open_account(registration, at=at)
    if user is None:
        raise AccountExists
    return user


@transaction.atomic(durable=True)
def _open_account(registration: Registration, *, at: datetime) -> User | None:
    user = _new_user(registration, at=at)
    lock_identity(user.identity_hash)
    holders = User.objects.citizens().usable().filter(identity_hash=user.identity_hash)
    same = _same(holders, registration, at=at)
    if same is not None:
        _tell_of_repetition(same, at=at)
        security.record(SecurityEventKind.REGISTERED_AGAIN, at=at, user=same)
        return None
    others = list(holders.order_by("pk")[:MOST_OWNERS_TOLD])
    if registration.phone:
        # A number proves one account of a person: the one for which it was proved last.
        holders.filter(phone=registration.phone).update(phone_verified_at=None)
    user.save()
    consents.record(user, version=registration.consent_version, at=registration.begun_at)
    security.record(SecurityEventKind.REGISTERED, at=at, user=user)
    for owner in others:
        tell_owner(owner, new=user, at=at)
    return user


def _new_user(registration: Registration, *, at: datetime) -> User:
    by_phone = bool(registration.phone)
    user = User(
        username=uuid4().hex,
        kind=UserKind.CITIZEN,
        full_name=registration.full_name,
        date_of_birth=registration.date_of_birth,
        phone=registration.phone,
        phone_verified_at=at if by_phone else None,
        email=registration.email,
        email_verified_at=None if by_phone else at,
        password=registration.password_hash,
        identity_level=IdentityLevel.PHONE_VERIFIED if by_phone else IdentityLevel.DECLARED,
        consent_version=registration.consent_version,
        consented_at=registration.begun_at,
        created_at=at,
    )
    if registration.nationality:
        user.set_passport(registration.identity_number, country=registration.nationality)
    else:
        user.set_identity_number(registration.identity_number)
    return user


def _same(holders: UserQuerySet, registration: Registration, *, at: datetime) -> User | None:
    """Return the account that this number and this address have already."""
    if registration.phone:
        return holders.proven_by_phone(registration.phone, at=at).first()
    return holders.proven_by_email(registration.email).first()


@requires_transaction
def tell_owner(owner: User, *, new: User, at: datetime) -> None:
    """Tell somebody that their identity number was used to open another account."""
    body = _(
        "Vừa có một tài khoản khác được mở với số giấy tờ của ông/bà và một địa chỉ liên hệ khác. "
        "Tài khoản của ông/bà vẫn dùng bình thường và không ai xem được hồ sơ trong đó. "
        "Nếu không phải ông/bà mở, hãy báo Trung tâm Phục vụ hành chính công."
    )
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, owner.email)):
        queue_notice(
            kind="identity-declared",
            medium=medium,
            to=to,
            recipient=owner,
            subject_key="",
            subject=_("Số giấy tờ của ông/bà được dùng để mở tài khoản khác"),
            body=body,
            dedupe_key=f"identity-declared:{new.pk}:{owner.pk}:{medium}",
            at=at,
        )


@requires_transaction
def _tell_of_repetition(owner: User, *, at: datetime) -> None:
    body = _(
        "Vừa có người đăng ký lại với số giấy tờ và địa chỉ liên hệ của ông/bà, và đã nhập đúng mã "
        "gửi đến địa chỉ đó. Mật khẩu và tài khoản của ông/bà không thay đổi. Nếu không phải "
        "ông/bà, hãy báo Trung tâm Phục vụ hành chính công."
    )
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, owner.email)):
        queue_notice(
            kind="registered-again",
            medium=medium,
            to=to,
            recipient=owner,
            subject_key="",
            subject=_("Có người đăng ký lại với số giấy tờ của ông/bà"),
            body=body,
            dedupe_key=f"registered-again:{owner.pk}:{at.timestamp()}:{medium}",
            at=at,
        )


@requires_transaction
def lock_identity(identity_hash: str) -> None:
    """Let whoever opens or proves accounts of one identity number wait for each other."""
    # Two confirmations at once would both find no account and make two.
    wait_in_line(int(identity_hash[:15], 16))
