"""A forgotten password: who one is, a code to the phone or e-mail, a new password."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.enums import CodePurpose
from accounts.limits import Bucket
from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import codes, limits, security
from accounts.services.papers import identity_hashes
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


class AccountGone(Exception):
    """The account was closed or merged while its password was being changed."""


def ask_for_code(
    *, identity_number: str, contact: str, session: str, client: str, at: datetime
) -> None:
    """
    Send a code if such an account exists; otherwise do all the same work and send nothing.

    :raises TooManyRequests: if this address or this client asks too often.
    """
    limits.require(Bucket.RESET_ADDRESS, client, at=at)
    limits.require(Bucket.RESET, contact, at=at)
    user = _find(identity_number=identity_number, contact=contact, at=at)
    # Only an address that its owner has confirmed may open the account.
    by_email = "@" in contact
    also = user.confirmed_email if user else ""
    codes.send_code(
        purpose=CodePurpose.RESET_PASSWORD,
        phone="" if by_email else contact,
        email=contact if by_email else also,
        session=session,
        client=client,
        at=at,
        recipient=user,
        really=user is not None,
    )


def confirm_code(
    *, identity_number: str, contact: str, session: str, code: str, at: datetime
) -> User:
    """
    Use up the code and return whose password may be changed.

    :raises CodeRefused: if the code is wrong or no longer alive.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    codes.require_code(
        purpose=CodePurpose.RESET_PASSWORD,
        phone="" if "@" in contact else contact,
        email=contact,
        session=session,
        code=code,
        at=at,
    )
    user = _find(identity_number=identity_number, contact=contact, at=at)
    if user is None:
        raise codes.CodeRefused(codes.CodeCheck.DEAD)
    return user


@transaction.atomic(durable=True)
@sensitive_variables("password")
def set_password(*, user_id: int, password: str, at: datetime) -> None:
    """
    Change a password, which ends every session of the account, and tell its owner.

    :raises AccountGone: if the account can no longer be used.
    """
    user = (
        User.objects.citizens()
        .usable()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=user_id)
        .first()
    )
    if user is None:
        raise AccountGone
    user.password = make_password(password)
    user.save(update_fields=["password"])
    security.record(SecurityEventKind.PASSWORD_RESET, at=at, user=user)
    tell_of_new_password(user, at=at)


@requires_transaction
def tell_of_new_password(user: User, *, at: datetime) -> None:
    """Tell the owner of an account, by every way there is, that its password was changed."""
    for medium, to in ((Medium.IN_APP, ""), (Medium.SMS, user.phone), (Medium.EMAIL, user.email)):
        queue_notice(
            kind="password-changed",
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=_("Mật khẩu đã được đổi"),
            body=_(
                "Mật khẩu tài khoản của ông/bà trên Cổng Dịch vụ công vừa được đổi. "
                "Nếu không phải ông/bà đổi, hãy dùng “Quên mật khẩu” để đặt lại ngay."
            ),
            dedupe_key=f"password-changed:{user.pk}:{at.timestamp()}:{medium}",
            at=at,
        )


def _find(*, identity_number: str, contact: str, at: datetime) -> User | None:
    usable = User.objects.citizens().usable()
    if "@" in contact:
        proven = usable.proven_by_email(contact)
    else:
        proven = usable.proven_by_phone(contact, at=at)
    found = proven.filter(identity_hash__in=identity_hashes(identity_number))
    user: User | None = found.order_by("pk").first()
    return user
