"""Handing a draft to whoever publishes, and back: sent, taken back, returned with a reason."""

from datetime import datetime

from django.db import transaction
from django_stubs_ext import StrOrPromise

from accounts.models import User
from procedures import notices
from procedures.enums import RevisionState
from procedures.levels import content_gaps, load_parts
from procedures.models import Revision
from procedures.policies import require_editor, require_publisher
from procedures.services.locking import WrongState, lock_revision


class Incomplete(Exception):
    """Information items are missing, which every published procedure has; `gaps` says which."""

    def __init__(self, gaps: tuple[StrOrPromise, ...]) -> None:
        super().__init__(len(gaps))
        self.gaps = gaps


class NoReason(Exception):
    """Whoever sends a draft back says what is to be mended."""


@transaction.atomic(durable=True)
def send_to_review(
    *, revision_id: int, editor: User, at: datetime, version: int | None = None
) -> Revision:
    """
    Hand a draft to those who publish; any edit from now on takes it back.

    :raises Incomplete: if an information item is missing.
    :raises WrongState: if it is no draft that somebody edited.
    :raises StaleRevision: if it has changed since the page was made.
    :raises IsRepealed: if its procedure has been repealed.
    :raises NotAnEditor: if `editor` does not work on the catalogue today.
    """
    require_editor(editor, at=at)
    revision = lock_revision(revision_id=revision_id, states={RevisionState.DRAFT}, version=version)
    if revision.edited_by_id is None:
        # What an import left is taken over first: somebody must have read it.
        raise WrongState(revision)
    gaps = missing_information(revision)
    if gaps:
        raise Incomplete(gaps)
    revision.state = RevisionState.IN_REVIEW
    revision.sent_by, revision.sent_at = editor, at
    revision.review_note = ""
    revision.version += 1
    revision.save(update_fields=["state", "sent_by", "sent_at", "review_note", "version"])
    notices.tell_waiting(revision, by=editor, at=at)
    return revision


@transaction.atomic(durable=True)
def withdraw_from_review(
    *, revision_id: int, editor: User, at: datetime, version: int | None = None
) -> Revision:
    """
    Take a draft back before anybody has decided.

    :raises WrongState, StaleRevision, IsRepealed, NotAnEditor: as send_to_review.
    """
    require_editor(editor, at=at)
    return _back_to_draft(revision_id, version=version, note="")


@transaction.atomic(durable=True)
def send_back(
    *, revision_id: int, reviewer: User, reason: str, at: datetime, version: int | None = None
) -> Revision:
    """
    Return a draft to its editors with what is to be mended.

    :raises NoReason: if nothing is said.
    :raises WrongState, StaleRevision, IsRepealed: as send_to_review.
    :raises NotAPublisher: if `reviewer` may not publish now.
    """
    if not reason.strip():
        raise NoReason(revision_id)
    require_publisher(reviewer, at=at)
    revision = _back_to_draft(revision_id, version=version, note=reason.strip())
    notices.tell_returned(revision, by=reviewer, at=at)
    return revision


def missing_information(revision: Revision) -> tuple[StrOrPromise, ...]:
    """Return what a revision lacks of what every published procedure says."""
    gaps = content_gaps(load_parts(revision), can_pay_online=True)
    return tuple(gap.sentence for gap in gaps[1] if not gap.only_warns)


def _back_to_draft(revision_id: int, *, version: int | None, note: str) -> Revision:
    revision = lock_revision(
        revision_id=revision_id, states={RevisionState.IN_REVIEW}, version=version
    )
    revision.state = RevisionState.DRAFT
    revision.review_note = note
    revision.version += 1
    revision.save(update_fields=["state", "review_note", "version"])
    return revision
