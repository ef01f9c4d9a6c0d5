"""Making a draft revision the one that the public sees."""

from datetime import datetime

from django.db import transaction

from portal.core.text import fold
from procedures.enums import ProcedureState, RevisionState
from procedures.models import Procedure, Revision


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
    procedure.save(update_fields=["current_revision", "state", "name", "search_text"])
    return procedure


def search_words(revision: Revision) -> str:
    """Return the folded words under which people look for a procedure, one phrase a line."""
    phrases = [
        revision.name,
        revision.everyday_name,
        *revision.keywords,
        revision.procedure.field.name,
        revision.procedure.code,
    ]
    return "\n".join(dict.fromkeys(fold(phrase) for phrase in phrases if phrase))
