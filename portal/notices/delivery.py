"""Turn outbox rows into messages: claim, send outside any transaction, settle."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Final

from django.db import transaction
from django.db.models import Case, F, TextField, Value, When

from portal.notices import sms, smtp
from portal.notices.enums import Failure, Medium
from portal.notices.media import MediumUnavailable, Undeliverable
from portal.notices.models import Notice

logger = logging.getLogger(__name__)

# A lease outlives one run of the relay and the slowest provider; a dead worker's comes free then.
LEASE: Final = timedelta(minutes=3)
RUN_LIMIT: Final = timedelta(seconds=45)
BATCH_SIZE: Final = 10

BACKOFF_FIRST: Final = timedelta(seconds=1)
BACKOFF_LONGEST: Final = timedelta(seconds=300)
GIVE_UP_AFTER: Final = timedelta(hours=4)

# How often beat runs the sweep (CELERY_BEAT_SCHEDULE); a shorter wait needs a wake-up of its own.
SWEEP_EVERY: Final = timedelta(seconds=30)
ALARM_AFTER: Final = timedelta(minutes=5)

MEDIA: Final[Mapping[str, Callable[[Notice], str]]] = {
    Medium.SMS: sms.send,
    Medium.EMAIL: smtp.send,
}


class Delivery(Enum):
    SENT = auto()
    NOT_DUE = auto()
    RETRY_LATER = auto()
    FAILED = auto()


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th try: 1, 2, 4 … seconds, at most five minutes."""
    doublings = min(max(attempts - 1, 0), 16)
    return min(BACKOFF_FIRST * (1 << doublings), BACKOFF_LONGEST)


def deliver_notice(*, notice_id: int, at: datetime) -> Delivery:
    """
    Send one notice if it is due and free.

    No transaction is open while the provider answers. A crash between sending and settling sends
    the message again, with the id by which the provider drops the twin: twice at the worst, never
    zero times.
    """
    if not Notice.objects.claim(notice_id, at=at, lease=LEASE):
        return Delivery.NOT_DUE
    return _send_claimed(Notice.objects.get(pk=notice_id), at=at)


def relay_due(*, clock: Callable[[], datetime]) -> timedelta | None:
    """
    Send everything that is due, batch by batch; return how soon to look again.

    None leaves it to the next sweep. Any number of workers may relay at once. `clock` is asked
    before every message, because one slow provider may make a code expire that waits behind it.
    """
    started = clock()
    waits = [SWEEP_EVERY]
    while batch := claim_due(at=clock()):
        for position, notice in enumerate(batch):
            at = clock()
            if at - started >= RUN_LIMIT:
                Notice.objects.release([late.pk for late in batch[position:]])
                return timedelta(0)
            if _send_claimed(notice, at=at) is Delivery.RETRY_LATER:
                waits.append(backoff(notice.attempts))
    soonest = min(waits)
    return soonest if soonest < SWEEP_EVERY else None


@transaction.atomic(durable=True)
def claim_due(*, at: datetime) -> list[Notice]:
    """Take the next batch of due notices for this worker alone."""
    return Notice.objects.claim_batch(at=at, lease=LEASE, size=BATCH_SIZE)


def report_overdue(*, at: datetime) -> int:
    """Count the notices that should have left minutes ago, and raise the alarm in the log."""
    overdue = Notice.objects.overdue(at=at, by=ALARM_AFTER).count()
    if overdue:
        logger.error("notices.overdue count=%d", overdue)
    return overdue


def _send_claimed(notice: Notice, *, at: datetime) -> Delivery:
    if notice.expires_at is not None and notice.expires_at <= at:
        return _give_up(notice, Failure.EXPIRED, at=at)
    try:
        provider_id = MEDIA[notice.medium](notice)
    except Undeliverable as error:
        return _give_up(notice, error.failure, at=at)
    except MediumUnavailable as error:
        return _try_later(notice, error.reason, at=at)
    except Exception as error:
        # Whatever it is, the other notices of the batch must still leave.
        logger.exception("notices.crashed notice=%s", notice)
        return _try_later(notice, f"crash {type(error).__name__}", at=at)
    # Whoever holds the lease by now: the message is out, and nobody must send it again.
    Notice.objects.filter(pk=notice.pk, sent_at=None).update(
        sent_at=at,
        failed_at=None,
        provider_id=provider_id,
        leased_until=None,
        last_error="",
        body=_kept_body(),
    )
    logger.info("notices.sent notice=%s attempts=%d", notice, notice.attempts)
    return Delivery.SENT


def _try_later(notice: Notice, reason: str, *, at: datetime) -> Delivery:
    first_tried_at = notice.first_tried_at or at
    if at - first_tried_at >= GIVE_UP_AFTER:
        return _give_up(notice, Failure.TOO_LONG_UNANSWERED, at=at)
    _settle(notice, leased_until=None, due_at=at + backoff(notice.attempts), last_error=reason[:80])
    logger.warning(
        "notices.retry-later notice=%s attempts=%d reason=%s", notice, notice.attempts, reason
    )
    return Delivery.RETRY_LATER


def _give_up(notice: Notice, failure: Failure, *, at: datetime) -> Delivery:
    _settle(notice, leased_until=None, failed_at=at, last_error=failure.value, body=_kept_body())
    logger.error("notices.failed notice=%s reason=%s", notice, failure.value)
    return Delivery.FAILED


def _settle(notice: Notice, **changes: object) -> None:
    # `attempts` counts the claims: a worker whose lease ran out writes nothing over its successor.
    Notice.objects.unsent().filter(pk=notice.pk, attempts=notice.attempts).update(**changes)


def _kept_body() -> Case:
    return Case(When(is_secret=True, then=Value("")), default=F("body"), output_field=TextField())
