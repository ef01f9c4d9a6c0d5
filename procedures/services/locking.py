"""What every step of a revision's life asks first: a locked row, as the page showed it."""

from collections.abc import Collection

from portal.core.db import requires_transaction
from procedures.enums import ProcedureState, RevisionState
from procedures.models import Procedure, Revision
from procedures.services.drafting import IsRepealed, StaleRevision


class WrongState(Exception):
    """The revision is not where this can be done; `revision` is as it is now, None if gone."""

    def __init__(self, revision: Revision | None) -> None:
        super().__init__(revision and revision.pk)
        self.revision = revision


@requires_transaction
def lock_revision(
    *, revision_id: int, states: Collection[RevisionState], version: int | None
) -> Revision:
    """
    Return a revision with its procedure, both locked: the procedure first, as everywhere.

    :param version: what the page showed, None for what was made by no page.
    :raises WrongState: if it is in none of `states`, or gone.
    :raises StaleRevision: if it has another version by now.
    :raises IsRepealed: if its procedure has been repealed.
    """
    owner = Revision.objects.filter(pk=revision_id).values_list("procedure_id", flat=True).first()
    if owner is None:
        raise WrongState(None)
    procedure = Procedure.objects.locked().select_related("field").get(pk=owner)
    revision = (
        Revision.objects.locked()
        .select_related("edited_by", "sent_by", "scheduled_by", "form_version")
        .filter(pk=revision_id)
        .first()
    )
    if revision is None:
        raise WrongState(None)
    revision.procedure = procedure
    if procedure.state == ProcedureState.REPEALED:
        raise IsRepealed(procedure.code)
    if revision.state not in states:
        raise WrongState(revision)
    if version is not None and revision.version != version:
        raise StaleRevision(revision)
    return revision
