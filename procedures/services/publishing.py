"""Making a draft revision the one that the public sees."""

from datetime import datetime

from django.db import transaction

from procedures.enums import ProcedureState, RevisionState
from procedures.levels import content_level
from procedures.models import FeeRule, Procedure, Revision
from procedures.search import search_lines


class NotADraft(Exception):
    """Only a draft revision can be published."""


@transaction.atomic(durable=True)
def publish_revision(*, revision_id: int, at: datetime) -> Procedure:
    """
    Publish a draft revision: it supersedes the one before and gives its words to the search.

    :raises NotADraft: if it has been published already.
    """
    revision = (
        Revision.objects.select_for_update(of=("self",), no_key=True)
        .select_related("procedure__field")
        .get(pk=revision_id)
    )
    if revision.state != RevisionState.DRAFT:
        raise NotADraft(revision_id)
    procedure = Procedure.objects.select_for_update(of=("self",), no_key=True).get(
        pk=revision.procedure_id
    )
    Revision.objects.filter(procedure=procedure, state=RevisionState.PUBLISHED).update(
        state=RevisionState.SUPERSEDED
    )
    revision.state = RevisionState.PUBLISHED
    revision.published_at = at
    revision.save(update_fields=["state", "published_at"])
    procedure.current_revision = revision
    procedure.state = ProcedureState.PUBLISHED
    procedure.name = revision.name
    procedure.search_text = search_words(revision)
    procedure.content_level = measure_content(revision)
    procedure.paid_level = measure_content(revision, can_pay_online=True)
    procedure.save(
        update_fields=[
            "current_revision",
            "state",
            "name",
            "search_text",
            "content_level",
            "paid_level",
        ]
    )
    return procedure


def search_words(revision: Revision) -> str:
    """Return the words under which people look for a procedure, one plain phrase a line."""
    return search_lines(
        [
            revision.name,
            revision.everyday_name,
            *revision.keywords,
            revision.procedure.field.name,
            revision.procedure.code,
        ]
    )


def measure_content(revision: Revision, *, can_pay_online: bool = False) -> int:
    """Return the level that the stored content of a revision carries."""
    return content_level(
        revision,
        cases=list(revision.cases.prefetch_related("times")),
        fees=list(FeeRule.objects.filter(case__revision=revision)),
        papers=list(revision.papers.all()),
        forms=list(revision.printable_forms.all()),
        can_pay_online=can_pay_online,
    )
