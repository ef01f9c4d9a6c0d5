"""
Looking through what an import found: leaving it as it is, and the drafts that it put aside.

A finding is mended by editing the procedure; here a person only says that nothing is to be done.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from portal.core.db import requires_transaction
from procedures.enums import RevisionState
from procedures.importing.findings import Kind, open_kinds, read_findings
from procedures.models import FindingReview, ImportedRecord, Procedure, Revision
from procedures.services.drafting import NotEditable, find_working, lock_for_edit


class NoSuchFinding(Exception):
    """The record has no such finding, or not any more."""


class OtherDraft(Exception):
    """People work on a draft of their own; it is published or thrown away first."""


@transaction.atomic(durable=True)
def keep_finding(*, code: str, digest: str, editor: User, at: datetime) -> ImportedRecord:
    """
    Note that `editor` has looked at a finding and leaves it; a second press changes nothing.

    :raises NoSuchFinding: if the record does not have it.
    """
    record = _lock([code]).first()
    findings = read_findings(record.findings) if record else []
    if record is None or digest not in {one.digest for one in findings if one.needs_review}:
        raise NoSuchFinding(digest)
    _keep(record, {digest}, editor=editor, at=at)
    return record


@transaction.atomic(durable=True)
def keep_kind(*, codes: Sequence[str], kind: Kind, editor: User, at: datetime) -> int:
    """Leave every finding of one kind in these procedures; return how many procedures had one."""
    kept = 0
    for record in _lock(codes):
        if kind not in record.open_kinds:
            continue
        digests = {one.digest for one in read_findings(record.findings) if one.kind == kind}
        _keep(record, digests, editor=editor, at=at)
        kept += 1
    return kept


@transaction.atomic(durable=True)
def adopt_draft(*, revision_id: int, version: int, editor: User, at: datetime) -> Revision:
    """
    Make the draft that an import left the one that people work on.

    :raises OtherDraft: if people work on another one.
    :raises NotEditable: if it is no draft of an import any more.
    :raises StaleRevision: if it has changed since the page was made.
    """
    revision = _lock_left(revision_id)
    if find_working(revision.procedure) is not None:
        raise OtherDraft(revision.procedure.code)
    revision = lock_for_edit(revision_id=revision_id, version=version, editor=editor, at=at)
    # What it is compared with from now on.
    revision.based_on = revision.procedure.current_revision
    revision.save(update_fields=["based_on"])
    return revision


@transaction.atomic(durable=True)
def discard_left(*, revision_id: int) -> Procedure:
    """
    Throw away the draft that an import left; the record stays, and the history keeps the draft.

    :raises NotEditable: if it is no draft of an import any more.
    """
    revision = _lock_left(revision_id)
    procedure = revision.procedure
    revision.delete()
    return procedure


@requires_transaction
def _lock_left(revision_id: int) -> Revision:
    """Lock the procedure first, as everybody does who begins a draft of it."""
    known = Revision.objects.filter(pk=revision_id).values_list("procedure_id", flat=True).first()
    if known is None:
        raise NotEditable(revision_id)
    procedure = Procedure.objects.locked().get(pk=known)
    revision = (
        Revision.objects.locked()
        .filter(pk=revision_id, state=RevisionState.DRAFT, edited_by=None)
        .first()
    )
    if revision is None or not ImportedRecord.objects.filter(revision=revision).exists():
        raise NotEditable(revision_id)
    revision.procedure = procedure
    return revision


@requires_transaction
def _lock(codes: Sequence[str]) -> QuerySet[ImportedRecord]:
    return (
        ImportedRecord.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure")
        .filter(procedure__code__in=codes)
        .order_by("pk")
    )


@requires_transaction
def _keep(record: ImportedRecord, digests: set[str], *, editor: User, at: datetime) -> None:
    findings = read_findings(record.findings)
    known = set(record.reviews.values_list("digest", flat=True))
    FindingReview.objects.bulk_create(
        FindingReview(record=record, digest=digest, kind=kind, reviewed_by=editor, reviewed_at=at)
        for digest, kind in {one.digest: one.kind for one in findings}.items()
        if digest in digests - known
    )
    record.open_kinds = open_kinds(findings, reviewed=known | digests)
    record.needs_review = bool(record.open_kinds)
    record.save(update_fields=["open_kinds", "needs_review"])
