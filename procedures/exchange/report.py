"""What a file would do or did, line by line."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Outcome(StrEnum):
    """What becomes of one line."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT = "left"
    REFUSED = "refused"


OUTCOMES: Final[dict[Outcome, str | Promise]] = {
    Outcome.NEW: _("thủ tục mới, kèm bản nháp"),
    Outcome.CHANGED: _("thay đổi, để ở bản nháp"),
    Outcome.UNCHANGED: _("không đổi"),
    Outcome.LEFT: _("bỏ qua"),
    Outcome.REFUSED: _("không nhập được"),
}


class Refusal(Exception):
    """Why a document is not taken in, in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One procedure of a file, or one row of a list, and what was said of it."""

    line: int
    code: str
    name: str
    outcome: Outcome
    words: tuple[str, ...] = ()
    # For whom it gives offers: ids of units, None for a whole tier.
    offers_for: tuple[int | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "code": self.code,
            "name": self.name,
            "outcome": self.outcome.value,
            "words": list(self.words),
            **({"offers_for": list(self.offers_for)} if self.offers_for else {}),
        }


@dataclass(frozen=True, slots=True)
class Report:
    lines: tuple[Line, ...]

    @property
    def counts(self) -> Counter[Outcome]:
        return Counter(line.outcome for line in self.lines)

    @property
    def is_clean(self) -> bool:
        return not any(line.outcome == Outcome.REFUSED for line in self.lines)

    @property
    def gives_offers(self) -> bool:
        return any(line.offers_for for line in self.lines)

    @property
    def digest(self) -> str:
        """Return what another run of the same file says again while nothing has changed."""
        text = json.dumps([line.to_json() for line in self.lines], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_json(self) -> list[dict[str, Any]]:
        return [line.to_json() for line in self.lines]
