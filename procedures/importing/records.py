"""A record read from the file: rows as the tables will hold them, and what was wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procedures.importing.findings import Finding

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What becomes a revision: its own columns, and those of its parts."""

    revision: Row
    times: tuple[Row, ...]
    fees: tuple[Row, ...]
    papers: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One procedure; `content` is None where the source knows only the name."""

    line: int
    code: str
    # "-Xoa" and the like, which the code carried.
    suffix: str
    name: str
    field_name: str
    tiers: tuple[str, ...]
    content: Content | None
    findings: tuple[Finding, ...]
    source: Row
    content_hash: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is no record; one of them stops the whole import."""

    line: int
    why: str
