"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from procedures import missed
from procedures.services import exchange_files, posting, publishing


@shared_task(ignore_result=True)
def publish_due(**_later: object) -> None:
    """Publish the revisions whose hour has come; a late or lost run only delays them."""
    publishing.publish_due(at=timezone.now())


@shared_task(ignore_result=True)
def forget_missed(**_later: object) -> None:
    """Delete what nobody has looked for in 90 days."""
    missed.forget_old(on=timezone.localdate())


@shared_task(
    name=exchange_files.WAKE_EXCHANGE, ignore_result=True, soft_time_limit=1500, time_limit=1600
)
def work_on_files(**_later: object) -> None:
    """Check and take in the large files of the catalogue: after an upload, and swept by beat."""
    exchange_files.work_on_due(at=timezone.now())


@shared_task(name=posting.WAKE_PRINTER, ignore_result=True, soft_time_limit=270, time_limit=290)
def print_sheets(**_later: object) -> None:
    """Print the posting sheets that wait: after somebody asked, and swept by beat."""
    posting.print_due(at=timezone.now())
