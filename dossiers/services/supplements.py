"""Asking for everything that is missing at once, and the citizen's answer to exactly that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_roles
from dossiers import (
    attachments,
    deadlines,
    issuing,
    lifecycle,
    notices,
    policies,
    steps,
    transitions,
)
from dossiers.enums import Action, DossierState, SupplementStage
from dossiers.models import (
    Dossier,
    DossierPaper,
    Step,
    SupplementItem,
    SupplementRequest,
)
from dossiers.services.processing import lock_dossier
from dossiers.services.reception import lock_for_work
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.eform.drafts import head_of


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to mend: a paper by its key, or an answer by its field key."""

    paper_key: str
    field_key: str
    label: str
    reason: str


class NothingAsked(Exception):
    """A request for a supplement names nothing to mend."""


class RoundNeedsLeader(Exception):
    """One round is normal per stage; another must come from the leader."""


class DeadlineInThePast(Exception):
    """The date given to the citizen has already passed."""


class NotAnswered(Exception):
    """Items of the request still lack their file or answer."""

    def __init__(self, items: Sequence[SupplementItem]) -> None:
        super().__init__([item.pk for item in items])
        self.items = list(items)


class NoOpenRequest(Exception):
    """The dossier does not wait for a supplement."""


@transaction.atomic(durable=True)
def ask_supplement(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    items: Sequence[Item],
    ground: str,
    deadline_at: datetime,
    message: str = "",
) -> SupplementRequest:
    """
    Ask the citizen for everything that is missing; the clock stands still until the answer.

    :raises NothingAsked: if `items` is empty.
    :raises DeadlineInThePast: if the citizen would have no time.
    :raises RoundNeedsLeader: if this stage had its round and `by` is not the leader.
    :raises lifecycle.StaleVersion: if somebody changed it meanwhile.
    :raises policies.NotYourDossier: if the open step is not for `by`, who does not lead either.
    :raises reception.StepTaken: if a colleague holds it.
    :raises steps.NoOpenStep: if the dossier has ended.
    :raises lifecycle.ForbiddenTransition: if the dossier waits already or is decided.
    """
    if not items:
        raise NothingAsked(dossier_id)
    if deadline_at <= at:
        raise DeadlineInThePast(deadline_at)
    dossier, step, leads = _lock_to_ask(dossier_id=dossier_id, by=by, at=at, version=version)
    # Before anything is written: a second open request would fail on its constraint instead.
    lifecycle.target_of(
        Action.ASK_SUPPLEMENT, source=dossier.lifecycle_state, resume=dossier.lifecycle_resume
    )
    stage = (
        SupplementStage.INTAKE
        if dossier.state == DossierState.SUBMITTED
        else SupplementStage.APPRAISAL
    )
    is_repeated = dossier.supplements.filter(stage=stage).exists()
    if is_repeated and not leads:
        raise RoundNeedsLeader(dossier.code)
    request = SupplementRequest.objects.create(
        dossier=dossier,
        round=dossier.supplements.count() + 1,
        stage=stage,
        ground=ground,
        message=message,
        requested_by=by,
        approved_by=by if is_repeated else None,
        requested_at=at,
        deadline_at=deadline_at,
    )
    SupplementItem.objects.bulk_create(
        [
            SupplementItem(
                request=request,
                position=position,
                paper_key=item.paper_key,
                field_key=item.field_key,
                label=item.label,
                reason=item.reason,
            )
            for position, item in enumerate(items)
        ]
    )
    transitions.apply(
        dossier,
        Action.ASK_SUPPLEMENT,
        by=by,
        at=at,
        unit=step.unit,
        data={
            "round": request.round,
            "stage": stage,
            "keys": [item.paper_key or item.field_key for item in items],
        },
    )
    issuing.issue_supplement(request, by=by, at=at)
    notices.queue_supplement_asked(request, at=at)
    return request


@requires_transaction
def _lock_to_ask(
    *, dossier_id: int, by: User, at: datetime, version: int | None
) -> tuple[Dossier, Step, bool]:
    """Lock for whoever holds the step, or for the leader, whose right does not come from it."""
    dossier = lock_dossier(dossier_id=dossier_id, version=version)
    lead = policies.held_role(
        list_roles(by, on=local_day(at)), Role.LEADER, dossier.deciding_unit_id
    )
    if lead is not None:
        dossier.acting_for = lead.on_behalf_of_id
        policies.require_not_own_affair(dossier, by)
        return dossier, steps.get_open_step(dossier), True
    return *lock_for_work(dossier_id=dossier_id, by=by, at=at, version=version), False


@transaction.atomic(durable=True)
def answer_supplement(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    answers: Mapping[str, Any],
    sealed: Mapping[str, Any],
) -> Dossier:
    """
    Hand in exactly what was asked: staged files replace the papers, `answers` the fields.

    The clock goes on from this moment. `answers` and `sealed` map field keys to checked values.

    :raises policies.NotYourDossier: if the dossier is neither theirs nor of whom they act for.
    :raises NoOpenRequest: if nothing is asked (any more).
    :raises NotAnswered: if an item has neither file nor answer, or a file with a virus.
    """
    dossier = (
        Dossier.objects.locked()
        .select_related("receiving_unit", "deciding_unit", "procedure", "owner")
        .get(pk=dossier_id)
    )
    if not dossier.is_of(by):
        raise policies.NotYourDossier(dossier.code)
    request = dossier.supplements.filter(answered_at=None, closed_at=None).first()
    if request is None or dossier.state != DossierState.SUPPLEMENT:
        raise NoOpenRequest(dossier.code)
    items = list(request.items.prefetch_related("uploads__file"))
    given = {**answers, **sealed}
    missing = [
        item
        for item in items
        if (item.paper_key and not _is_answered(item))
        or (item.field_key and given.get(item.field_key) in (None, "", []))
    ]
    if missing:
        raise NotAnswered(missing)
    _replace_papers(dossier, request, items, at=at)
    asked = {item.field_key for item in items if item.field_key}
    dossier.answers = {**dossier.answers, **_only(answers, asked)}
    # A group was asked for as a whole: the sealed columns of its former rows go with it.
    kept = {
        key: value for key, value in dossier.unsealed_answers().items() if head_of(key) not in asked
    }
    dossier.seal_answers({**kept, **_only(sealed, asked)})
    request.answered_at = at
    request.save(update_fields=["answered_at"])
    transitions.apply(
        dossier,
        Action.ANSWER_SUPPLEMENT,
        by=by,
        at=at,
        changed=["answers", "sealed_answers"],
        data={"round": request.round, "keys": [i.paper_key or i.field_key for i in items]},
    )
    notices.queue_supplement_answered(request, at=at)
    return dossier


def _replace_papers(
    dossier: Dossier, request: SupplementRequest, items: Sequence[SupplementItem], *, at: datetime
) -> None:
    keys = [item.paper_key for item in items if item.paper_key]
    dossier.papers.filter(paper_key__in=keys, superseded_at=None).update(superseded_at=at)
    links = [
        DossierPaper(
            dossier=dossier,
            paper_key=item.paper_key,
            paper_name=item.label,
            file=upload.file,
            position=upload.position,
            round=request.round,
            added_at=at,
        )
        for item in items
        if item.paper_key
        for upload in item.uploads.all()
    ]
    attachments.plan_bundles(dossier, links, at=at)
    DossierPaper.objects.bulk_create(links)


def _is_answered(item: SupplementItem) -> bool:
    """Whether there are files, none of them blocked for a virus."""
    uploads = item.uploads.all()
    return bool(uploads) and not any(one.file.is_infected for one in uploads)


def _only(values: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if head_of(key) in keys}


def default_deadline(at: datetime, *, days: int = 10) -> datetime:
    """Return the end of the day `days` calendar days ahead, proposed to the clerk."""
    return deadlines.end_of_day(at, days=days)
