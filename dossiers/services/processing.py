"""The work between acceptance and result: taking a step, passing it on, proposing, approving."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_roles
from dossiers import issuing, lifecycle, notices, policies, steps, transitions
from dossiers.enums import Action, DecisionOutcome, DossierState, StepOutcome
from dossiers.models import Decision, Dossier, Result, Step, StoredFile
from dossiers.services import fees
from dossiers.services.reception import Reason, close_waiting, lock_for_work
from portal.core.dates import local_day
from portal.core.db import requires_transaction


class WrongStep(Exception):
    """The open step is not one at which this may be done."""


class ReasonMissing(Exception):
    """A refusal, a return or a stop names no reason."""


class SamePerson(Exception):
    """Whoever proposed a decision may not approve it, nor act for the one who did."""


class AcceptedIt(SamePerson):
    """Whoever accepted or filed the dossier may not approve its decision."""


@transaction.atomic(durable=True)
def claim_step(*, dossier_id: int, by: User, at: datetime, version: int | None) -> Dossier:
    """
    Take the open step of a dossier; taking the first step of the workflow starts the processing.

    :raises policies.NotYourDossier: if the step belongs to another role or unit.
    :raises reception.StepTaken: if a colleague holds it.
    :raises lifecycle.StaleVersion: if somebody changed the dossier meanwhile.
    :raises steps.NoOpenStep: if nobody has work on it.
    """
    dossier, step = lock_for_work(dossier_id=dossier_id, by=by, at=at, version=version)
    if not _start_if_accepted(dossier, step, by=by, at=at):
        transitions.note(
            dossier, Action.CLAIM, by=by, at=at, unit=step.unit, data={"step": step.key}
        )
    return dossier


@transaction.atomic(durable=True)
def forward_step(
    *, dossier_id: int, by: User, at: datetime, version: int | None, note: str = ""
) -> Dossier:
    """
    Finish a step that decides nothing and open the next one.

    :raises WrongStep: if the step is reception or return, the last one, or before an approval.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    dossier, step = _lock_at_workflow(dossier_id=dossier_id, by=by, at=at, version=version)
    _start_if_accepted(dossier, step, by=by, at=at)
    following = steps.following_role(dossier, step)
    if following is None or Role.LEADER in {following, step.role}:
        raise WrongStep(step.key)
    _pass_on(dossier, step, action=Action.FORWARD, by=by, at=at, note=note)
    return dossier


@transaction.atomic(durable=True)
def propose_decision(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    outcome: DecisionOutcome,
    proposal: str,
    reasons: Sequence[Reason] = (),
) -> Decision:
    """
    Put a decision before the leader; a refusal on merit names its reasons with legal ground.

    :raises ReasonMissing: if a refusal has none.
    :raises WrongStep: if the next step is not the leader's.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    if outcome == DecisionOutcome.REFUSED and not reasons:
        raise ReasonMissing(dossier_id)
    dossier, step = _lock_at_workflow(dossier_id=dossier_id, by=by, at=at, version=version)
    if steps.following_role(dossier, step) != Role.LEADER or step.role != Role.OFFICER:
        raise WrongStep(step.key)
    _start_if_accepted(dossier, step, by=by, at=at)
    decision = Decision.objects.create(
        dossier=dossier,
        outcome=outcome,
        proposal=proposal,
        reasons=[asdict(reason) for reason in reasons],
        proposed_by=by,
        proposed_at=at,
    )
    _pass_on(dossier, step, action=Action.PROPOSE, by=by, at=at, note="", data={"outcome": outcome})
    return decision


@transaction.atomic(durable=True)
def approve_decision(
    *, dossier_id: int, by: User, at: datetime, version: int | None, note: str = ""
) -> Decision:
    """
    Approve the proposal before the leader; two people, always.

    Who they are is asked of the people, not of their roles: somebody who acts for an absent
    colleague is still themselves.

    :raises SamePerson: if `by` proposed it, or acts for whoever did.
    :raises AcceptedIt: if `by` accepted the dossier, unless the office is so small, or filed it.
    :raises WrongStep: if no proposal waits at this step.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    dossier, step = _lock_at_workflow(dossier_id=dossier_id, by=by, at=at, version=version)
    decision = live_decision(dossier)
    if step.role != Role.LEADER or decision is None or decision.approved_at is not None:
        raise WrongStep(step.key)
    if decision.proposed_by_id in {by.pk, dossier.acting_for}:
        raise SamePerson(dossier.code)
    acceptors = steps.acceptor_ids(dossier.steps.all())
    decision.small_office = dossier.deciding_unit.small_office
    if dossier.assisted_by_id == by.pk or (by.pk in acceptors and not decision.small_office):
        raise AcceptedIt(dossier.code)
    # Of several acceptances, the one that the database can compare with the approval.
    decision.accepted_by_id = by.pk if by.pk in acceptors else next(iter(acceptors), None)
    decision.approved_by = by
    decision.approved_at = at
    decision.save(update_fields=["approved_by", "approved_at", "accepted_by", "small_office"])
    _pass_on(
        dossier,
        step,
        action=Action.APPROVE,
        by=by,
        at=at,
        note=note,
        data={"outcome": decision.outcome},
    )
    return decision


@transaction.atomic(durable=True)
def send_back(
    *, dossier_id: int, by: User, at: datetime, version: int | None, note: str
) -> Dossier:
    """
    Return a dossier to the step before, with the reason; a waiting proposal falls with it.

    :raises ReasonMissing: if `note` is empty.
    :raises WrongStep: if there is no step before.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    if not note.strip():
        raise ReasonMissing(dossier_id)
    dossier, step = _lock_at_workflow(dossier_id=dossier_id, by=by, at=at, version=version)
    index = steps.index_of(dossier, step.key)
    if index < 1:
        raise WrongStep(step.key)
    decision = live_decision(dossier)
    if decision is not None:
        decision.sent_back_at = at
        decision.sent_back_note = note
        decision.save(update_fields=["sent_back_at", "sent_back_note"])
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.SENT_BACK, note=note)
    opened = steps.reopen_workflow_step(dossier, index=index - 1, at=at)
    transitions.note(
        dossier,
        Action.SEND_BACK,
        by=by,
        at=at,
        unit=step.unit,
        data={"step": step.key, "next": opened.key},
    )
    return dossier


@transaction.atomic(durable=True)
def issue_result(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    number: str,
    title: str,
    signed_by_name: str,
    file: StoredFile,
) -> Result:
    """
    Number and publish the signed result, and pass the dossier to the desk that returns it.

    :raises WrongStep: if no approved decision waits at the registrar's step.
    :raises policies.NotYourDossier, reception.StepTaken, lifecycle.StaleVersion: as claim_step.
    """
    return record_result(
        dossier_id=dossier_id,
        by=by,
        at=at,
        version=version,
        number=number,
        title=title,
        signed_by_name=signed_by_name,
        file=file,
    )


@requires_transaction
def record_result(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    number: str,
    title: str,
    signed_by_name: str,
    file: StoredFile,
) -> Result:
    """Do what `issue_result` does, inside the transaction that stores the file."""
    dossier, step = _lock_at_workflow(dossier_id=dossier_id, by=by, at=at, version=version)
    decision = live_decision(dossier)
    if step.role != Role.REGISTRAR or decision is None or decision.approved_at is None:
        raise WrongStep(step.key)
    result = Result.objects.create(
        dossier=dossier,
        decision=decision,
        number=number,
        title=title,
        signed_by_name=signed_by_name,
        file=file,
        issued_by=by,
        issued_at=at,
    )
    dossier.decided_at = at
    transitions.apply(
        dossier,
        Action.DECIDE,
        by=by,
        at=at,
        unit=step.unit,
        changed=["decided_at"],
        data={"outcome": decision.outcome, "step": step.key},
    )
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.DONE)
    steps.open_step(
        dossier,
        key=steps.RETURN,
        name="Trả kết quả",
        unit=dossier.receiving_unit,
        role=Role.CLERK,
        at=at,
        hours=steps.RETURN_HOURS,
    )
    notices.queue_result_ready(dossier, at=at)
    return result


@transaction.atomic(durable=True)
def stop_dossier(
    *, dossier_id: int, by: User, at: datetime, version: int | None, reason: str
) -> Dossier:
    """
    Stop a dossier that cannot be decided, with slip 05; for the leader of the deciding agency.

    :raises ReasonMissing: if `reason` is empty.
    :raises policies.NotYourDossier: if `by` does not lead the deciding agency.
    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    :raises reception.CitizenStillHasTime: if it waits for the citizen, whose date has not passed.
    :raises steps.NoOpenStep, lifecycle.ForbiddenTransition: if it is not being processed.
    """
    if not reason.strip():
        raise ReasonMissing(dossier_id)
    dossier = lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)
    step = steps.get_open_step(dossier)
    close_waiting(dossier, at=at)
    decision = live_decision(dossier)
    if decision is not None:
        decision.recalled_at = at
        decision.save(update_fields=["recalled_at"])
    dossier.closed_at = at
    transitions.apply(
        dossier, Action.STOP, by=by, at=at, unit=dossier.deciding_unit, changed=["closed_at"]
    )
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.CLOSED, note=reason)
    fees.cancel_obligations(dossier, at=at)
    issuing.issue_stop(dossier, reason.strip(), by=by, at=at)
    notices.queue_stopped(dossier, reason=reason, at=at)
    return dossier


@requires_transaction
def lock_dossier(*, dossier_id: int, version: int | None) -> Dossier:
    """Lock a dossier for someone whose right does not come from its open step."""
    dossier = (
        Dossier.objects.locked()
        .select_related("receiving_unit", "deciding_unit", "procedure", "workflow_version", "owner")
        .get(pk=dossier_id)
    )
    transitions.require_version(dossier, version)
    return dossier


@requires_transaction
def lock_as_leader(*, dossier_id: int, by: User, at: datetime, version: int | None) -> Dossier:
    """
    Lock a dossier for the leader of the deciding agency, or whoever acts for them.

    :raises policies.NotYourDossier: if `by` does not lead it, or is a party of the dossier.
    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    """
    dossier = lock_dossier(dossier_id=dossier_id, version=version)
    lead = policies.require_lead(dossier, list_roles(by, on=local_day(at)))
    dossier.acting_for = lead.on_behalf_of_id
    policies.require_not_own_affair(dossier, by)
    return dossier


def live_decision(dossier: Dossier) -> Decision | None:
    """Return the decision that is neither sent back nor recalled, with its people."""
    return (
        dossier.decisions.filter(sent_back_at=None, recalled_at=None)
        .select_related("proposed_by", "approved_by")
        .first()
    )


def _lock_at_workflow(
    *, dossier_id: int, by: User, at: datetime, version: int | None
) -> tuple[Dossier, Step]:
    dossier, step = lock_for_work(dossier_id=dossier_id, by=by, at=at, version=version)
    is_running = dossier.state in {DossierState.ACCEPTED, DossierState.PROCESSING}
    if not is_running or steps.index_of(dossier, step.key) < 0:
        raise WrongStep(step.key)
    return dossier, step


def _start_if_accepted(dossier: Dossier, step: Step, *, by: User, at: datetime) -> bool:
    is_first_work = lifecycle.allows(
        Action.START, source=dossier.lifecycle_state, resume=dossier.lifecycle_resume
    )
    if is_first_work:
        transitions.apply(
            dossier, Action.START, by=by, at=at, unit=step.unit, data={"step": step.key}
        )
    return is_first_work


def _pass_on(
    dossier: Dossier,
    step: Step,
    *,
    action: Action,
    by: User,
    at: datetime,
    note: str,
    data: dict[str, str] | None = None,
) -> None:
    following = steps.index_of(dossier, step.key) + 1
    if following >= len(steps.workflow_steps(dossier)):
        raise WrongStep(step.key)
    steps.close_step(step, by=by, at=at, outcome=StepOutcome.DONE, note=note)
    opened = steps.open_workflow_step(dossier, index=following, at=at)
    transitions.note(
        dossier,
        action,
        by=by,
        at=at,
        unit=step.unit,
        data={"step": step.key, "next": opened.key, **(data or {})},
    )
