"""
The draft of a procedure's next revision: begun, edited by several people, thrown away.

Every change of a draft passes `lock_for_edit` first: it is the one place that says whether a
revision may be edited, by whom it was, and that a review is void from then on.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from accounts.enums import Tier
from accounts.models import User
from portal.core.db import requires_transaction
from procedures.copying import copy_content
from procedures.enums import WORKING, ProcedureState, RevisionState
from procedures.form_versions import drop_unused_form
from procedures.models import Case, Field, Procedure, Revision
from procedures.search import search_lines

CODE: Final = re.compile(r"[0-9]\.[0-9]{6}(?:\.[0-9A-Z.]{1,20})?")


class CodeTaken(Exception):
    """Another procedure has this code."""


class BadCode(Exception):
    """Not the shape of a national code, such as 1.001193."""


class IsRepealed(Exception):
    """A repealed procedure gets nothing new: it is not edited, reviewed or published."""


class NotEditable(Exception):
    """The revision has been published, or is gone."""


class StaleRevision(Exception):
    """Somebody else has changed the draft since the page was made; `revision` is as it is now."""

    def __init__(self, revision: Revision) -> None:
        super().__init__(revision.pk)
        self.revision = revision


@dataclass(frozen=True, slots=True)
class PageMark:
    """An open page that saves by itself; `leaves` with the save after which it is open no more."""

    token: str = ""
    leaves: bool = False


NO_PAGE: Final = PageMark()


@transaction.atomic(durable=True)
def create_procedure(
    *,
    code: str,
    name: str,
    field: Field,
    tiers: Sequence[Tier],
    editor: User,
    at: datetime,
) -> Revision:
    """
    Enter a procedure that the catalogue does not have yet, with an empty draft.

    Only editors see it before its first publication (procedures.services.entering).

    :raises BadCode: if the code has another shape than the national ones.
    :raises CodeTaken: if the catalogue has it, repealed or not.
    """
    if not CODE.fullmatch(code):
        raise BadCode(code)
    procedure, is_new = Procedure.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "field": field,
            "tiers": list(tiers),
            "is_withheld": True,
            "search_text": search_lines([name, field.name, code]),
        },
    )
    if not is_new:
        raise CodeTaken(code)
    return _begin(procedure, editor=editor, at=at)


@transaction.atomic(durable=True)
def open_draft(*, code: str, editor: User, at: datetime) -> Revision:
    """
    Return the draft that people are working on, or a new one that says what is published.

    A second press and a colleague meet the same draft.

    :raises NoSuchProcedure: if the catalogue has no such code.
    :raises IsRepealed: if the procedure has been repealed.
    """
    procedure = Procedure.objects.locked().with_code(code)
    if procedure.state == ProcedureState.REPEALED:
        raise IsRepealed(code)
    working = find_working(procedure)
    return working or _begin(procedure, editor=editor, at=at)


def find_working(procedure: Procedure) -> Revision | None:
    """Return what people work on, whether draft, in review or scheduled; not an import's draft."""
    return procedure.revisions.worked_on().first()


def _begin(procedure: Procedure, *, editor: User, at: datetime) -> Revision:
    current = procedure.current_revision
    last = procedure.revisions.aggregate(last=Max("number"))["last"] or 0
    draft = Revision.objects.create(
        procedure=procedure,
        number=last + 1,
        name=procedure.name,
        based_on=current,
        edited_by=editor,
        edited_at=at,
    )
    if current is not None:
        copy_content(current, draft)
    else:
        Case.objects.create(
            revision=draft, key="thong-thuong", name="Thông thường", is_default=True
        )
    return draft


@requires_transaction
def lock_for_edit(
    *, revision_id: int, version: int, editor: User, at: datetime, page: PageMark = NO_PAGE
) -> Revision:
    """
    Return a draft, locked and marked as changed by `editor`; call it before changing any part.

    What was in review or scheduled is a draft again: it was another text that was looked at.

    :param version: the version that the page was made from.
    :param page: after its own last save an open page need not have heard of the version which
        that save made: the answer may have been lost, or be on its way.
    :raises NotEditable: if the revision is published, superseded or gone.
    :raises StaleRevision: if the draft has another version by now.
    """
    revision = (
        Revision.objects.locked()
        .select_related("procedure")
        .filter(pk=revision_id, state__in=WORKING)
        .first()
    )
    if revision is None or revision.procedure.state == ProcedureState.REPEALED:
        raise NotEditable(revision_id)
    is_own = bool(page.token) and page.token == revision.edit_page
    if revision.version != version and not is_own:
        raise StaleRevision(revision)
    revision.state = RevisionState.DRAFT
    revision.publish_at = revision.scheduled_by = None
    revision.edited_by, revision.edited_at = editor, at
    revision.version += 1
    revision.edit_page = "" if page.leaves else page.token
    revision.save(
        update_fields=[
            "state", "publish_at", "scheduled_by", "edited_by", "edited_at", "version", "edit_page",
        ]
    )  # fmt: skip
    return revision


@transaction.atomic(durable=True)
def discard_draft(*, revision_id: int, version: int, editor: User, at: datetime) -> Procedure:
    """
    Throw a draft away; what is published stays. The history keeps every row of it.

    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision = lock_for_edit(revision_id=revision_id, version=version, editor=editor, at=at)
    procedure = revision.procedure
    form = revision.form_version
    revision.delete()
    drop_unused_form(form)
    return procedure
