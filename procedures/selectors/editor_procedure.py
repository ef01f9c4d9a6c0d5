"""One procedure as its editors see it: where it stands, what is being worked on, what it was."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from procedures.enums import NO_DRAFT, WORKING, ProcedureState
from procedures.facts import decision_words
from procedures.models import ImportedRecord, Procedure, Revision, WorkflowVersion
from procedures.selectors.editor_draft import edited_words
from procedures.selectors.editor_words import StateTag, procedure_tag, revision_tag


@dataclass(frozen=True, slots=True)
class RevisionRow:
    number: int
    state: StateTag
    revision: Revision
    # "Quyết định 01/QĐ-UBND, 02/01/2026, Ủy ban nhân dân tỉnh …", "" while none is given.
    decision: str
    # Who edited and who published it, in words.
    edited: str
    published_by: str


@dataclass(frozen=True, slots=True)
class ProcedureOverview:
    procedure: Procedure
    state: StateTag
    published: RevisionRow | None
    draft: RevisionRow | None
    # What an import left beside the people's draft, for them to take over or to throw away.
    imported: RevisionRow | None
    needs_review: bool
    history: tuple[RevisionRow, ...]
    offers: int
    workflows: tuple[WorkflowVersion, ...]

    @property
    def is_repealed(self) -> bool:
        return self.procedure.state == ProcedureState.REPEALED

    @property
    def is_withheld(self) -> bool:
        return self.procedure.is_withheld

    @property
    def is_decided(self) -> bool:
        """Whether what a decision gave hangs on it: offers, a published workflow."""
        return self.offers > 0 or any(one.published_at for one in self.workflows)

    @property
    def draft_version(self) -> int:
        """What a page that would change the entry is made from."""
        return self.draft.revision.version if self.draft else NO_DRAFT


def get_overview(code: str) -> ProcedureOverview:
    """
    Return what the editors' page of a procedure shows.

    :raises NoSuchProcedure: if no procedure has this code.
    """
    related = Procedure.objects.select_related("field", "repealed_by", "replaced_by")
    procedure = related.with_code(code)
    revisions = procedure.revisions.select_related("edited_by", "published_by").order_by("-number")
    rows = tuple(_row(revision) for revision in revisions)
    working = [row for row in rows if row.revision.state in WORKING]
    return ProcedureOverview(
        procedure=procedure,
        state=procedure_tag(procedure),
        published=next(
            (row for row in rows if row.revision.pk == procedure.current_revision_id), None
        ),
        draft=next((row for row in working if row.revision.edited_by_id is not None), None),
        imported=next((row for row in working if row.revision.edited_by_id is None), None),
        needs_review=ImportedRecord.objects.filter(procedure=procedure, needs_review=True).exists(),
        history=tuple(row for row in rows if row.revision.state not in WORKING),
        offers=procedure.offers.count(),
        workflows=tuple(procedure.workflow_versions.order_by("-number")),
    )


def decision_of(revision: Revision) -> str:
    """Write the publishing decision of a revision, "" while it has none."""
    named = decision_words(
        revision.decision_number, revision.decision_date, revision.decision_agency
    )
    return _("Quyết định %s") % named if named else ""


def _row(revision: Revision) -> RevisionRow:
    return RevisionRow(
        number=revision.number,
        state=revision_tag(revision),
        revision=revision,
        decision=decision_of(revision),
        edited=edited_words(revision),
        published_by=revision.published_by.full_name if revision.published_by else "",
    )
