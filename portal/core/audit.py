"""How rows are put into bytes that stay the same, and how one that was tampered with is named."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

# Of each row's hash so many bytes are kept beside its id.
LEAF_HASH: Final = 16
LEAF: Final = 8 + LEAF_HASH


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that is not what was written: table, id (None for a missing whole), its day, why."""

    table: str
    row_id: int | None
    day: date | None
    what: str

    def __str__(self) -> str:
        day = f"{self.day:%Y-%m-%d}" if self.day else "?"
        return f"{self.table} id={self.row_id} day={day}: {self.what}"


def hash_of(values: Iterable[Any]) -> bytes:
    """Return the SHA-256 of one row's values, in the order of its columns."""
    text = json.dumps(
        list(values), default=_plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).digest()


def leaf(row_id: int, row_hash: bytes) -> bytes:
    return row_id.to_bytes(8, "big") + row_hash[:LEAF_HASH]


def leaves_of(data: bytes) -> dict[int, bytes]:
    """Return the kept hashes of a digest by the ids of their rows."""
    return {
        int.from_bytes(data[start : start + 8], "big"): data[start + 8 : start + LEAF]
        for start in range(0, len(data), LEAF)
    }


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
