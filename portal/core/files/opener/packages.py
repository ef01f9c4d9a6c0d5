"""Zip packages: told apart by their entries, then judged as Word file or as a bag of papers."""

import zipfile
from typing import Final

from .archives import check_directory, entry_name, open_archive
from .docx import inspect_docx
from .verdicts import Refused

# What a folder of papers carries along without anybody's wish.
JUNK_FOLDER: Final = "__MACOSX"
JUNK_NAMES: Final = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
MAX_MEMBERS: Final = 20
MAX_MEMBERS_BYTES: Final = 50 * 1024 * 1024


def inspect_package(data: bytes) -> dict[str, object]:
    """
    Return the facts of a Word file, or the members of an archive with their places.

    :raises Refused: when it is not to be kept.
    """
    archive = open_archive(data)
    kind = tell(set(archive.namelist()))
    if kind not in {"docx", "zip"}:
        raise Refused(kind)
    try:
        check_directory(archive, len(data))
    except Refused as refused:
        raise Refused(as_said_of(kind, refused.reason)) from refused
    if kind == "zip":
        return {"kind": kind, "members": list_members(archive)}
    try:
        inspect_docx(archive)
    except Refused as refused:
        raise Refused(as_said_of(kind, refused.reason)) from refused
    return {"kind": kind}


def tell(names: set[str]) -> str:
    """Return what the package is."""
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return "docx"
        if "xl/workbook.xml" in names or "ppt/presentation.xml" in names:
            return "office"
    if "mimetype" in names and "META-INF/manifest.xml" in names:
        return "other_text"
    if names & {"META-INF/MANIFEST.MF", "AndroidManifest.xml"}:
        return "program"
    return "zip"


def as_said_of(kind: str, reason: str) -> str:
    """Return the reason in the words for a Word file or for an archive."""
    words = {
        "locked": {"docx": "encrypted_word", "zip": "encrypted_zip"},
        "damaged_zip": {"docx": "damaged_word", "zip": "damaged_zip"},
        "unsafe_path": {"docx": "damaged_word", "zip": "unsafe_path"},
    }
    return words.get(reason, {}).get(kind, reason)


def list_members(archive: zipfile.ZipFile) -> list[tuple[int, str, int]]:
    """
    Return the files in an archive: place in the directory, name, size.

    :raises Refused: when there are none, too many, or too much in them.
    """
    members: list[tuple[int, str, int]] = []
    for index, entry in enumerate(archive.infolist()):
        name = entry_name(entry)
        parts = name.replace("\\", "/").split("/")
        if parts[-1] == "" or parts[-1].lower() in JUNK_NAMES or parts[0] == JUNK_FOLDER:
            continue
        members.append((index, name, entry.file_size))
    if not members:
        raise Refused("empty_zip")
    if len(members) > MAX_MEMBERS:
        raise Refused("too_many_members")
    if sum(size for _, _, size in members) > MAX_MEMBERS_BYTES:
        raise Refused("members_too_large")
    return members
