"""One letter and one tone per state, the same on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dossiers.enums import DossierState as State


@dataclass(frozen=True, slots=True)
class Mark:
    """What components/tag.html takes beside the words of the state."""

    letter: str
    tone: str


MARKS: Final[Mapping[State, Mark]] = {
    State.SUBMITTED: Mark("M", "info"),
    State.ACCEPTED: Mark("N", "info"),
    State.REFUSED: Mark("K", "danger"),
    State.PROCESSING: Mark("X", "info"),
    State.SUPPLEMENT: Mark("B", "warning"),
    State.PAYMENT: Mark("P", "warning"),
    State.WITHDRAWN: Mark("R", "neutral"),
    State.STOPPED: Mark("D", "danger"),
    State.DECIDED: Mark("C", "success"),
    State.RETURNED: Mark("T", "success"),
}
