"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from accounts.services import sms_watch, upkeep


@shared_task(ignore_result=True)
def purge_expired(**_later: object) -> None:
    """Delete counters, codes and sessions that no longer mean anything."""
    upkeep.purge_expired(at=timezone.now())


@shared_task(ignore_result=True)
def watch_codes(**_later: object) -> None:
    """Raise the alarm when codes by SMS leave in bulk or nobody types them."""
    sms_watch.watch_codes(at=timezone.now())
