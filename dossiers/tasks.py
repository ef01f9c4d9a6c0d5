"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from dossiers.issuing import WAKE_RENDERER
from dossiers.services import rendering, watchdog
from portal.core import wakeups


@shared_task(name=WAKE_RENDERER, ignore_result=True, soft_time_limit=120, time_limit=150)
def render_slips(**_later: object) -> None:
    """
    Print what is due: after the transaction that issued it, and swept by beat.

    `**_later` lets a worker from before a deploy accept a call from after it.
    """
    if rendering.render_due_slips(at=timezone.now()):
        wakeups.publish(WAKE_RENDERER)


@shared_task(ignore_result=True, soft_time_limit=60, time_limit=90)
def report_late(**_later: object) -> None:
    """Put before staff what should have been done by now."""
    watchdog.report_late(at=timezone.now())
