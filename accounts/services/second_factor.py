"""The authenticator app of staff: enrolling it, proving it, doing without a lost one."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.limits import Bucket
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.security import SecurityEventKind
from accounts.services import limits, security
from accounts.services.staff_notices import tell
from portal.core import totp
from portal.core.crypto import Unreadable, one_time_hash, seal, unseal
from portal.core.db import refuses_transaction, requires_transaction

RECOVERY_CODES: Final = 10
# Digits only, so that a keyboard of digits serves both kinds of codes.
RECOVERY_DIGITS: Final = 10
# Every secret of the demonstration begins so; outside it none of them proves anything.
DEMO_MARK: Final = "TRINHDIEN"


class CodeCheck(Enum):
    WRONG = auto()
    # Right, but a code of this or a later step was already taken.
    USED = auto()


class CodeRefused(Exception):
    """The code was not accepted; `sentence` tells the person what to do."""

    def __init__(self, check: CodeCheck) -> None:
        super().__init__(check.name)
        self.check = check

    @property
    def sentence(self) -> str:
        if self.check is CodeCheck.USED:
            return _("Mã này vừa được dùng. Đợi ứng dụng hiện mã mới, khoảng 30 giây, rồi nhập.")
        return _(
            "Mã chưa đúng. Xem mã đang hiện trong ứng dụng xác thực; nếu vẫn không được, kiểm tra "
            "giờ của điện thoại đã đặt tự động."
        )


class AlreadyEnrolled(Exception):
    """This account has an app; only a reset makes room for another."""


class NotStaff(Exception):
    """There is no such usable account of staff."""


class OwnFactor(Exception):
    """Nobody resets their own second factor; somebody else does."""


@dataclass(frozen=True, slots=True)
class Proof:
    """How the second factor was proved; `codes_left` counts recovery codes after using one."""

    by_recovery_code: bool = False
    codes_left: int = 0


def has_factor(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exists()


def count_recovery_codes(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


@refuses_transaction
@sensitive_variables("code")
def prove(*, user: User, code: str, client: str, at: datetime) -> Proof:
    """
    Take a code of the app, or a recovery code, and use it up.

    Counted before it is looked at, as parallel guesses would otherwise all come before the first
    count; a success is taken back.

    :raises CodeRefused: if it is wrong or was used.
    :raises TooManyRequests: after too many wrong ones.
    """
    account = f"user {user.pk}"
    limits.require(Bucket.SECOND_FACTOR_ADDRESS, client, at=at)
    limits.require(Bucket.SECOND_FACTOR, account, at=at)
    typed = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    try:
        proof = (
            _use_recovery_code(user, typed, at=at)
            if len(typed) == RECOVERY_DIGITS
            else _use_app_code(user, typed, at=at)
        )
    except CodeRefused:
        _record_refusal(user, at=at)
        raise
    limits.forgive(Bucket.SECOND_FACTOR_ADDRESS, client, at=at)
    limits.forgive(Bucket.SECOND_FACTOR, account, at=at)
    return proof


@transaction.atomic(durable=True)
@sensitive_variables("secret", "code")
def enrol(*, user_id: int, secret: str, code: str, at: datetime) -> list[str]:
    """
    Store the app whose secret a code has confirmed; return the recovery codes, shown only now.

    :raises CodeRefused: if the code is not of this secret.
    :raises AlreadyEnrolled: if the account has an app already.
    :raises NotStaff: if there is no such account of staff.
    """
    user = _locked_staff(user_id)
    if has_factor(user):
        raise AlreadyEnrolled
    step = totp.matching_step(secret, code, at=at)
    if step is None:
        raise CodeRefused(CodeCheck.WRONG)
    store_factor(user, secret=secret, at=at, last_step=step)
    codes = _make_recovery_codes(user, at=at)
    security.record(SecurityEventKind.SECOND_FACTOR_ENROLLED, at=at, user=user, actor=user)
    tell(
        user,
        kind="second-factor-enrolled",
        subject=_("Đã cài ứng dụng xác thực"),
        body=_(
            "Tài khoản cán bộ của ông/bà trên Cổng Dịch vụ công vừa được cài ứng dụng xác thực. "
            "Nếu không phải ông/bà cài, hãy báo ngay quản trị viên của đơn vị."
        ),
        at=at,
    )
    return codes


@requires_transaction
@sensitive_variables("secret")
def store_factor(user: User, *, secret: str, at: datetime, last_step: int = 0) -> None:
    """Store an app's secret, sealed with the id of whose it is."""
    SecondFactor.objects.create(
        user=user, secret_sealed=seal(f"{user.pk}:{secret}"), confirmed_at=at, last_step=last_step
    )


@transaction.atomic(durable=True)
def replace_recovery_codes(*, user_id: int, at: datetime) -> list[str]:
    """
    Make new recovery codes; the former ones are void.

    :raises NotStaff: if there is no such account of staff.
    """
    user = _locked_staff(user_id)
    RecoveryCode.objects.filter(user=user).delete()
    codes = _make_recovery_codes(user, at=at)
    security.record(SecurityEventKind.RECOVERY_CODES_REPLACED, at=at, user=user, actor=user)
    return codes


@transaction.atomic(durable=True)
def reset(*, user_id: int, actor: User | None, at: datetime) -> None:
    """
    Take a lost app away: all sessions end, and the next sign-in enrols another after the password.

    Who may reset whose is for the caller's policy; `actor` is None for the command line.

    :raises OwnFactor: if it is the actor's own.
    :raises NotStaff: if there is no such account of staff.
    """
    if actor is not None and actor.pk == user_id:
        raise OwnFactor
    user = _locked_staff(user_id)
    RecoveryCode.objects.filter(user=user).delete()
    SecondFactor.objects.filter(user=user).delete()
    security.end_sessions(user)
    security.record(SecurityEventKind.SECOND_FACTOR_RESET, at=at, user=user, actor=actor)
    tell(
        user,
        kind="second-factor-reset",
        subject=_("Ứng dụng xác thực đã được gỡ"),
        body=_(
            "Quản trị viên vừa gỡ ứng dụng xác thực khỏi tài khoản cán bộ của ông/bà và đăng xuất "
            "mọi thiết bị. Lần đăng nhập tới, ông/bà nhập mật khẩu rồi cài lại ứng dụng. Nếu "
            "ông/bà không yêu cầu việc này, hãy báo ngay quản trị viên của đơn vị."
        ),
        at=at,
    )


@sensitive_variables("typed")
def _use_app_code(user: User, typed: str, *, at: datetime) -> Proof:
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        raise CodeRefused(CodeCheck.WRONG)
    secret = _open(factor)
    step = totp.matching_step(secret, typed, at=at) if secret else None
    if step is None:
        raise CodeRefused(CodeCheck.WRONG)
    # One statement compares and sets: of two processes with the same code, one finds it used.
    taken = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step)
    if not taken:
        raise CodeRefused(CodeCheck.USED)
    return Proof()


@transaction.atomic(durable=True)
@sensitive_variables("typed")
def _use_recovery_code(user: User, typed: str, *, at: datetime) -> Proof:
    unused = RecoveryCode.objects.filter(user=user, used_at=None)
    if not unused.filter(code_hash=_recovery_hash(user, typed)).update(used_at=at):
        raise CodeRefused(CodeCheck.WRONG)
    left = unused.count()
    security.record(
        SecurityEventKind.RECOVERY_CODE_USED, at=at, user=user, actor=user, data={"left": left}
    )
    tell(
        user,
        kind="recovery-code-used",
        subject=_("Đã đăng nhập bằng mã dự phòng"),
        body=_(
            "Một mã dự phòng của tài khoản cán bộ của ông/bà vừa được dùng; còn %(left)d mã. Nếu "
            "không phải ông/bà dùng, hãy báo ngay quản trị viên của đơn vị."
        )
        % {"left": left},
        at=at,
    )
    return Proof(by_recovery_code=True, codes_left=left)


@transaction.atomic(durable=True)
def _record_refusal(user: User, *, at: datetime) -> None:
    security.record(SecurityEventKind.SECOND_FACTOR_REFUSED, at=at, user=user)


@sensitive_variables("secret")
def is_secret_of(factor: SecondFactor, secret: str) -> bool:
    """Return whether an app has this secret; only the demonstration knows one to ask about."""
    return secrets.compare_digest(_open(factor), secret)


@sensitive_variables("secret")
def _open(factor: SecondFactor) -> str:
    """Return the secret, "" if it was moved here from another account or is the demonstration's."""
    try:
        owner, _colon, secret = unseal(factor.secret_sealed).partition(":")
    except Unreadable:
        return ""
    is_demo = secret.startswith(DEMO_MARK)
    return secret if owner == str(factor.user_id) and (settings.DEMO or not is_demo) else ""


@requires_transaction
def _make_recovery_codes(user: User, *, at: datetime) -> list[str]:
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add(f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}d}")
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=_recovery_hash(user, code), created_at=at)
        for code in codes
    )
    return sorted(codes)


@sensitive_variables("code")
def _recovery_hash(user: User, code: str) -> str:
    return one_time_hash(code, context=f"recovery\x1f{user.pk}")


@requires_transaction
def _locked_staff(user_id: int) -> User:
    locked = User.objects.staff().usable().select_for_update(of=("self",), no_key=True)
    user: User | None = locked.filter(pk=user_id).first()
    if user is None:
        raise NotStaff
    return user
