"""The desk's first answer to a dossier: accept it, refuse it, or (in supplements) ask for more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.selectors import list_roles
from accounts.services import mandates
from dossiers import deadlines, issuing, notices, policies, steps, transitions
from dossiers.enums import Action, DossierState, StepOutcome
from dossiers.models import Dossier, Step
from dossiers.services import fees
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.enums import FeeMoment


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a dossier is refused: which paper or field, what is wrong, on what legal ground."""

    key: str
    label: str
    reason: str
    ground: str


class StepTaken(Exception):
    """Somebody else holds the work item."""

    def __init__(self, step: Step) -> None:
        super().__init__(step.pk)
        self.step = step


class NothingToRefuseFor(Exception):
    """A refusal names no reason."""


class CitizenStillHasTime(Exception):
    """The dossier waits for the citizen, whose date has not passed."""


@requires_transaction
def close_waiting(dossier: Dossier, *, at: datetime) -> None:
    """
    Close the open request of a locked dossier that ends without the citizen's answer.

    :raises CitizenStillHasTime: if it waits and the citizen's date has not passed.
    """
    if not dossier.is_waiting_for_citizen:
        return
    late = dossier.supplements.filter(answered_at=None, closed_at=None, deadline_at__lt=at)
    if dossier.state == DossierState.PAYMENT:
        pause = dossier.pauses.get(ended_at=None)
        is_late = deadlines.payment_due(pause.started_at) < at
    else:
        is_late = bool(late.update(closed_at=at))
    if not is_late:
        raise CitizenStillHasTime(dossier.code)


@requires_transaction
def lock_for_work(
    *, dossier_id: int, by: User, at: datetime, version: int | None, key: str | None = None
) -> tuple[Dossier, Step]:
    """
    Lock a dossier and return it with its open step, after checking that `by` may work on it.

    A step that nobody holds, or somebody absent for whom `by` acts, is taken by whoever acts.
    `key` asks that the open step be this one.

    :raises lifecycle.StaleVersion: if the page was made before the last change.
    :raises policies.NotYourDossier: if the step belongs to another role or unit.
    :raises policies.OwnAffair: if `by` is a party of the dossier.
    :raises StepTaken: if a colleague holds it.
    :raises steps.NoOpenStep: if the dossier is not at that step.
    """
    dossier = (
        Dossier.objects.locked()
        .select_related("receiving_unit", "deciding_unit", "procedure", "workflow_version", "owner")
        .get(pk=dossier_id)
    )
    transitions.require_version(dossier, version)
    step = steps.get_open_step(dossier)
    if key is not None and step.key != key:
        raise steps.NoOpenStep(dossier.code)
    roles = list_roles(by, on=local_day(at))
    dossier.acting_for = policies.require_work_on(step, roles).on_behalf_of_id
    policies.require_not_own_affair(dossier, by)
    is_free = step.assignee_id is None or policies.stands_in_for(step, roles)
    if not is_free and step.assignee_id != by.pk:
        raise StepTaken(step)
    if step.assignee_id != by.pk:
        step.assignee = by
        step.claimed_at = at
        step.save(update_fields=["assignee", "claimed_at"])
    return dossier, step


@transaction.atomic(durable=True)
def accept_dossier(*, dossier_id: int, by: User, at: datetime, version: int | None) -> Dossier:
    """
    Take a dossier in: fix its due date, print the slip, open the first step, tell the citizen.

    A fee due after acceptance lets the dossier wait for it at once.

    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    :raises policies.NotYourDossier: if the desk is not that of `by`.
    :raises StepTaken: if a colleague has taken it.
    :raises steps.NoOpenStep: if it is no longer at reception.
    :raises lifecycle.ForbiddenTransition: if it waits for the citizen.
    """
    dossier, step = lock_for_work(
        dossier_id=dossier_id, by=by, at=at, version=version, key=steps.RECEPTION
    )
    dossier.accepted_at = at
    transitions.set_due(dossier, deadlines.promised(dossier, at=at))
    dossier.original_due_at = dossier.due_at
    transitions.apply(
        dossier,
        Action.ACCEPT,
        by=by,
        at=at,
        unit=step.unit,
        changed=["accepted_at", "original_due_at"],
    )
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.DONE)
    steps.open_workflow_step(dossier, index=0, at=at)
    if dossier.mandate_id is not None:
        mandates.note_paper_checked(mandate_id=dossier.mandate_id, by=by, at=at)
    issuing.issue_acceptance(dossier, by=by, at=at)
    notices.queue_accepted(dossier, at=at)
    fees.create_obligations(dossier, moment=FeeMoment.AT_RESULT, at=at)
    obligation = fees.create_obligations(dossier, moment=FeeMoment.AFTER_ACCEPTANCE, at=at)
    if obligation is not None and obligation.amount_vnd is not None:
        fees.ask_payment(dossier, obligation, by=by, at=at)
    return dossier


@transaction.atomic(durable=True)
def refuse_dossier(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    reasons: Sequence[Reason],
) -> Dossier:
    """
    Refuse to take a dossier in, with a structured reason per paper or field.

    :raises NothingToRefuseFor: if `reasons` is empty.
    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    :raises policies.NotYourDossier: if the desk is not that of `by`.
    :raises StepTaken: if a colleague has taken it.
    :raises steps.NoOpenStep: if it is no longer at reception.
    :raises CitizenStillHasTime: if it waits for the citizen, whose date has not passed.
    """
    if not reasons:
        raise NothingToRefuseFor(dossier_id)
    dossier, step = lock_for_work(
        dossier_id=dossier_id, by=by, at=at, version=version, key=steps.RECEPTION
    )
    close_waiting(dossier, at=at)
    dossier.closed_at = at
    transitions.apply(
        dossier,
        Action.REFUSE,
        by=by,
        at=at,
        unit=step.unit,
        changed=["closed_at"],
        data={"keys": [reason.key for reason in reasons]},
    )
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.CLOSED)
    fees.cancel_obligations(dossier, at=at)
    issuing.issue_refusal(dossier, [asdict(reason) for reason in reasons], by=by, at=at)
    notices.queue_refused(dossier, at=at)
    return dossier
