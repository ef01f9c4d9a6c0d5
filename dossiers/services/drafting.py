"""A draft as a whole: started, opened on today's revision, finished step by step, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.limits import Bucket
from accounts.models import User
from accounts.services import limits, mandates
from dossiers import clients, filing
from dossiers.enums import Relation
from dossiers.filing import FilingStep, Place
from dossiers.models import Draft
from dossiers.policies import is_known_well_enough
from portal.core.dates import to_local
from portal.core.db import requires_transaction
from portal.core.identity import format_phone
from portal.core.places import national_places
from procedures.eform.answers import Typed, check
from procedures.eform.drafts import head_of
from procedures.eform.parsing import parse_definition
from procedures.models import Procedure, Revision

MAX_OPEN: Final = 10


class DraftMissing(Exception):
    """There is no such draft, or it is not this person's."""


class DraftSubmitted(Exception):
    """The draft has become a dossier."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft.pk)
        self.draft = draft


class ProcedureClosed(Exception):
    """The procedure takes no dossiers online, here or at all (any more)."""


class IdentityNotProved(Exception):
    """The procedure asks for a surer proof of who files: a sign-in by electronic identity."""


class TooManyDrafts(Exception):
    """The person has as many open drafts as one may have."""


@dataclass(frozen=True, slots=True)
class PageMark:
    """What a page knows of the draft: the version it was made from, and its own name."""

    version: int
    token: str


@dataclass(frozen=True, slots=True)
class Opened:
    draft: Draft
    was_rebased: bool


@transaction.atomic(durable=True)
def _make_draft(
    *, procedure: Procedure, owner: User, agency_key: str, case_key: str, at: datetime
) -> Draft:
    acting = owner.acting
    # The owner's row is the queue in which two presses of one button wait for each other.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=owner.pk)
    mine = Draft.objects.visible_to(owner).open()
    newest = mine.filter(procedure=procedure).order_by("-updated_at").first()
    if newest is not None:
        return newest
    if mine.count() >= MAX_OPEN:
        raise TooManyDrafts(owner.pk)
    today = to_local(at).date()
    offers = filing.online_offers(procedure, on=today)
    agencies = filing.list_agencies(offers, on=today)
    if not agencies or procedure.current_revision is None:
        raise ProcedureClosed(procedure.code)
    cases = [case.key for case in procedure.current_revision.cases.all()]
    by_key = {agency.key: agency for agency in agencies}
    only = agencies[0] if len(agencies) == 1 else None
    draft = Draft(
        owner=owner,
        organisation_id=acting.organisation_id if acting else None,
        mandate_id=acting.mandate_id if acting else None,
        procedure=procedure,
        revision=procedure.current_revision,
        agency=by_key.get(agency_key, only),
        case_key=case_key if case_key in cases else cases[0] if len(cases) == 1 else "",
        relation=Relation.SELF,
        created_at=at,
        updated_at=at,
    )
    # Whoever files is reached at their own phone; where somebody lives is the client's.
    client = clients.client_of(draft)
    draft.applicant = {
        "phone": format_phone(owner.phone),
        "email": owner.email,
        "address": client.address if client else owner.address,
    }
    draft.save(force_insert=True)
    return draft


def start_draft(
    *,
    procedure_code: str,
    owner: User,
    at: datetime,
    agency_key: str = "",
    case_key: str = "",
    by_eid: bool = False,
) -> Draft:
    """
    Return the newest open draft of a procedure, or a new one with what the account knows.

    `agency_key` and `case_key` are what the person has chosen already, on the procedure's page;
    `by_eid` says that they are signed in by electronic identity.

    :raises IdentityNotProved: if the procedure asks for a surer proof of who files.
    :raises ProcedureClosed: if nobody takes it online.
    :raises mandates.MandateEnded, mandates.MandateUsed, mandates.OutOfScope: if the mandate under
        which they act lets nothing of this procedure be filed.
    :raises TooManyDrafts: if the person has ten open drafts.
    :raises limits.TooManyRequests: if too many were made of late.
    """
    mine = Draft.objects.visible_to(owner).open().filter(procedure__code=procedure_code)
    newest = mine.select_related("procedure__current_revision").order_by("-updated_at").first()
    if newest is not None:
        require_identity(newest.procedure.current_revision, owner, by_eid=by_eid)
        return newest
    procedure = (
        Procedure.objects.published()
        .select_related("current_revision")
        .filter(code=procedure_code)
        .first()
    )
    if procedure is None:
        raise ProcedureClosed(procedure_code)
    if owner.acting is not None and owner.acting.mandate_id is not None:
        mandates.require_scope(
            mandate_id=owner.acting.mandate_id, procedure_code=procedure_code, at=at
        )
    require_identity(procedure.current_revision, owner, by_eid=by_eid)
    limits.require(Bucket.DRAFT_CREATE, str(owner.pk), at=at)
    return _make_draft(
        procedure=procedure, owner=owner, agency_key=agency_key, case_key=case_key, at=at
    )


def require_identity(revision: Revision | None, owner: User, *, by_eid: bool) -> None:
    """:raises IdentityNotProved: if `owner` is not known as surely as the procedure asks."""
    if revision is None:
        return
    required = revision.required_identity
    if not is_known_well_enough(owner, required=required, by_eid=by_eid):
        raise IdentityNotProved(required)


def open_draft(*, draft_id: UUID, owner: User, at: datetime) -> Opened:
    """
    Return a draft to work on; when the procedure has a newer revision, move the draft to it.

    :raises DraftMissing, DraftSubmitted: if there is nothing to work on.
    """
    draft = _read(draft_id, owner)
    if draft.revision_id == draft.procedure.current_revision_id:
        return Opened(draft, was_rebased=False)
    return _rebase(draft_id=draft_id, owner=owner, at=at)


@transaction.atomic(durable=True)
def _rebase(*, draft_id: UUID, owner: User, at: datetime) -> Opened:
    draft = lock_draft(draft_id=draft_id, owner=owner)
    current = draft.procedure.current_revision
    if current is None or current.pk == draft.revision_id:
        return Opened(draft, was_rebased=False)
    draft.revision = current
    store_typed(draft, filing.typed_of(draft), at=at)
    _touch(draft, at=at)
    # Steps stay done; the checks of the new content say which of them want another look.
    draft.save(
        update_fields=["revision", "answers", "sealed", "done_steps", "version", "updated_at"]
    )
    return Opened(draft, was_rebased=True)


@transaction.atomic(durable=True)
def finish_step(*, draft_id: UUID, owner: User, step: FilingStep, at: datetime) -> Draft:
    """
    Note the papers as complete or the review as read; a step that lacks something stays open.

    :raises DraftMissing, DraftSubmitted: if there is nothing to work on.
    """
    draft = lock_draft(draft_id=draft_id, owner=owner)
    return save_step(draft, Place(step), None, is_final=True, at=at, changed=[])


@transaction.atomic(durable=True)
def delete_draft(*, draft_id: UUID, owner: User) -> None:
    """
    Remove an open draft with its links; stored files without a link are swept later.

    :raises DraftMissing, DraftSubmitted: if there is nothing to remove.
    """
    lock_draft(draft_id=draft_id, owner=owner).delete()


@requires_transaction
def lock_draft(*, draft_id: UUID, owner: User) -> Draft:
    """
    Lock an open draft of `owner` and return it with its catalogue.

    :raises DraftMissing, DraftSubmitted: if there is nothing to work on.
    """
    return _found(Draft.objects.locked(), draft_id, owner)


def reopen_review(draft: Draft) -> None:
    """Take the review back: what it showed has changed. Not saved here."""
    draft.done_steps = [mark for mark in draft.done_steps if mark != FilingStep.REVIEW.value]


def _read(draft_id: UUID, owner: User) -> Draft:
    return _found(Draft.objects.all(), draft_id, owner)


def _found(drafts: Any, draft_id: UUID, owner: User) -> Draft:
    draft: Draft | None = (
        drafts.visible_to(owner)
        .select_related(
            "owner",
            "organisation",
            "mandate__principal",
            "agency",
            "procedure",
            "revision__form_version",
        )
        .filter(pk=draft_id)
        .first()
    )
    if draft is None:
        raise DraftMissing(draft_id)
    if draft.submitted_at is not None:
        raise DraftSubmitted(draft)
    return draft


@requires_transaction
def store_typed(draft: Draft, typed: Typed, *, at: datetime) -> None:
    """Part what was typed into clear and sealed; what today's form does not know is sealed."""
    version = draft.revision.form_version
    clear: dict[str, Any] = {}
    sealed: dict[str, Any] = dict(typed)
    if version is not None:
        definition = parse_definition(version.definition)
        checked = check(
            definition,
            typed,
            today=to_local(at).date(),
            places=national_places(),
            complete=False,
        )
        known = {field.key for field in definition.fields()}
        unknown = {path: values for path, values in typed.items() if head_of(path) not in known}
        clear, sealed = checked.typed, {**unknown, **checked.sealed_typed}
    draft.answers = clear
    draft.seal({**draft.unsealed(), "answers": sealed})


@requires_transaction
def save_step(
    draft: Draft,
    place: Place,
    page: PageMark | None,
    *,
    is_final: bool,
    at: datetime,
    changed: Sequence[str],
) -> Draft:
    """Save a locked draft after one step: who saved it, and whether the step is done now."""
    _touch(draft, at=at)
    if page is not None:
        mark = {"version": draft.version, "page": page.token, "at": at.isoformat()}
        draft.saves = {**draft.saves, place.mark: mark}
    if place.step is not FilingStep.REVIEW:
        reopen_review(draft)
    if is_final:
        problems = filing.judge(filing.load(draft, today=to_local(at).date())).problems
        done = [mark for mark in draft.done_steps if mark != place.mark]
        draft.done_steps = done if place.mark in problems else [*done, place.mark]
        draft.step = place.step
    bookkeeping = ["saves", "done_steps", "step", "version", "updated_at"]
    draft.save(update_fields=[*bookkeeping, *changed])
    return draft


def _touch(draft: Draft, *, at: datetime) -> None:
    draft.version += 1
    draft.updated_at = at
