"""States of procedures and revisions as the editors' pages show them: in words, with a shape."""

from dataclasses import dataclass
from typing import Final

from django.utils.text import capfirst
from django.utils.translation import gettext

from procedures.enums import ProcedureState, RevisionState
from procedures.models import Procedure, Revision


@dataclass(frozen=True, slots=True)
class StateTag:
    """What templates/components/tag.html takes."""

    text: str
    tone: str
    mark: str


_REVISION: Final = {
    RevisionState.DRAFT: ("neutral", "N"),
    RevisionState.IN_REVIEW: ("info", "D"),
    RevisionState.SCHEDULED: ("info", "H"),
    RevisionState.PUBLISHED: ("success", "C"),
    RevisionState.SUPERSEDED: ("neutral", "T"),
}
_PROCEDURE: Final = {
    ProcedureState.LISTED: ("warning", "T"),
    ProcedureState.PUBLISHED: ("success", "C"),
    ProcedureState.REPEALED: ("danger", "B"),
}


def revision_tag(revision: Revision) -> StateTag:
    tone, mark = _REVISION[RevisionState(revision.state)]
    return StateTag(capfirst(str(revision.get_state_display())), tone, mark)


def procedure_tag(procedure: Procedure) -> StateTag:
    if procedure.is_withheld:
        return StateTag(gettext("Chưa công khai"), "neutral", "N")
    tone, mark = _PROCEDURE[ProcedureState(procedure.state)]
    return StateTag(capfirst(str(procedure.get_state_display())), tone, mark)
