"""Another phone or e-mail for an account: password, a code to the old one, a code to the new."""

import base64
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, Self

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.enums import CodePurpose, IdentityLevel
from accounts.limits import Bucket
from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import codes, devices, limits, security
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

LIFETIME: Final = timedelta(minutes=30)

Field = Literal["phone", "email"]

_PURPOSES: Final[dict[Field, CodePurpose]] = {
    "phone": CodePurpose.CHANGE_PHONE,
    "email": CodePurpose.CHANGE_EMAIL,
}
_EVENTS: Final[dict[Field, SecurityEventKind]] = {
    "phone": SecurityEventKind.PHONE_CHANGED,
    "email": SecurityEventKind.EMAIL_CHANGED,
}


class WrongPassword(Exception):
    """The password of the account is another one."""


class NothingToChange(Exception):
    """The account has this address already, and it is confirmed."""


class ChangeExpired(Exception):
    """The change was begun too long ago, or the session lost it."""


class ChangedMeanwhile(Exception):
    """The account was closed, or this address was changed elsewhere, since the change began."""


@dataclass(frozen=True, slots=True)
class ContactChange:
    """A change under way: from what to what, and whether the old address was proved."""

    user_id: int
    field: Field
    old: str
    new: str
    begun_at: datetime
    is_old_proved: bool = False

    def seal(self) -> str:
        plain = {**asdict(self), "begun_at": self.begun_at.isoformat()}
        return base64.b64encode(seal(json.dumps(plain))).decode()

    @classmethod
    def unseal(cls, sealed: str, *, user: User, field: Field, at: datetime) -> Self:
        """
        Open what `seal` made for this person and this field.

        :raises ChangeExpired: if it is damaged, somebody else's, or older than half an hour.
        """
        try:
            plain = json.loads(unseal(base64.b64decode(sealed)))
            plain["begun_at"] = datetime.fromisoformat(plain["begun_at"])
            change = cls(**plain)
        except (Unreadable, ValueError, KeyError, TypeError) as error:
            raise ChangeExpired from error
        is_mine = (change.user_id, change.field) == (user.pk, field)
        if not is_mine or at >= change.begun_at + LIFETIME:
            raise ChangeExpired
        return change


@sensitive_variables("password")
def begin_change(
    *, user: User, field: Field, new: str, password: str, session: str, client: str, at: datetime
) -> ContactChange:
    """
    Check the password and send a code to the address that is to go.

    Whether other accounts use the new address is not asked: nobody shall find that out here.

    :raises WrongPassword: if it is wrong.
    :raises NothingToChange: if the account has this address already.
    :raises TooManyRequests: after too many wrong passwords or too many codes.
    """
    require_password(user, password, client=client, at=at)
    old = getattr(user, field)
    if new == old and getattr(user, f"{field}_verified_at"):
        raise NothingToChange
    change = ContactChange(user.pk, field, old, new, at)
    send_old(user=user, change=change, session=session, client=client, at=at)
    return change


@sensitive_variables("password")
def require_password(user: User, password: str, *, client: str, at: datetime) -> None:
    """
    Make sure that whoever sits there knows the password, not only found a browser open.

    :raises WrongPassword: if it is wrong.
    :raises TooManyRequests: after too many wrong ones.
    """
    # Counted before it is looked at, as at the sign-in; a right one is taken back.
    limits.require(Bucket.STEP_UP, str(user.pk), client, at=at)
    if not user.check_password(password):
        raise WrongPassword
    limits.forgive(Bucket.STEP_UP, str(user.pk), client, at=at)


def send_old(*, user: User, change: ContactChange, session: str, client: str, at: datetime) -> None:
    """
    Send the code that proves the old address.

    :raises TooManyRequests: if it is too soon, or too many were sent.
    """
    phone, email = old_address(user, change.field)
    codes.send_code(
        purpose=CodePurpose.STEP_UP,
        phone=phone,
        email=email,
        session=session,
        client=client,
        recipient=user,
        at=at,
    )


def prove_old(
    *, user: User, change: ContactChange, code: str, session: str, at: datetime
) -> ContactChange:
    """
    Use up the code of the old address.

    :raises CodeRefused: if it is wrong or no longer alive.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    phone, email = old_address(user, change.field)
    codes.require_code(
        purpose=CodePurpose.STEP_UP,
        phone=phone,
        email=email,
        session=session,
        code=code,
        at=at,
    )
    return replace(change, is_old_proved=True)


def send_new(*, user: User, change: ContactChange, session: str, client: str, at: datetime) -> None:
    """
    Send the code that proves the new address, to that address alone.

    :raises TooManyRequests: if it is too soon, or too many were sent.
    """
    codes.send_code(
        purpose=_PURPOSES[change.field],
        phone=change.new if change.field == "phone" else "",
        email=change.new if change.field == "email" else "",
        session=session,
        client=client,
        recipient=user,
        at=at,
    )


def confirm_change(
    *, change: ContactChange, code: str, session: str, session_key: str, at: datetime
) -> User:
    """
    Use up the code of the new address, change it, end all other sessions and tell both addresses.

    :raises CodeRefused: if the code is wrong or no longer alive, or the old one was not proved.
    :raises ChangedMeanwhile: if another change was first.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    if not change.is_old_proved:
        raise codes.CodeRefused(codes.CodeCheck.DEAD)
    codes.require_code(
        purpose=_PURPOSES[change.field],
        phone=change.new if change.field == "phone" else "",
        email=change.new if change.field == "email" else "",
        session=session,
        code=code,
        at=at,
    )
    return _store(change, session_key=session_key, at=at)


def old_address(user: User, field: Field) -> tuple[str, str]:
    """
    Return phone and e-mail of which one is "": where the code goes that permits a change.

    It is the address that is to go, if it was ever confirmed, and otherwise the other one.
    """
    phone = user.phone if user.phone_verified_at else ""
    email = user.confirmed_email
    if field == "email" and email:
        return "", email
    return (phone, "") if phone else ("", email)


@transaction.atomic(durable=True)
def _store(change: ContactChange, *, session_key: str, at: datetime) -> User:
    user: User | None = (
        User.objects.citizens()
        .usable()
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=change.user_id)
        .first()
    )
    if user is None or getattr(user, change.field) != change.old:
        raise ChangedMeanwhile
    told = [(user.phone, user.email)]
    set_contact(user, change.field, change.new, at=at)
    told.append((user.phone, user.email))
    devices.end_others(user, but=session_key)
    security.record(_EVENTS[change.field], at=at, user=user)
    tell_of_change(user, change.field, told=told, at=at)
    return user


@requires_transaction
def set_contact(user: User, field: Field, new: str, *, at: datetime) -> None:
    """Write a proved address into an account."""
    setattr(user, field, new)
    setattr(user, f"{field}_verified_at", at)
    if field == "phone":
        if user.identity_level == IdentityLevel.DECLARED:
            user.identity_level = IdentityLevel.PHONE_VERIFIED
        # A number proves one account of a person: the one for which it was proved last.
        same = User.objects.citizens().filter(identity_hash=user.identity_hash, phone=new)
        same.exclude(pk=user.pk).exclude(identity_hash="").update(phone_verified_at=None)
    user.save(update_fields=[field, f"{field}_verified_at", "identity_level"])


@requires_transaction
def tell_of_change(
    user: User, field: Field, *, told: list[tuple[str, str]], at: datetime, at_counter: bool = False
) -> None:
    """Tell the owner at the old and at the new address, and in the inbox."""
    what = _("số điện thoại") if field == "phone" else _("thư điện tử")
    if at_counter:
        said = _(
            "Tài khoản của ông/bà trên Cổng Dịch vụ công vừa được khôi phục tại quầy với địa chỉ "
            "liên hệ mới. Nếu không phải ông/bà yêu cầu, hãy báo ngay Trung tâm Phục vụ hành chính "
            "công."
        )
    else:
        said = _(
            "Tài khoản của ông/bà trên Cổng Dịch vụ công vừa đổi %(what)s. Nếu không phải ông/bà "
            "đổi, hãy báo Trung tâm Phục vụ hành chính công ngay."
        ) % {"what": what}
    phones = dict.fromkeys(phone for phone, _email in told)
    emails = dict.fromkeys(email for _phone, email in told)
    everywhere = [
        (Medium.IN_APP, ""),
        *((Medium.SMS, phone) for phone in phones),
        *((Medium.EMAIL, email) for email in emails),
    ]
    for number, (medium, to) in enumerate(everywhere):
        queue_notice(
            kind="contact-changed",
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=_("Đã đổi %(what)s của tài khoản") % {"what": what},
            body=said,
            dedupe_key=f"contact-changed:{user.pk}:{at.timestamp()}:{number}",
            at=at,
        )
