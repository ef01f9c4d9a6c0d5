"""The directory of a zip: judged by what it declares, before anything is unpacked."""

import io
import re
import stat
import struct
import zipfile
import zlib
from typing import Final

from .verdicts import Refused

MEBIBYTE: Final = 1024 * 1024
MAX_ENTRIES: Final = 200
MAX_UNPACKED: Final = 100 * MEBIBYTE
MAX_RATIO: Final = 100
END: Final = b"PK\x05\x06"
END_SIZE: Final = 22
# Counts and places that do not fit here stand in a zip64 record; a file this small needs none.
ZIP64: Final = (0xFFFF, 0xFFFFFFFF)
METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
ENCRYPTED: Final = 0x1
UTF8: Final = 0x800
DRIVE: Final = re.compile(r"\A[A-Za-z]:")
BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


def open_archive(data: bytes) -> zipfile.ZipFile:
    """
    Return the archive, its directory read and of a bearable length.

    :raises Refused: `too_many_entries`, `two_types` or `damaged_zip`.
    """
    end = data.rfind(END)
    if end < 0 or end + END_SIZE > len(data):
        raise Refused("damaged_zip")
    _, _, here, entries, size, offset, comment = struct.unpack_from("<4H2LH", data, end + 4)
    if entries in ZIP64 or offset in ZIP64 or size in ZIP64 or here != entries:
        raise Refused("too_many_entries" if entries in ZIP64 else "damaged_zip")
    if entries > MAX_ENTRIES:
        raise Refused("too_many_entries")
    if end + END_SIZE + comment != len(data):
        # Cut short if it says more than there is; else something else follows.
        raise Refused("damaged_zip" if end + END_SIZE + comment > len(data) else "two_types")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except BROKEN as error:
        raise Refused("damaged_zip") from error
    if len(archive.infolist()) != entries:
        raise Refused("damaged_zip")
    if entries and min(info.header_offset for info in archive.infolist()) != 0:
        raise Refused("two_types")
    return archive


def check_directory(archive: zipfile.ZipFile, size: int) -> None:
    """
    Refuse an archive of `size` bytes by what its directory declares.

    :raises Refused: `locked`, `unsafe_path`, `damaged_zip` or `too_expanded`.
    """
    entries = archive.infolist()
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise Refused("locked")
        if is_unsafe(entry):
            raise Refused("unsafe_path")
        if entry.compress_type not in METHODS:
            raise Refused("damaged_zip")
    if len({entry.filename.casefold() for entry in entries}) != len(entries):
        raise Refused("damaged_zip")
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that together are longer than the file share the same bytes.
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(packed, 1) or packed > size:
        raise Refused("too_expanded")


def is_unsafe(entry: zipfile.ZipInfo) -> bool:
    """Return whether an entry would be written outside its folder, or is no plain file."""
    name = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    return (
        "\0" in name
        or name.startswith(("/", "\\"))
        or DRIVE.match(name) is not None
        or ".." in re.split(r"[/\\]", name)
        or kind not in {0, stat.S_IFREG, stat.S_IFDIR}
    )


def entry_name(entry: zipfile.ZipInfo) -> str:
    """Return the name as it was meant: macOS writes UTF-8 without saying so."""
    if entry.flag_bits & UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode()
    except UnicodeError:
        return entry.filename


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """
    Return the unpacked bytes of one entry, as many as declared and with the right check sum.

    :raises Refused: `damaged_zip`.
    """
    try:
        data = archive.read(entry)
    except BROKEN as error:
        raise Refused("damaged_zip") from error
    except RuntimeError as error:  # zipfile's word for a missing password
        raise Refused("locked") from error
    if len(data) != entry.file_size:
        raise Refused("damaged_zip")
    return data


def read_member(data: bytes, index: int) -> bytes:
    """Return the bytes of one entry of an archive that was judged before; b"" if damaged."""
    archive = open_archive(data)
    try:
        return read_entry(archive, archive.infolist()[index])
    except Refused:
        return b""
