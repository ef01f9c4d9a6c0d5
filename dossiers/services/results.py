"""Returning the result: online, at the counter or by post, once everything due is settled."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from dossiers import notices, steps, transitions
from dossiers.enums import Action, DeliveryState, StepOutcome
from dossiers.models import Delivery
from dossiers.services.reception import lock_for_work
from procedures.enums import ResultDelivery

_STATES = {
    ResultDelivery.ONLINE: DeliveryState.ONLINE,
    ResultDelivery.COUNTER: DeliveryState.HANDED_OVER,
    ResultDelivery.POST: DeliveryState.IN_TRANSIT,
}


class StillOwed(Exception):
    """Something due at the result is neither settled nor exempt."""


class RecipientMissing(Exception):
    """A result handed over at the counter names no recipient."""


@transaction.atomic(durable=True)
def return_result(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    method: ResultDelivery,
    recipient_name: str = "",
    recipient_note: str = "",
) -> Delivery:
    """
    Hand the result over and close the dossier; handed to the post is not delivered yet.

    :raises StillOwed: if a fee due at the result is open.
    :raises RecipientMissing: if nobody is named who took it at the counter.
    :raises steps.NoOpenStep: if no result waits to be returned.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as elsewhere.
    """
    dossier, step = lock_for_work(
        dossier_id=dossier_id, by=by, at=at, version=version, key=steps.RETURN
    )
    if dossier.obligations.due().exists():
        raise StillOwed(dossier.code)
    if method == ResultDelivery.COUNTER and not recipient_name.strip():
        raise RecipientMissing(dossier.code)
    delivery = Delivery.objects.create(
        dossier=dossier,
        method=method,
        state=_STATES[method],
        recipient_name=recipient_name.strip(),
        recipient_note=recipient_note.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    dossier.closed_at = at
    transitions.apply(
        dossier,
        Action.RETURN,
        by=by,
        at=at,
        unit=step.unit,
        changed=["closed_at"],
        data={"method": method},
    )
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.DONE)
    notices.queue_returned(dossier, delivery, at=at)
    return delivery
