"""Look at one uploaded file before anything of it is kept."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from portal.core.files import sandbox, sniff
from portal.core.files.names import clean_name, split_name
from portal.core.files.refusals import refusal

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PAGES: Final = 300


class Kind(StrEnum):
    """The kinds that are taken."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


MIME: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
}
EXTENSION: Final = {Kind.PDF: "pdf", Kind.JPEG: "jpg", Kind.PNG: "png"}
NAMED: Final = {
    "pdf": Kind.PDF,
    "jpg": Kind.JPEG,
    "jpeg": Kind.JPEG,
    "jpe": Kind.JPEG,
    "jfif": Kind.JPEG,
    "png": Kind.PNG,
}
IMAGES: Final = frozenset((Kind.JPEG, Kind.PNG))
# What is said by the name alone, when the content is not one of the kinds taken.
REFUSED_NAMES: Final = {
    "doc": "word", "docx": "word", "docm": "word", "rtf": "word", "odt": "word",
    "xls": "office", "xlsx": "office", "ppt": "office", "pptx": "office",
    "heic": "heic", "heif": "heic", "hif": "heic", "zip": "zip",
    "rar": "archive", "7z": "archive", "gz": "archive", "tar": "archive",
    "svg": "markup", "html": "markup", "htm": "markup", "xml": "markup",
    "gif": "other_image", "webp": "other_image", "tif": "other_image", "tiff": "other_image",
    "bmp": "other_image",
    "exe": "program", "bat": "program", "cmd": "program", "js": "program",
    "msi": "program", "apk": "program",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is known of a file that may be kept; `mime` and `extension` come from its content."""

    kind: Kind
    mime: str
    extension: str
    size: int
    sha256: str
    pages: int
    width: int | None
    height: int | None
    safe_name: str


def inspect_upload(file: BinaryIO, name: str) -> Inspected:
    """
    Return the facts of an uploaded file, read from its content; `file` is rewound to its start.

    :raises UnsafeFile: with the sentence for the citizen, when the file is not to be kept.
    """
    stem, extension = split_name(name)
    file.seek(0)
    data = file.read(MAX_BYTES + 1)
    file.seek(0)
    if not data:
        raise refusal("empty")
    if len(data) > MAX_BYTES:
        raise refusal("too_large")

    kind = _kind(data, extension)
    verdict = _open(data, kind)
    return Inspected(
        kind=kind,
        mime=MIME[kind],
        extension=EXTENSION[kind],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        pages=verdict["pages"],
        width=verdict.get("width"),
        height=verdict.get("height"),
        safe_name=clean_name(stem, EXTENSION[kind]),
    )


def _kind(data: bytes, extension: str) -> Kind:
    """Agree the content with the name; between two kinds of image the content simply wins."""
    found = sniff.sniff(data)
    if found not in set(Kind):
        reason = found
        if found in {"unknown", "zip", "office"} and extension in REFUSED_NAMES:
            reason = REFUSED_NAMES[extension]
        elif found == "unknown" and extension in NAMED:
            reason = "damaged_pdf" if extension == "pdf" else "damaged_image"
        raise refusal(reason)
    kind = Kind(found)
    if extension and extension not in NAMED:
        raise refusal(REFUSED_NAMES.get(extension, "extension"))
    # Chat programs rename pictures without converting them; a PDF among them is another matter.
    if extension and NAMED[extension] != kind and not {NAMED[extension], kind} <= IMAGES:
        raise refusal("mismatch")
    if sniff.is_mixed(data, kind):
        raise refusal("two_types")
    return kind


def _open(data: bytes, kind: Kind) -> dict[str, int]:
    try:
        if kind is Kind.PDF:
            answer = sandbox.run_child("pdf", str(MAX_PAGES), data=data)
        else:
            answer = sandbox.run_child("image", kind, data=data)
    except sandbox.ChildFailed as error:
        raise refusal("too_heavy") from error
    except OSError as error:
        raise refusal("busy") from error
    verdict: dict[str, int] | dict[str, str] = json.loads(answer)
    if "refused" in verdict:
        raise refusal(str(verdict["refused"]))
    return {key: int(value) for key, value in verdict.items()}
