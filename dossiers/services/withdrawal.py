"""The citizen takes the dossier back before a decision is issued."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from dossiers import notices, policies, transitions
from dossiers.enums import Action, StepOutcome
from dossiers.models import Dossier
from dossiers.services import fees, processing
from dossiers.steps import close_step, get_open_step


@transaction.atomic(durable=True)
def withdraw_dossier(*, dossier_id: int, by: User, at: datetime, version: int | None) -> Dossier:
    """
    Withdraw a dossier: its step, its open request and what is still due are closed with it.

    :raises policies.NotYourDossier: if it is not theirs, or they only hold a mandate.
    :raises lifecycle.StaleVersion: if it moved on since the page was made.
    :raises lifecycle.ForbiddenTransition: if it is decided or has ended.
    """
    dossier = processing.lock_dossier(dossier_id=dossier_id, version=version)
    if not policies.can_withdraw(dossier, by):
        raise policies.NotYourDossier(dossier.code)
    dossier.closed_at = at
    transitions.apply(dossier, Action.WITHDRAW, by=by, at=at, changed=["closed_at"])
    close_step(get_open_step(dossier), by=by, at=at, outcome=StepOutcome.CLOSED)
    dossier.supplements.filter(answered_at=None, closed_at=None).update(closed_at=at)
    decision = processing.live_decision(dossier)
    if decision is not None:
        decision.recalled_at = at
        decision.save(update_fields=["recalled_at"])
    fees.cancel_obligations(dossier, at=at)
    notices.queue_withdrawn(dossier, at=at)
    return dossier
