"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from portal.operations.services import digests


@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1600)
def seal_audit(**_later: object) -> None:
    """Seal what was written on the days that are over, and copy the seals out."""
    digests.seal_due(at=timezone.now())
    digests.copy_out()
