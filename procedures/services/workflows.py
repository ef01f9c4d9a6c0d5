"""
The internal workflow of a procedure: drafted by one person, published by another.

It has its own decision and its own life: publishing it touches no content, and the content's
publication touches no workflow. A running dossier keeps the version that it was filed under.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from portal.core import edition
from portal.core.db import requires_transaction
from portal.core.text import new_slug
from procedures import workflow
from procedures.enums import ProcedureState
from procedures.models import Offer, Procedure, ProcessingTime, WorkflowVersion
from procedures.policies import needs_small_office, require_decided
from procedures.services.drafting import IsRepealed
from procedures.workflow import Steps


class NoDraft(Exception):
    """The draft has been published or thrown away."""


class StaleDraft(Exception):
    """Somebody else has changed the draft since the page was made; `draft` is as it is now."""

    def __init__(self, draft: WorkflowVersion) -> None:
        super().__init__(draft.pk)
        self.draft = draft


class CannotRun(Exception):
    """No dossier could run through the steps; `sentences` say why."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(len(sentences))
        self.sentences = sentences


class TooSlow(Exception):
    """The steps together take longer than every legal time of the published content."""


@transaction.atomic(durable=True)
def open_draft(*, code: str, editor: User, at: datetime) -> WorkflowVersion:
    """
    Return the workflow's draft, or a new one with the steps of the newest published version.

    :raises NoSuchProcedure: if the catalogue has no such code.
    :raises IsRepealed: if the procedure has been repealed.
    """
    # The procedure's row is where two presses wait for each other.
    procedure = Procedure.objects.locked().with_code(code)
    if procedure.state == ProcedureState.REPEALED:
        raise IsRepealed(code)
    versions = procedure.workflow_versions
    draft = versions.filter(published_at=None).first()
    if draft is not None:
        return draft
    newest = versions.order_by("-number").first()
    return versions.create(
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        steps=newest.steps if newest else [],
        edited_by=editor,
        edited_at=at,
    )


@transaction.atomic(durable=True)
def save_steps(
    *, draft_id: int, version: int, editor: User, at: datetime, steps: list[dict[str, Any]]
) -> WorkflowVersion:
    """
    Keep the steps of a draft, finished or not; a step without a key gets one from its name.

    The same steps change nothing: whoever saves them has written nothing, and may publish.

    :raises NoDraft, StaleDraft: if the draft is gone, or has another version by now.
    """
    draft = _lock(draft_id, version)
    kept = _with_keys(steps)
    if kept == draft.steps:
        return draft
    draft.steps = kept
    draft.edited_by, draft.edited_at = editor, at
    draft.version += 1
    draft.save(update_fields=["steps", "edited_by", "edited_at", "version"])
    return draft


@transaction.atomic(durable=True)
def discard_draft(*, draft_id: int, version: int) -> None:
    """
    Throw a draft away; what is published stays.

    :raises NoDraft, StaleDraft: as save_steps.
    """
    _lock(draft_id, version).delete()


@transaction.atomic(durable=True)
def publish_draft(
    *,
    draft_id: int,
    version: int,
    publisher: User,
    at: datetime,
    decision_number: str,
    decision_date: date,
    offer_ids: Collection[int],
) -> WorkflowVersion:
    """
    Publish a draft under its own decision, and let those offers use it from now on.

    :param offer_ids: of this procedure; others are passed over.
    :raises NoDraft, StaleDraft: as save_steps.
    :raises IsRepealed: if the procedure has been repealed meanwhile.
    :raises policies.NotYetDecided: if the decision is of a day to come.
    :raises policies.NotAPublisher, policies.OwnEdit: as publishing.publish_revision.
    :raises CannotRun: if no dossier could run through the steps.
    :raises TooSlow: if they take longer than every legal time that is published.
    """
    require_decided(decision_date, at=at)
    # The procedure first: its row is where all who change its offers wait for each other.
    Procedure.objects.locked().filter(workflow_versions=draft_id).first()
    draft = _lock(draft_id, version)
    if draft.procedure.state == ProcedureState.REPEALED:
        raise IsRepealed(draft.procedure.code)
    draft.small_office = needs_small_office(draft, publisher, at=at)
    _require_runnable(draft)
    draft.decision_number, draft.decision_date = decision_number, decision_date
    draft.published_at, draft.published_by = at, publisher
    draft.save(
        update_fields=[
            "decision_number", "decision_date", "published_at", "published_by", "small_office",
        ]
    )  # fmt: skip
    Offer.objects.filter(procedure=draft.procedure_id, pk__in=offer_ids).update(
        workflow_version=draft
    )
    # An offer with a workflow may claim a level that it could not before.
    edition.renew_on_commit()
    return draft


@requires_transaction
def _lock(draft_id: int, version: int) -> WorkflowVersion:
    draft = (
        WorkflowVersion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure")
        .filter(pk=draft_id, published_at=None)
        .first()
    )
    if draft is None:
        raise NoDraft(draft_id)
    if draft.version != version:
        raise StaleDraft(draft)
    return draft


def _require_runnable(draft: WorkflowVersion) -> None:
    """:raises CannotRun, TooSlow: as publish_draft."""
    wrongs = workflow.wrongs(draft.steps)
    if wrongs:
        raise CannotRun(wrongs)
    times = ProcessingTime.objects.select_related("case").filter(
        case__revision=draft.procedure.current_revision_id
    )
    if workflow.is_over_every_time(workflow.check_times(draft.steps, times)):
        raise TooSlow(draft.pk)


def _with_keys(steps: Steps) -> list[dict[str, Any]]:
    # "reception" and "return" are the desk's own steps.
    keys = {"reception", "return"} | {step["key"] for step in steps if step.get("key")}
    kept = []
    for step in steps:
        key = step.get("key") or new_slug(step["name"], taken=keys, plain="buoc")
        keys.add(key)
        kept.append({**step, "key": key})
    return kept
