"""What the leader takes back, with a reason: a refusal, an acceptance, a stop, a result."""

from datetime import datetime

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from dossiers import deadlines, notices, steps, transitions
from dossiers.enums import Action, SlipKind, StepOutcome
from dossiers.models import Dossier, Reversal
from dossiers.services import fees
from dossiers.services.processing import ReasonMissing, live_decision, lock_as_leader
from portal.core.db import requires_transaction


@transaction.atomic(durable=True)
def reopen_dossier(
    *, dossier_id: int, by: User, at: datetime, version: int | None, reason: str
) -> Dossier:
    """
    Take a refusal back: the dossier is new at the desk again, with 8 working hours to answer.

    The refusal slip is withdrawn; a fee that was due at filing is asked for again.

    :raises ReasonMissing: if `reason` is empty.
    :raises policies.NotYourDossier: if `by` does not lead the deciding agency.
    :raises lifecycle.StaleVersion: if somebody changed the dossier meanwhile.
    :raises lifecycle.ForbiddenTransition: if it is not refused.
    """
    dossier = _lock(dossier_id=dossier_id, by=by, at=at, version=version, reason=reason)
    ended_at, dossier.closed_at = dossier.closed_at, None
    _set_answer_due(dossier, at=at)
    _apply(dossier, Action.REOPEN, by=by, at=at, reason=reason, changed=["closed_at"])
    _withdraw_slips(dossier, SlipKind.REFUSAL, at=at)
    _open_reception(dossier, at=at)
    notices.queue_reversed(dossier, "reopened", reason=reason, at=at)
    fees.revive_obligations(dossier, ended_at=ended_at, by=by, at=at)
    return dossier


@transaction.atomic(durable=True)
def undo_acceptance(
    *, dossier_id: int, by: User, at: datetime, version: int | None, reason: str
) -> Dossier:
    """
    Take an acceptance back before any work: no date is promised, the appointment is withdrawn.

    What is still due for the acceptance is cancelled; what was paid stays paid and is not asked
    for again when the dossier is accepted anew.

    :raises lifecycle.ForbiddenTransition: if work has begun, or the dossier was not accepted.
    :raises ReasonMissing, policies.NotYourDossier, lifecycle.StaleVersion: as reopen_dossier.
    """
    dossier = _lock(dossier_id=dossier_id, by=by, at=at, version=version, reason=reason)
    dossier.accepted_at = dossier.original_due_at = None
    transitions.set_due(dossier, None)
    _set_answer_due(dossier, at=at)
    changed = ["accepted_at", "original_due_at"]
    _apply(dossier, Action.UNDO_ACCEPTANCE, by=by, at=at, reason=reason, changed=changed)
    _withdraw_slips(dossier, SlipKind.ACCEPTANCE, SlipKind.APOLOGY, at=at)
    open_step = steps.get_open_step(dossier)
    steps.close_step(open_step, by=by, at=at, outcome=StepOutcome.CLOSED, note=reason)
    _open_reception(dossier, at=at)
    fees.cancel_obligations(dossier, at=at)
    notices.queue_reversed(dossier, "acceptance_undone", reason=reason, at=at)
    return dossier


@transaction.atomic(durable=True)
def restart_dossier(
    *, dossier_id: int, by: User, at: datetime, version: int | None, reason: str
) -> Dossier:
    """
    Go on with a dossier that was stopped, at the last step at which it was worked on.

    The notice of the stop is withdrawn. The promised date stays: standing still was the agency's
    doing, and must not hide that it is late. What stopped the work for want of money is asked for
    again.

    :raises lifecycle.ForbiddenTransition: if it is not stopped, or was handed back already.
    :raises ReasonMissing, policies.NotYourDossier, lifecycle.StaleVersion: as reopen_dossier.
    """
    dossier = _lock(dossier_id=dossier_id, by=by, at=at, version=version, reason=reason)
    ended_at, dossier.closed_at = dossier.closed_at, None
    _apply(dossier, Action.RESTART, by=by, at=at, reason=reason, changed=["closed_at"])
    last = dossier.steps.order_by("-number").values_list("key", flat=True).first() or ""
    index = steps.working_index(dossier, until=max(steps.index_of(dossier, last), 0))
    steps.reopen_workflow_step(dossier, index=index, at=at)
    _withdraw_slips(dossier, SlipKind.STOP, at=at)
    notices.queue_reversed(dossier, "restarted", reason=reason, at=at)
    fees.revive_obligations(dossier, ended_at=ended_at, by=by, at=at)
    return dossier


@transaction.atomic(durable=True)
def recall_result(
    *, dossier_id: int, by: User, at: datetime, version: int | None, reason: str
) -> Dossier:
    """
    Take a result back before it is handed over: revoked, its decision recalled, worked on anew.

    The promised date stays, and so does what is owed at the result.

    :raises lifecycle.ForbiddenTransition: if there is no result, or it was handed over.
    :raises ReasonMissing, policies.NotYourDossier, lifecycle.StaleVersion: as reopen_dossier.
    """
    dossier = _lock(dossier_id=dossier_id, by=by, at=at, version=version, reason=reason)
    dossier.decided_at = None
    _apply(dossier, Action.RECALL, by=by, at=at, reason=reason, changed=["decided_at"])
    decision = live_decision(dossier)
    if decision is not None:
        decision.recalled_at = at
        decision.save(update_fields=["recalled_at"])
    dossier.results.filter(revoked_at=None).update(revoked_at=at)
    open_step = steps.get_open_step(dossier)
    steps.close_step(open_step, by=by, at=at, outcome=StepOutcome.CLOSED, note=reason)
    index = steps.working_index(dossier, until=len(steps.workflow_steps(dossier)) - 1)
    steps.reopen_workflow_step(dossier, index=index, at=at)
    notices.queue_reversed(dossier, "recalled", reason=reason, at=at)
    return dossier


@requires_transaction
def _lock(*, dossier_id: int, by: User, at: datetime, version: int | None, reason: str) -> Dossier:
    if not reason.strip():
        raise ReasonMissing(dossier_id)
    return lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)


@requires_transaction
def _apply(
    dossier: Dossier, action: Action, *, by: User, at: datetime, reason: str, changed: list[str]
) -> None:
    changed = [*changed, "answer_due_at"]
    transitions.apply(dossier, action, by=by, at=at, unit=dossier.deciding_unit, changed=changed)
    Reversal.objects.create(
        dossier=dossier, action=action, reason=reason.strip(), decided_by=by, decided_at=at
    )


def _set_answer_due(dossier: Dossier, *, at: datetime) -> None:
    dossier.answer_due_at = deadlines.answer_due(agency=dossier.deciding_unit, at=at).at


@requires_transaction
def _open_reception(dossier: Dossier, *, at: datetime) -> None:
    steps.open_step(
        dossier,
        key=steps.RECEPTION,
        name="Tiếp nhận",
        unit=dossier.receiving_unit,
        role=Role.CLERK,
        at=at,
        hours=deadlines.ANSWER_HOURS,
    )


@requires_transaction
def _withdraw_slips(dossier: Dossier, *kinds: SlipKind, at: datetime) -> None:
    dossier.slips.filter(kind__in=kinds, withdrawn_at=None).update(withdrawn_at=at)
