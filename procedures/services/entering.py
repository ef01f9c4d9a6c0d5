"""
A procedure entered by hand that nobody outside has seen yet: put right, or thrown away.

Once it is published, or the national record has its code, none of this can be done any more.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.enums import Tier
from accounts.models import User
from portal.core.db import requires_transaction
from procedures.enums import NO_DRAFT
from procedures.models import Field, Procedure, Revision
from procedures.search import search_lines
from procedures.services.drafting import (
    CODE,
    BadCode,
    CodeTaken,
    StaleRevision,
    find_working,
    lock_for_edit,
)


class NoLongerOwn(Exception):
    """The public has seen the procedure, or the national record has it."""


class IsDecided(Exception):
    """Units were given the procedure, or a workflow of it was published, by a decision."""


@transaction.atomic(durable=True)
def correct_entry(
    *,
    code: str,
    new_code: str,
    name: str,
    field: Field,
    tiers: Sequence[Tier],
    version: int,
    editor: User,
    at: datetime,
) -> Procedure:
    """
    Change what a procedure was entered as, its draft's name with it; a review of that is void.

    :param version: the version of the draft that the page was made from, or NO_DRAFT.
    :raises NoSuchProcedure: if the catalogue has no such code.
    :raises NoLongerOwn: if it is no longer only its editors'.
    :raises BadCode, CodeTaken: as create_procedure.
    :raises StaleRevision: if the draft has another version by now.
    """
    procedure = _lock_entry(code)
    if not CODE.fullmatch(new_code):
        raise BadCode(new_code)
    draft = _lock_draft(procedure, version=version, editor=editor, at=at)
    procedure.code, procedure.name = new_code, name
    procedure.field, procedure.tiers = field, list(tiers)
    procedure.search_text = search_lines([name, field.name, new_code])
    try:
        with transaction.atomic():
            procedure.save(update_fields=["code", "name", "field", "tiers", "search_text"])
    except IntegrityError as taken:
        raise CodeTaken(new_code) from taken
    if draft is not None:
        draft.name = name
        draft.save(update_fields=["name"])
    return procedure


@transaction.atomic(durable=True)
def discard_entry(*, code: str, version: int, editor: User, at: datetime) -> None:
    """
    Throw a procedure away with all that was written of it; the history keeps every row.

    :param version: as for correct_entry.
    :raises NoSuchProcedure, NoLongerOwn, StaleRevision: as correct_entry.
    :raises IsDecided: if more hangs on it than drafts.
    """
    procedure = _lock_entry(code)
    workflows = procedure.workflow_versions.all()
    if procedure.offers.exists() or workflows.filter(published_at__isnull=False).exists():
        raise IsDecided(code)
    draft = _lock_draft(procedure, version=version, editor=editor, at=at)
    if draft is not None:
        draft.delete()
    procedure.form_versions.all().delete()
    workflows.delete()
    procedure.delete()


@requires_transaction
def _lock_entry(code: str) -> Procedure:
    # Whoever saves a part holds the draft, and refers to the procedure: not to be waited for here.
    procedure = Procedure.objects.locked().with_code(code)
    if not procedure.is_withheld:
        raise NoLongerOwn(code)
    return procedure


@requires_transaction
def _lock_draft(
    procedure: Procedure, *, version: int, editor: User, at: datetime
) -> Revision | None:
    """:raises StaleRevision: if the draft is another than the page showed, or there is one now."""
    working = find_working(procedure)
    if working is None:
        return None
    if version == NO_DRAFT:
        raise StaleRevision(working)
    return lock_for_edit(revision_id=working.pk, version=version, editor=editor, at=at)
