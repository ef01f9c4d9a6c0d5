"""Returning the result: online, at the counter or by post, once everything due is settled."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.selectors import list_roles
from dossiers import notices, policies, steps, transitions
from dossiers.enums import Action, DeliveryState, DossierState, StepOutcome
from dossiers.models import Delivery
from dossiers.services import processing
from dossiers.services.reception import lock_for_work
from portal.core.dates import local_day
from procedures.enums import ResultDelivery

_STATES = {
    ResultDelivery.ONLINE: DeliveryState.ONLINE,
    ResultDelivery.COUNTER: DeliveryState.HANDED_OVER,
    ResultDelivery.POST: DeliveryState.IN_TRANSIT,
}


class StillOwed(Exception):
    """Something due at the result is neither settled nor exempt."""


class NotStopped(Exception):
    """There is nothing to hand back: the dossier goes on, or was handed back already."""


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


@transaction.atomic(durable=True)
def return_stopped(
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
    Hand the notice of a stop and the originals back, and close the dossier for good.

    No step stands open on a stopped dossier: any clerk of the desk that took it in may do it.

    :raises RecipientMissing: if nobody is named who took the papers at the counter.
    :raises policies.NotYourDossier: if the desk is not that of `by`.
    :raises NotStopped: if the dossier is not, or no longer, stopped.
    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    """
    dossier = processing.lock_dossier(dossier_id=dossier_id, version=version)
    clerk = policies.require_hand_back(dossier, list_roles(by, on=local_day(at)))
    dossier.acting_for = clerk.on_behalf_of_id
    policies.require_not_own_affair(dossier, by)
    if dossier.state != DossierState.STOPPED:
        raise NotStopped(dossier.code)
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
        unit=dossier.receiving_unit,
        changed=["closed_at"],
        data={"method": method, "is_stopped": True},
    )
    notices.queue_handed_back(dossier, delivery, at=at)
    return delivery
