"""One-time codes: bound to purpose, phone or e-mail, and session; kept only as a hash."""

import secrets
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.enums import CodePurpose
from accounts.limits import (
    CODE_DIGITS,
    CODE_GAP,
    CODE_LIFETIME,
    CODE_TRIES,
    Bucket,
)
from accounts.models import OneTimeCode, User
from accounts.services import limits, sms_watch
from accounts.services.limits import TooManyRequests
from portal.core.crypto import keyed_hash, one_time_hash
from portal.core.db import refuses_transaction, requires_transaction, wait_in_line
from portal.core.identity import clean_phone
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# One statement counts the try and hands the hash out, so that parallel guesses cannot share a
# try: each waits for the row, and the condition is checked again on what the other one wrote.
_TRY: Final = """
    UPDATE accounts_onetimecode SET tries = tries + 1
    WHERE id = (
        SELECT id FROM accounts_onetimecode
        WHERE purpose = %s AND destination_hash = %s AND session_hash = %s
        ORDER BY id DESC LIMIT 1
    )
    AND used_at IS NULL AND tries < %s AND expires_at > %s
    RETURNING id, code_hash
"""

FORGET_AFTER: Final = timedelta(days=1)


class CodeCheck(Enum):
    RIGHT = auto()
    WRONG = auto()
    # Expired, used, replaced, tried too often, or never sent to this phone in this session.
    DEAD = auto()


class CodeRefused(Exception):
    """The code was not accepted; `sentence` tells the person what to do."""

    def __init__(self, check: CodeCheck) -> None:
        super().__init__(check.name)
        self.check = check

    @property
    def sentence(self) -> str:
        if self.check is CodeCheck.WRONG:
            return _("Mã xác nhận chưa đúng. Xem lại tin mới nhất rồi nhập 6 số.")
        return _("Mã này không còn dùng được. Bấm “Gửi lại mã” để nhận mã mới.")


def send_code(
    *,
    purpose: CodePurpose,
    session: str,
    client: str,
    at: datetime,
    phone: str = "",
    email: str = "",
    recipient: User | None = None,
    really: bool = True,
) -> None:
    """
    Send a new code to a phone, and to an e-mail address that its owner has confirmed.

    Without a phone the code goes to the e-mail address alone, and belongs to it. An older code of
    this session dies. With `really=False` everything happens but the sending, so that an answer
    about an unknown person looks and lasts like one about a known person.

    :raises TooManyRequests: if it is too soon, or too many went to this phone or from this client.
    """
    destination = _destination(phone, email)
    _require_gap(destination, at=at)
    if phone:
        sms_watch.require_no_surge(client, at=at)
    limits.require(Bucket.CODE_SEND_ADDRESS, client, at=at)
    limits.require(Bucket.CODE_SEND, destination, at=at)
    limits.require(Bucket.CODE_SEND_ALL, at=at)
    _issue(
        purpose=purpose,
        destination=destination,
        session=session,
        phone=destination if phone else "",
        email=email,
        recipient=recipient,
        really=really,
        at=at,
    )
    if phone and really:
        sms_watch.note_sent(at=at)


@refuses_transaction
@sensitive_variables("code")
def check_code(
    *,
    purpose: CodePurpose,
    session: str,
    code: str,
    at: datetime,
    phone: str = "",
    email: str = "",
) -> CodeCheck:
    """
    Count one try at the code of this purpose, address and session, and use it up if it is right.

    The code of who has a phone belongs to that phone; `email` then says nothing.

    :raises TooManyRequests: if this address has seen too many tries.
    """
    destination = _destination(phone, email)
    values: list[str | int | datetime] = [
        purpose,
        _destination_hash(destination),
        _session_hash(session),
        CODE_TRIES,
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TRY, values)
        row = cursor.fetchone()
    if row is None:
        return CodeCheck.DEAD
    # Counted only here: who never had a code sent cannot use up the tries of a stranger's phone.
    limits.require(Bucket.CODE_VERIFY, destination, at=at)
    code_id, stored = row
    typed = "".join(sign for sign in code if sign.isdecimal())
    if not secrets.compare_digest(stored, _code_hash(typed, purpose, destination, session)):
        return CodeCheck.WRONG
    used = OneTimeCode.objects.filter(pk=code_id, used_at=None).update(used_at=at)
    if used and phone:
        sms_watch.note_used(at=at)
    return CodeCheck.RIGHT if used else CodeCheck.DEAD


def require_code(
    *,
    purpose: CodePurpose,
    session: str,
    code: str,
    at: datetime,
    phone: str = "",
    email: str = "",
) -> None:
    """
    Use a code up, or refuse.

    :raises CodeRefused: if it is wrong or no longer alive.
    :raises TooManyRequests: if this address has seen too many tries.
    """
    check = check_code(purpose=purpose, phone=phone, email=email, session=session, code=code, at=at)
    if check is not CodeCheck.RIGHT:
        raise CodeRefused(check)


def purge_codes(*, at: datetime) -> int:
    """Delete codes that have long been dead."""
    deleted, _ = OneTimeCode.objects.filter(expires_at__lt=at - FORGET_AFTER).delete()
    return deleted


@transaction.atomic(durable=True)
@sensitive_variables("code")
def _issue(
    *,
    purpose: CodePurpose,
    destination: str,
    session: str,
    phone: str,
    email: str,
    recipient: User | None,
    really: bool,
    at: datetime,
) -> None:
    _lock_destination(destination)
    # Asked again, now that no other request can send to this address.
    _require_gap(destination, at=at)
    mine = {
        "purpose": purpose,
        "destination_hash": _destination_hash(destination),
        "session_hash": _session_hash(session),
    }
    OneTimeCode.objects.filter(**mine, used_at=None).update(used_at=at)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    issued = OneTimeCode.objects.create(
        **mine,
        code_hash=_code_hash(code, purpose, destination, session),
        created_at=at,
        expires_at=at + CODE_LIFETIME,
    )
    if not really:
        return
    body = _(
        "Mã của Cổng Dịch vụ công để %(purpose)s: %(code)s. Mã dùng trong %(minutes)d phút. "
        "Không đưa mã này cho bất kỳ ai, kể cả cán bộ."
    ) % {
        "purpose": purpose.label,
        "code": code,
        "minutes": CODE_LIFETIME.total_seconds() // 60,
    }
    for medium, to in ((Medium.SMS, phone), (Medium.EMAIL, email)):
        queue_notice(
            kind="one-time-code",
            medium=medium,
            to=to,
            recipient=recipient,
            subject_key="",
            subject=_("Mã xác nhận"),
            body=body,
            dedupe_key=f"one-time-code:{issued.pk}:{medium}",
            at=at,
            expires_at=issued.expires_at,
            secret=True,
        )


def _require_gap(destination: str, *, at: datetime) -> None:
    latest = (
        OneTimeCode.objects.filter(destination_hash=_destination_hash(destination))
        .order_by("-created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    if latest is not None and at < latest + CODE_GAP:
        raise TooManyRequests(latest + CODE_GAP - at)


@requires_transaction
def _lock_destination(destination: str) -> None:
    # 60 bits of the hash: a lock that two addresses happen to share only makes one wait.
    number = int(_destination_hash(destination)[:15], 16)
    wait_in_line(number)


def _destination(phone: str, email: str) -> str:
    """Return the one address to which a code belongs, as it is counted and hashed."""
    return limits.normalise(email) if not phone and "@" in email else clean_phone(phone)


def _destination_hash(destination: str) -> str:
    return keyed_hash(destination, domain="code-destination")


def _session_hash(session: str) -> str:
    return keyed_hash(session, domain="code-session")


@sensitive_variables("code")
def _code_hash(code: str, purpose: str, destination: str, session: str) -> str:
    return one_time_hash(code, context=f"{purpose}\x1f{destination}\x1f{session}")
