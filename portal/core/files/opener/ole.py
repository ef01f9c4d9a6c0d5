"""Word files of old (OLE compound files): no macros, no objects, no password, nothing missing."""

import re
import struct
from array import array
from dataclasses import dataclass
from typing import Final

from .verdicts import Refused

HEADER: Final = 512
DIFAT_IN_HEADER: Final = 109
NOTHING: Final = 0xFFFFFFFA  # this and above are marks, not sectors
NO_ENTRY: Final = 0xFFFFFFFF
ENTRY: Final = 128
STORAGE, STREAM, ROOT = 1, 2, 5
MACRO_NAMES: Final = frozenset(("macros", "vba", "_vba_project", "_vba_project_cur"))
OBJECT_NAMES: Final = frozenset(("\x01ole10native", "package", "equation native"))
LOCK_NAMES: Final = frozenset(("encryptedpackage", "encryptioninfo"))
OFFICE_NAMES: Final = frozenset(("workbook", "book", "powerpoint document"))
WORD_MARKS: Final = frozenset((0xA5EC, 0xA5DC))
# Where the flags of the main stream stand, and the one that says "encrypted".
FLAGS: Final = 10
FLAGS_END: Final = 12
ENCRYPTED: Final = 0x0100
# A field begins with \x13; this one starts another program.
COMMAND_FIELD: Final = re.compile(
    rb"\x13[\s\"]{0,8}DDE(?:AUTO)?\b|\x13\x00(?:[\s\"]\x00){0,8}D\x00D\x00E\x00", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the directory."""

    name: str
    type: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The streams of a compound file, read through chains that cannot run in circles."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if len(data) < HEADER:
            raise Refused("damaged_word")
        major, order, shift, self.mini_shift = struct.unpack_from("<4H", data, 26)
        if order != 0xFFFE or (major, shift) not in {(3, 9), (4, 12)} or self.mini_shift != 6:
            raise Refused("damaged_word")
        self.size = 1 << shift
        self.count = max(0, -(-len(data) // self.size) - 1)
        self.is_wide = major == 4
        directory, _, self.cutoff, mini, _, more = struct.unpack_from("<6I", data, 48)
        self.fat = self._read_fat(more)
        self.mini_fat = array("I", self._whole(self._read(mini, self.fat)))
        table = self._read(directory, self.fat)
        self.entries = [
            entry
            for at in range(0, len(table) - ENTRY + 1, ENTRY)
            if (entry := self._entry(table[at : at + ENTRY])) is not None
        ]
        root = next((entry for entry in self.entries if entry.type == ROOT), None)
        if root is None:
            raise Refused("damaged_word")
        self.mini_stream = self._read(root.start, self.fat)

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of a stream; fewer than it declares means that the file is cut short."""
        if entry.size == 0:
            return b""
        if entry.size < self.cutoff:
            data = self._read_mini(entry.start)
        else:
            data = self._read(entry.start, self.fat)
        if len(data) < entry.size:
            raise Refused("damaged_word")
        return data[: entry.size]

    def _read_fat(self, more: int) -> "array[int]":
        """Return the table of sectors; the list of its own sectors goes on in a chain."""
        places = list(struct.unpack_from(f"<{DIFAT_IN_HEADER}I", self.data, 76))
        per_sector = self.size // 4
        for _ in range(self.count):
            if more >= NOTHING:
                break
            *chunk, more = struct.unpack(f"<{per_sector}I", self._sector(more))
            places += chunk
        fat = array("I")
        for place in places[: self.count]:
            if place < NOTHING:
                fat.frombytes(self._sector(place))
        return fat

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        sector = self.data[start : start + self.size]
        if len(sector) != self.size:
            raise Refused("damaged_word")
        return sector

    def _read(self, start: int, fat: "array[int]") -> bytes:
        parts = []
        for number in self._chain(start, fat, self.count):
            place = (number + 1) * self.size
            parts.append(self.data[place : place + self.size])
        return b"".join(parts)

    def _read_mini(self, start: int) -> bytes:
        size = 1 << self.mini_shift
        chain = self._chain(start, self.mini_fat, len(self.mini_stream) // size)
        return b"".join(self.mini_stream[one * size : (one + 1) * size] for one in chain)

    @staticmethod
    def _chain(start: int, fat: "array[int]", count: int) -> list[int]:
        chain: list[int] = []
        while start < NOTHING:
            if start >= min(count, len(fat)) or len(chain) > count:
                raise Refused("damaged_word")
            chain.append(start)
            start = fat[start]
        return chain

    @staticmethod
    def _whole(data: bytes) -> bytes:
        return data[: len(data) // 4 * 4]

    def _entry(self, raw: bytes) -> Entry | None:
        length, kind = struct.unpack_from("<HB", raw, 64)
        if kind not in {STORAGE, STREAM, ROOT}:
            return None
        child, start, size = struct.unpack_from("<I36xIQ", raw, 76)
        name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        return Entry(name.lower(), kind, child, start, size if self.is_wide else size & 0xFFFFFFFF)


def inspect_ole(data: bytes) -> dict[str, object]:
    """
    Return the facts of an old Word file.

    :raises Refused: when it is something else, or not to be kept.
    """
    file = CompoundFile(data)
    names = {entry.name for entry in file.entries}
    if names & LOCK_NAMES:
        raise Refused("encrypted_word")
    word = next((e for e in file.entries if e.name == "worddocument" and e.type == STREAM), None)
    if word is None:
        raise Refused("office" if names & OFFICE_NAMES else "unknown")
    check_text(file.read(word))
    if names & MACRO_NAMES:
        raise Refused("macros")
    pools = [e for e in file.entries if e.name == "objectpool" and e.child != NO_ENTRY]
    if pools or names & OBJECT_NAMES:
        raise Refused("embedded")
    for entry in file.entries:
        if entry.type == STREAM:
            file.read(entry)
    return {"kind": "doc"}


def check_text(text: bytes) -> None:
    """Refuse the main stream when it is none, is locked, or starts another program."""
    if len(text) < FLAGS_END or struct.unpack_from("<H", text)[0] not in WORD_MARKS:
        raise Refused("damaged_word")
    if struct.unpack_from("<H", text, FLAGS)[0] & ENCRYPTED:
        raise Refused("encrypted_word")
    if COMMAND_FIELD.search(text):
        raise Refused("word_active")
