"""Thin Celery tasks: read the clock, call one function, decide nothing."""

from celery import shared_task
from django.utils import timezone

from payments.services import asking, refunds


@shared_task(ignore_result=True, soft_time_limit=120, time_limit=150)
def ask_gateway(**_later: object) -> None:
    """
    Ask about attempts of which no news came: lost calls, closed browsers, a gateway that was down.

    `**_later` lets a worker from before a deploy accept a call from after it.
    """
    asking.ask_due(at=timezone.now())


@shared_task(ignore_result=True, soft_time_limit=60, time_limit=90)
def suggest_refunds(**_later: object) -> None:
    """Put money that seems to be owed back before the accountants."""
    refunds.suggest_refunds(at=timezone.now())
