"""The dossier's lifecycle as data: a table and a few questions. No ORM, no clock, no I/O."""

from collections.abc import Mapping
from typing import Final

from dossiers.enums import Action, DossierState as State

# The numbers under which the national portal knows the states.
NATIONAL_NUMBERS: Final[Mapping[State, int]] = {
    state: number for number, state in enumerate(State, start=1)
}

OPEN: Final = frozenset(
    {State.SUBMITTED, State.ACCEPTED, State.PROCESSING, State.SUPPLEMENT, State.PAYMENT}
)
# While in one of these the citizen is the next actor and the clock stands still.
WAITING_FOR_CITIZEN: Final = frozenset({State.SUPPLEMENT, State.PAYMENT})
TERMINAL: Final = frozenset({State.WITHDRAWN, State.RETURNED})

# action -> state it starts from -> state it leads to; None means back to `resume_state`.
TRANSITIONS: Final[Mapping[Action, Mapping[State, State | None]]] = {
    Action.ACCEPT: {State.SUBMITTED: State.ACCEPTED},
    Action.REFUSE: {
        State.SUBMITTED: State.REFUSED,
        # After the citizen's date has passed, and only for what waits from SUBMITTED.
        State.SUPPLEMENT: State.REFUSED,
        State.PAYMENT: State.REFUSED,
    },
    Action.REOPEN: {State.REFUSED: State.SUBMITTED},
    Action.UNDO_ACCEPTANCE: {State.ACCEPTED: State.SUBMITTED},
    Action.ASK_SUPPLEMENT: {
        State.SUBMITTED: State.SUPPLEMENT,
        State.ACCEPTED: State.SUPPLEMENT,
        State.PROCESSING: State.SUPPLEMENT,
    },
    Action.ANSWER_SUPPLEMENT: {State.SUPPLEMENT: None},
    Action.ASK_PAYMENT: {
        State.SUBMITTED: State.PAYMENT,
        State.ACCEPTED: State.PAYMENT,
        State.PROCESSING: State.PAYMENT,
    },
    Action.SETTLE: {State.PAYMENT: None},
    Action.START: {State.ACCEPTED: State.PROCESSING},
    Action.STOP: {
        State.PROCESSING: State.STOPPED,
        # After the citizen's date has passed, and only for what waits from a later state.
        State.SUPPLEMENT: State.STOPPED,
        State.PAYMENT: State.STOPPED,
    },
    Action.RESTART: {State.STOPPED: State.PROCESSING},
    Action.DECIDE: {State.PROCESSING: State.DECIDED},
    Action.RECALL: {State.DECIDED: State.PROCESSING},
    Action.RETURN: {State.DECIDED: State.RETURNED, State.STOPPED: State.RETURNED},
    Action.WITHDRAW: {
        State.SUBMITTED: State.WITHDRAWN,
        State.ACCEPTED: State.WITHDRAWN,
        State.PROCESSING: State.WITHDRAWN,
        State.SUPPLEMENT: State.WITHDRAWN,
        State.PAYMENT: State.WITHDRAWN,
    },
}

# Of what waits for the citizen, only what came from these states may be refused or stopped.
_REFUSABLE_FROM: Final = frozenset({State.SUBMITTED})
_STOPPABLE_FROM: Final = frozenset({State.ACCEPTED, State.PROCESSING})


class StaleVersion(Exception):
    """Somebody changed the dossier after the page was made on which this action was chosen."""


class ForbiddenTransition(Exception):
    """The dossier has already left the state from which this action starts."""

    def __init__(self, *, action: Action, source: State) -> None:
        super().__init__(f"{action} is not allowed from {source}")
        self.action, self.source = action, source


def target_of(action: Action, *, source: State, resume: State | None) -> State:
    """
    Return the state that `action` leads to from `source`; `resume` is the dossier's resume state.

    :raises ForbiddenTransition: if the table has no such edge.
    """
    edges = TRANSITIONS.get(action, {})
    if source not in edges:
        raise ForbiddenTransition(action=action, source=source)
    if source in WAITING_FOR_CITIZEN and (
        (action == Action.REFUSE and resume not in _REFUSABLE_FROM)
        or (action == Action.STOP and resume not in _STOPPABLE_FROM)
    ):
        raise ForbiddenTransition(action=action, source=source)
    target = edges[source] or resume
    if target is None:
        raise ForbiddenTransition(action=action, source=source)
    return target


def resume_of(*, source: State, target: State) -> State | None:
    """Return the resume state that a dossier keeps after moving from `source` to `target`."""
    return source if target in WAITING_FOR_CITIZEN else None


def allows(action: Action, *, source: State, resume: State | None) -> bool:
    """Tell whether the table has the edge, for pages that show only what can be done."""
    try:
        target_of(action, source=source, resume=resume)
    except ForbiddenTransition:
        return False
    return True
