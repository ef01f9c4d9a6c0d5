"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from dossiers.attachments import WAKE_COMBINER, WAKE_SCANNER
from dossiers.issuing import WAKE_RENDERER
from dossiers.services import combining, rendering, scanning, watchdog
from portal.core import wakeups


@shared_task(name=WAKE_RENDERER, ignore_result=True, soft_time_limit=120, time_limit=150)
def render_slips(**_later: object) -> None:
    """
    Print what is due: after the transaction that issued it, and swept by beat.

    `**_later` lets a worker from before a deploy accept a call from after it.
    """
    if rendering.render_due_slips(at=timezone.now()):
        wakeups.publish(WAKE_RENDERER)


@shared_task(name=WAKE_SCANNER, ignore_result=True, soft_time_limit=150, time_limit=170)
def scan_files(**_later: object) -> None:
    """Ask the scanner about quarantined files: after an upload, and swept by beat."""
    if scanning.scan_due_files(at=timezone.now()):
        wakeups.publish(WAKE_SCANNER)


@shared_task(name=WAKE_COMBINER, ignore_result=True, soft_time_limit=270, time_limit=300)
def combine_photos(**_later: object) -> None:
    """Put the photos of papers together: after they are handed in, and swept by beat."""
    if combining.combine_due_photos(at=timezone.now()):
        wakeups.publish(WAKE_COMBINER)


@shared_task(ignore_result=True, soft_time_limit=60, time_limit=90)
def report_late(**_later: object) -> None:
    """Put before staff what should have been done by now."""
    watchdog.report_late(at=timezone.now())
