"""
A file of documents, written piece by piece and read one document at a time.

A .json file holds procedures without their printable forms; an archive holds a line for each
procedure and the forms as files of their own, named by their hash.
"""

import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from portal.core.files import FileDamaged, open_stored
from portal.core.files.opener.archives import BROKEN, check_directory
from portal.core.files.opener.verdicts import Refused
from procedures.exchange.columns import Row
from procedures.exchange.shape import FORMAT, VERSION

MANIFEST: Final = "manifest.json"
LINES: Final = "procedures.jsonl"
FOLDER: Final = "files/"
MOST_BYTES: Final = 50 * 1024 * 1024
MOST_JSON: Final = 10 * 1024 * 1024
MOST_LINE: Final = 5_000_000
MOST_FILE: Final = 10 * 1024 * 1024
MOST_ENTRIES: Final = 5_000
_END: Final = b"PK\x05\x06"
# Stands right before the end and names another directory, of any length; none of ours needs it.
_LARGE: Final = b"PK\x06\x07"
_LARGE_BYTES: Final = 20
# How long the directory of that many entries can be, with names of our own.
_MOST_DIRECTORY: Final = MOST_ENTRIES * 300
_PIECE: Final = 1 << 16


class UnreadablePackage(Exception):
    """A file of which nothing can be taken in; the sentence says why and what to do."""


class Package:
    """A file of documents that passed the first look."""

    def __init__(self, data: bytes) -> None:
        """
        Look at a file, without unpacking it.

        :raises UnreadablePackage: if it is neither form, or too much.
        """
        self._archive: zipfile.ZipFile | None = None
        self._procedures: list[Any] = []
        if len(data) > MOST_BYTES:
            raise UnreadablePackage(_("Tệp lớn hơn 50 MB. Hãy xuất và nhập từng lĩnh vực."))
        if data.startswith(b"PK"):
            self._archive = _open(data)
            _require_format(_json(self._read(MANIFEST, MOST_JSON)))
        else:
            if len(data) > MOST_JSON:
                raise UnreadablePackage(
                    _("Tệp .json lớn hơn 10 MB. Hãy dùng gói .zip của hệ thống.")
                )
            whole = _json(data)
            _require_format(whole)
            given = whole.get("procedures")
            if not isinstance(given, list):
                raise UnreadablePackage(_("Tệp không có danh sách “procedures”."))
            self._procedures = given

    def documents(self) -> Iterator[tuple[int, Any]]:
        """
        Yield each document with its line, from 1; None for a line that is no JSON.

        :raises UnreadablePackage: if the archive turns out to be damaged.
        """
        if self._archive is None:
            yield from enumerate(self._procedures, start=1)
            return
        try:
            with self._archive.open(LINES) as lines:
                number = 0
                while line := lines.readline(MOST_LINE + 1):
                    number += 1
                    if len(line) > MOST_LINE:
                        raise UnreadablePackage(_("Dòng %d quá dài.") % number)
                    if line.strip():
                        yield number, _line(line)
        except (KeyError, *BROKEN) as error:
            raise UnreadablePackage(_damaged()) from error

    def file(self, sha256: str) -> bytes | None:
        """Return a printable form by its hash, None if the package does not hold it whole."""
        if self._archive is None:
            return None
        try:
            data = self._read(FOLDER + sha256, MOST_FILE)
        except UnreadablePackage:
            return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None

    def _read(self, name: str, most: int) -> bytes:
        assert self._archive is not None
        try:
            with self._archive.open(name) as entry:
                data = entry.read(most + 1)
        except (KeyError, *BROKEN) as error:
            raise UnreadablePackage(_damaged()) from error
        if len(data) > most:
            raise UnreadablePackage(_("Gói có tệp quá lớn."))
        return data


def write_json(documents: Iterator[Row]) -> Iterator[bytes]:
    """Yield a .json file piece by piece."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "procedures": [\n'.encode()
    comma = ""
    for document in documents:
        yield f"{comma}{_text(document)}".encode()
        comma = ",\n"
    yield b"\n]}\n"


def write_archive(documents: Iterator[Row], keys: dict[str, str]) -> Iterator[bytes]:
    """
    Yield an archive piece by piece; never more of it than one document or one piece of a file.

    :param keys: filled by `documents` as they come: the storage key of each form by its hash.
    """
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry(MANIFEST), _text({"format": FORMAT, "version": VERSION}))
        with archive.open(_entry(LINES), "w") as lines:
            for document in documents:
                lines.write(f"{_text(document)}\n".encode())
                yield out.taken()
        for sha256, key in sorted(keys.items()):
            try:
                with open_stored(key) as file, archive.open(_entry(FOLDER + sha256), "w") as entry:
                    while piece := file.read(_PIECE):
                        entry.write(piece)
                        yield out.taken()
            except FileDamaged:
                continue
    yield out.taken()


class _Pieces(io.RawIOBase):
    """Where an archive is written to: what has come is taken away at once."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        data = b"".join(self._pieces)
        self._pieces.clear()
        return data


def _entry(name: str) -> zipfile.ZipInfo:
    # The same catalogue makes the same bytes: no moment in it.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _open(data: bytes) -> zipfile.ZipFile:
    end = data.rfind(_END)
    if end < 0 or end + 22 > len(data):
        raise UnreadablePackage(_damaged())
    if data.startswith(_LARGE, max(end - _LARGE_BYTES, 0)):
        raise UnreadablePackage(_("Gói có quá nhiều tệp bên trong."))
    _disk, _start, _here, entries, size, _offset, _comment = struct.unpack_from(
        "<4H2LH", data, end + 4
    )
    if entries > MOST_ENTRIES or size > _MOST_DIRECTORY:
        raise UnreadablePackage(_("Gói có quá nhiều tệp bên trong."))
    stream: BinaryIO = io.BytesIO(data)
    try:
        archive = zipfile.ZipFile(stream)
        check_directory(archive, len(data))
    except Refused as refused:
        raise UnreadablePackage(
            _("Gói .zip này không phải gói của hệ thống, hoặc mở ra lớn bất thường.")
        ) from refused
    except BROKEN as error:
        raise UnreadablePackage(_damaged()) from error
    names = set(archive.namelist())
    if not {MANIFEST, LINES} <= names:
        raise UnreadablePackage(
            _("Gói .zip thiếu manifest.json hoặc procedures.jsonl: không phải gói của hệ thống.")
        )
    return archive


def _require_format(manifest: object) -> None:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise UnreadablePackage(
            _("Tệp không ghi “format”: “%s”: không phải tệp xuất từ danh mục.") % FORMAT
        )
    if manifest.get("version") != VERSION:
        raise UnreadablePackage(_("Phiên bản của tệp khác phiên bản hệ thống đọc được (1)."))


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadablePackage(_("Tệp không phải JSON viết bằng UTF-8.")) from error


def _line(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        return None


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _damaged() -> str:
    return _("Không mở được gói này: tệp bị hỏng, tải chưa trọn, hoặc không phải gói của hệ thống.")
