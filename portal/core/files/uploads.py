"""Look at uploaded files before anything of them is kept."""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from django.utils.translation import gettext as _

from portal.core.files import sandbox, sniff
from portal.core.files.kinds import EXTENSION, FAMILY, MIME, REFUSED_NAMES, Kind, family_of
from portal.core.files.names import clean_name, shown_name, split_name
from portal.core.files.refusals import UnsafeFile, refusal

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PAGES: Final = 300
# A request waits for all members of an archive; its worker is ended after twenty seconds.
ARCHIVE_SECONDS: Final = 14.0
OPENED_TO_TELL: Final = frozenset(("ole", "package"))


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a file that may be kept; `mime` and `extension` come from its content."""

    kind: Kind
    mime: str
    extension: str
    size: int
    sha256: str
    # None for Word files: their pages depend on who lays them out.
    pages: int | None
    width: int | None
    height: int | None
    safe_name: str


@dataclass(frozen=True, slots=True)
class Received:
    """One file that may be kept, with its bytes."""

    facts: Inspected
    data: bytes


def inspect_upload(file: BinaryIO, name: str) -> Inspected:
    """
    Return the facts of one uploaded file, read from its content; `file` is rewound to its start.

    :raises UnsafeFile: with the sentence for the citizen, when the file is not to be kept; an
        archive is never one file.
    """
    data = _read(file)
    verdict = _judge(data, name)
    if verdict["kind"] == "zip":
        raise refusal("zip_here")
    return _facts(data, name, verdict)


def receive_upload(file: BinaryIO, name: str) -> tuple[Received, ...]:
    """
    Return the uploaded file, or every paper in it when it is a zip archive, to be kept one by one.

    All of an archive is taken or nothing: one bad member refuses it, named in the sentence.

    :raises UnsafeFile: with the sentence for the citizen, when nothing is to be kept.
    """
    data = _read(file)
    verdict = _judge(data, name)
    if verdict["kind"] == "zip":
        return tuple(_members(data, verdict["members"]))
    return (Received(_facts(data, name, verdict), data),)


def _read(file: BinaryIO) -> bytes:
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    file.seek(0)
    if not data:
        raise refusal("empty")
    if len(data) > MAX_BYTES:
        raise refusal("too_large")
    return data


def _members(data: bytes, members: list[tuple[int, str, int]]) -> Iterator[Received]:
    """Yield the papers of an archive; each is unpacked and then opened by a child of its own."""
    end = time.monotonic() + ARCHIVE_SECONDS
    for index, name, size in members:
        try:
            if size > MAX_BYTES:
                raise refusal("too_large")
            if time.monotonic() > end:
                raise refusal("too_heavy")
            member = _run("member", str(index), data=data)
            if len(member) != size:
                raise refusal("damaged_zip")
            if not member:
                raise refusal("empty")
            verdict = _judge(member, name)
            if verdict["kind"] == "zip":
                raise refusal("nested_zip")
            received = Received(_facts(member, name, verdict), member)
        except UnsafeFile as error:
            sentence = _("Tệp “%(name)s” trong tệp .zip: %(sentence)s") % {
                "name": shown_name(name),
                "sentence": error.sentence,
            }
            raise UnsafeFile(sentence, reason=error.reason) from error
        yield received


def _judge(data: bytes, name: str) -> dict[str, Any]:
    """
    Return what the child says of a file whose name and content agree.

    :raises UnsafeFile: when they do not, or the child refuses it.
    """
    _, extension = split_name(name)
    found = sniff.sniff(data)
    if found not in sniff.KNOWN:
        raise refusal(_said_by_name(found, extension))
    if found in OPENED_TO_TELL:
        verdict = _ask(data, found, extension)
        _agree(verdict["kind"], extension)
        return verdict
    _agree(found, extension)
    if sniff.is_mixed(data, found):
        raise refusal("two_types")
    return _ask(data, found, extension)


def _ask(data: bytes, found: str, extension: str) -> dict[str, Any]:
    if found == "pdf":
        answer = _run("pdf", str(MAX_PAGES), data=data)
    elif found in OPENED_TO_TELL:
        answer = _run(found, data=data)
    else:
        answer = _run("image", found, data=data)
    verdict: dict[str, Any] = json.loads(answer)
    if "refused" in verdict:
        raise refusal(_said_by_name(str(verdict["refused"]), extension))
    return verdict


def _run(task: str, *arguments: str, data: bytes) -> bytes:
    try:
        return sandbox.run_child(task, *arguments, data=data)
    except sandbox.ChildFailed as error:
        raise refusal("too_heavy") from error
    except OSError as error:
        raise refusal("busy") from error


def _said_by_name(reason: str, extension: str) -> str:
    """Return the reason that helps more: what the name says about a content nobody knows."""
    if reason in {"unknown", "office", "encrypted_word"} and extension in REFUSED_NAMES:
        return REFUSED_NAMES[extension]
    if reason == "unknown" and extension in FAMILY:
        return f"damaged_{FAMILY[extension]}"
    # Not even its directory can be read: what it was meant to be, only the name says.
    if reason == "damaged_zip" and FAMILY.get(extension) == "word":
        return "damaged_word"
    return reason


def _agree(kind: str, extension: str) -> None:
    """Refuse a name that says something else than the content; inside a family content wins."""
    if extension and extension not in FAMILY:
        raise refusal(REFUSED_NAMES.get(extension, "extension"))
    if extension and FAMILY[extension] != family_of(kind):
        raise refusal("mismatch")


def _facts(data: bytes, name: str, verdict: dict[str, Any]) -> Inspected:
    kind = Kind(verdict["kind"])
    return Inspected(
        kind=kind,
        mime=MIME[kind],
        extension=EXTENSION[kind],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        pages=verdict.get("pages"),
        width=verdict.get("width"),
        height=verdict.get("height"),
        safe_name=clean_name(split_name(name)[0], EXTENSION[kind]),
    )
