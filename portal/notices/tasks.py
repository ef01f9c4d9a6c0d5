"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from portal.core import wakeups
from portal.notices import delivery
from portal.notices.outbox import WAKE_RELAY


@shared_task(name=WAKE_RELAY, ignore_result=True)
def wake_relay(**_later: object) -> None:
    """
    Send what is due, soon after the transaction that queued it.

    `**_later` lets a worker from before a deploy accept a call from after it.
    """
    _relay()


@shared_task(ignore_result=True)
def sweep_notices(**_later: object) -> None:
    """Find what a lost wake-up, a dead worker or a waiting retry left behind, and send it."""
    _relay()
    delivery.report_overdue(at=timezone.now())


def _relay() -> None:
    again = delivery.relay_due(clock=timezone.now)
    if again is not None:
        wakeups.publish(WAKE_RELAY, countdown=again.total_seconds())
