"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from accounts.services import upkeep


@shared_task(ignore_result=True)
def purge_expired(**_later: object) -> None:
    """Delete counters, codes and sessions that no longer mean anything."""
    upkeep.purge_expired(at=timezone.now())
