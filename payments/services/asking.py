"""Asking the gateway by ourselves: soon after the payer left, then ever more rarely."""

import logging
import time
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import httpx
from django.conf import settings
from django.db import transaction

from payments.enums import Verdict
from payments.gateways import client, vnpay
from payments.models import Payment
from payments.services import hearing

logger = logging.getLogger(__name__)

# Counted from the start of the attempt; after that every hour.
SCHEDULE: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
THEN_EVERY: Final = timedelta(hours=1)
# So long after its window an attempt that the gateway never saw paid is over.
GIVE_UP_AFTER: Final = timedelta(hours=24)
# A payer who reloads the page asks no more often than this.
LEAST_GAP: Final = timedelta(seconds=10)
RUN_SECONDS: Final = 45.0


def ask_due(*, at: datetime) -> int:
    """Ask about every attempt that is due, one after the other; return how many were asked."""
    started, asked = time.monotonic(), 0
    while time.monotonic() - started < RUN_SECONDS:
        payment = claim_next(at=at)
        if payment is None:
            break
        ask(payment, at=at)
        asked += 1
    return asked


@transaction.atomic(durable=True)
def claim_next(*, at: datetime) -> Payment | None:
    """Take the attempt that is due longest; the next time is fixed before the gateway is asked."""
    payment = (
        Payment.objects.undecided()
        .filter(query_due_at__lte=at)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("query_due_at", "pk")
        .first()
    )
    if payment is not None:
        payment.queries += 1
        payment.query_due_at = next_query(payment.created_at, at=at)
        payment.save(update_fields=["queries", "query_due_at"])
    return payment


def next_query(created_at: datetime, *, at: datetime) -> datetime:
    """Return when to ask again of an attempt that was asked about at `at`."""
    times = (created_at + after for after in SCHEDULE)
    return next((moment for moment in times if moment > at), at + THEN_EVERY)


def ask_for_payer(*, reference: str, owner_id: int, at: datetime) -> None:
    """Ask about an attempt whose payer has just come back, if that is not known yet; be brief."""
    payment = claim_for_payer(reference=reference, owner_id=owner_id, at=at)
    if payment is not None:
        ask(payment, at=at, timeout=client.BRIEF)


@transaction.atomic(durable=True)
def claim_for_payer(*, reference: str, owner_id: int, at: datetime) -> Payment | None:
    """Take an undecided attempt of this payer, unless it was asked about a moment ago."""
    found = (
        Payment.objects.undecided()
        .filter(reference=reference, owner=owner_id)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .first()
    )
    if found is None or found.messages.filter(received_at__gt=at - LEAST_GAP).exists():
        return None
    found.queries += 1
    found.save(update_fields=["queries"])
    return found


def ask(payment: Payment, *, at: datetime, timeout: httpx.Timeout = client.PATIENT) -> Verdict:
    """Ask the gateway what became of an attempt and apply the answer; no answer changes nothing."""
    try:
        body = vnpay.query_request(
            request_id=uuid4().hex,
            reference=payment.reference,
            info=f"Truy van {payment.reference}",
            created_at=payment.created_at,
            at=at,
            server_address=settings.VNPAY_SERVER_ADDRESS,
            terminal=client.get_terminal(),
        )
        raw = client.ask(body, timeout=timeout)
    except (client.GatewayUnavailable, client.NotConfigured) as error:
        logger.warning("payments.query-unanswered payment=%s %s", payment.pk, error)
        return Verdict.UNCLEAR
    verdict = hearing.hear_answer(payment=payment, raw=raw, at=at)
    is_over = at >= payment.expires_at + GIVE_UP_AFTER
    if is_over and verdict in {Verdict.UNSEEN, Verdict.UNCLEAR}:
        hearing.expire(payment_id=payment.pk, at=at)
    return verdict
