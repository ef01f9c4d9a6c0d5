"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from procedures import missed
from procedures.services import publishing


@shared_task(ignore_result=True)
def publish_due(**_later: object) -> None:
    """Publish the revisions whose hour has come; a late or lost run only delays them."""
    publishing.publish_due(at=timezone.now())


@shared_task(ignore_result=True)
def forget_missed(**_later: object) -> None:
    """Delete what nobody has looked for in 90 days."""
    missed.forget_old(on=timezone.localdate())
