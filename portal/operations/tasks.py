"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from portal.operations.services import (
    data_exports,
    data_requests,
    digests,
    doomed,
    editions,
    erasures,
    retention,
)


@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1600)
def seal_audit(**_later: object) -> None:
    """Seal what was written on the days that are over, and copy the seals out."""
    digests.seal_due(at=timezone.now())
    digests.copy_out()


@shared_task(
    name=data_exports.WAKE_COPIER, ignore_result=True, soft_time_limit=1500, time_limit=1600
)
def make_data_copies(**_later: object) -> None:
    """Put together the copies of personal data that people asked for; remove the old ones."""
    data_exports.make_due(at=timezone.now())
    data_exports.remove_expired(at=timezone.now())
    doomed.purge_doomed()
    erasures.copy_out()


@shared_task(ignore_result=True, soft_time_limit=60, time_limit=90)
def report_late_requests(**_later: object) -> None:
    """Put before whoever answers for personal data what was not done in time."""
    data_requests.report_late(at=timezone.now())


@shared_task(ignore_result=True, soft_time_limit=1500, time_limit=1600)
def apply_retention(**_later: object) -> None:
    """Remove what is kept no longer; a second run on the same day finds little or nothing."""
    retention.apply(at=timezone.now())


@shared_task(ignore_result=True, soft_time_limit=20, time_limit=25)
def compare_edition(**_later: object) -> None:
    """Have public pages sent anew if something that they show changed and nobody said so."""
    editions.compare_tables()
