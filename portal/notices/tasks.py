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
    if delivery.relay_due(clock=timezone.now):
        wakeups.publish(WAKE_RELAY)


@shared_task(ignore_result=True)
def sweep_notices(**_later: object) -> None:
    """Find what a lost wake-up, a dead worker or a waiting retry left behind, and send it."""
    delivery.relay_due(clock=timezone.now)
    delivery.report_overdue(at=timezone.now())
