"""What the gateway says, kept as it came before it is looked at: by IPN, by browser, when asked."""

import hashlib
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.limits import Bucket
from accounts.services import limits
from payments.enums import MessageKind, PaymentState, Provider, Verdict
from payments.gateways import client, vnpay
from payments.gateways.vnpay import Report
from payments.models import InboundMessage, Payment
from payments.services import settling
from portal.core.db import refuses_transaction

logger = logging.getLogger(__name__)

LONGEST: Final = 8_000

# What the gateway is answered; everything else is 99, so that it calls again.
_CODES: Final = {
    Verdict.RECORDED: "00",
    Verdict.UNKNOWN_ORDER: "01",
    Verdict.KNOWN: "02",
    Verdict.WRONG_AMOUNT: "04",
    Verdict.BAD_SIGNATURE: "97",
}


@refuses_transaction
def receive_ipn(*, raw: str, at: datetime) -> str:
    """
    Take in what VNPAY's server says and return the code of the answer; raises nothing.

    The message stays stored whatever becomes of it, as far as `_keep` keeps it.
    """
    try:
        message_id = _keep(MessageKind.IPN, raw, at=at)
        verdict = _guarded(message_id, lambda: _apply_ipn(message_id, raw, at=at))
    except Exception:
        # Not even stored: the gateway keeps it for us and calls again.
        logger.exception("payments.ipn-not-stored")
        verdict = Verdict.FAILED
    return _CODES.get(verdict, "99")


@refuses_transaction
def look_at_return(*, raw: str, at: datetime) -> str:
    """
    Keep what the payer's browser brought back and return the attempt that it names, "" if none.

    It changes nothing: anybody can write an address.
    """
    message_id = _keep(MessageKind.RETURN, raw, at=at)
    try:
        report = vnpay.parse_report(raw, client.get_terminal())
    except vnpay.BadSignature:
        _note(message_id, Verdict.BAD_SIGNATURE)
    except (vnpay.Malformed, client.NotConfigured):
        _note(message_id, Verdict.MALFORMED)
    else:
        _note(message_id, Verdict.SEEN)
        return report.reference
    return ""


@refuses_transaction
def hear_answer(*, payment: Payment, raw: str, at: datetime) -> Verdict:
    """Take in the answer to a query about an attempt."""
    message_id = _store(MessageKind.QUERY, raw, at=at)
    return _guarded(message_id, lambda: _apply_answer(message_id, payment, raw, at=at))


def _keep(kind: MessageKind, raw: str, *, at: datetime) -> int | None:
    """
    Store a message that anybody may send; None once enough of its like were stored.

    Forged ones and copies of signed ones are kept as evidence, not without end: a flood must not
    fill the table. What is signed is applied all the same, and the first of it is always kept.
    """
    if _is_signed(raw):
        digest = hashlib.sha256(raw.encode("utf-8", "surrogateescape")).hexdigest()
        may_keep = limits.hit(Bucket.GATEWAY_REPEATED, kind, digest, at=at).allowed
    else:
        may_keep = limits.hit(Bucket.GATEWAY_FORGED, kind, at=at).allowed
    if not may_keep:
        logger.warning("payments.message-not-kept kind=%s", kind)
        return None
    return _store(kind, raw, at=at)


def _is_signed(raw: str) -> bool:
    try:
        vnpay.parse_report(raw, client.get_terminal())
    except (vnpay.BadSignature, client.NotConfigured):
        return False
    except vnpay.Malformed:
        pass
    return True


@transaction.atomic(durable=True)
def _store(kind: MessageKind, raw: str, *, at: datetime) -> int:
    # PostgreSQL stores no zero byte, and nobody honest sends one.
    text = raw[:LONGEST].replace("\x00", "\N{REPLACEMENT CHARACTER}")
    message = InboundMessage.objects.create(
        provider=Provider.VNPAY, kind=kind, raw=text, received_at=at
    )
    return int(message.pk)


def _guarded(message_id: int | None, apply: Callable[[], Verdict]) -> Verdict:
    try:
        return apply()
    except vnpay.BadSignature:
        return _note(message_id, Verdict.BAD_SIGNATURE)
    except vnpay.BadAmount:
        return _note(message_id, Verdict.WRONG_AMOUNT)
    except vnpay.Malformed:
        return _note(message_id, Verdict.MALFORMED)
    except Exception:
        # Ours to mend: the message stays, the gateway is asked to call again.
        logger.exception("payments.message-failed message=%s", message_id)
        return _note(message_id, Verdict.FAILED)


def _apply_ipn(message_id: int | None, raw: str, *, at: datetime) -> Verdict:
    report = vnpay.parse_report(raw, client.get_terminal())
    return settling.record_report(report=report, message_id=message_id, at=at)


def _apply_answer(message_id: int, payment: Payment, raw: str, *, at: datetime) -> Verdict:
    report = _parse_answer(raw)
    if report is None:
        return _note(message_id, Verdict.UNSEEN, payment=payment)
    if report.reference != payment.reference:
        return _note(message_id, Verdict.UNCLEAR, payment=payment)
    return settling.record_report(report=report, message_id=message_id, at=at, is_query=True)


def _parse_answer(raw: str) -> Report | None:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise vnpay.Malformed("no json") from error
    if not isinstance(body, dict):
        raise vnpay.Malformed("no object")
    return vnpay.parse_answer(body, client.get_terminal())


@transaction.atomic(durable=True)
def _note(message_id: int | None, verdict: Verdict, *, payment: Payment | None = None) -> Verdict:
    if message_id is not None:
        changed = {"payment": payment} if payment else {}
        InboundMessage.objects.filter(pk=message_id).update(verdict=verdict, **changed)
    return verdict


@transaction.atomic(durable=True)
def expire(*, payment_id: int, at: datetime) -> bool:
    """Close an attempt that the gateway never saw paid; money that comes later is surplus."""
    return bool(
        Payment.objects.filter(pk=payment_id, state=PaymentState.REDIRECTED).update(
            state=PaymentState.EXPIRED, decided_at=at, query_due_at=None
        )
    )
