"""The kinds of file that are taken, and what names and contents say about them."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The kinds that are kept."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    DOC = "doc"
    DOCX = "docx"


MIME: Final = {
    Kind.PDF: "application/pdf",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.HEIC: "image/heic",
    Kind.DOC: "application/msword",
    Kind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
EXTENSION: Final = {
    Kind.PDF: "pdf",
    Kind.JPEG: "jpg",
    Kind.PNG: "png",
    Kind.HEIC: "heic",
    Kind.DOC: "doc",
    Kind.DOCX: "docx",
}
IMAGES: Final = frozenset((Kind.JPEG, Kind.PNG, Kind.HEIC))
WORD: Final = frozenset((Kind.DOC, Kind.DOCX))
# Programs rename files inside a family without converting them; across families it is a disguise.
FAMILY: Final = {
    "pdf": "pdf",
    "jpg": "image", "jpeg": "image", "jpe": "image", "jfif": "image", "png": "image",
    "heic": "image", "heif": "image", "hif": "image",
    "doc": "word", "docx": "word",
    "zip": "zip",
}  # fmt: skip
# What is said by the name alone, when the content is not one of the kinds taken.
REFUSED_NAMES: Final = {
    "rtf": "other_text", "odt": "other_text", "docm": "macros", "dotm": "macros",
    "xls": "office", "xlsx": "office", "xlsm": "office", "ppt": "office", "pptx": "office",
    "ods": "office", "odp": "office",
    "rar": "rar", "7z": "7z", "gz": "archive", "tgz": "archive", "tar": "archive",
    "bz2": "archive", "xz": "archive",
    "svg": "markup", "html": "markup", "htm": "markup", "xml": "markup",
    "gif": "other_image", "webp": "other_image", "tif": "other_image", "tiff": "other_image",
    "bmp": "other_image", "avif": "other_image",
    "exe": "program", "bat": "program", "cmd": "program", "js": "program",
    "msi": "program", "apk": "program", "jar": "program",
}  # fmt: skip
# For the `accept` of a file field; a hint for the browser, never a check.
ACCEPT: Final = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.doc,.docx,.zip"


def family_of(kind: str) -> str:
    """Return the family of a kind that is kept, or of an archive."""
    return FAMILY[EXTENSION[Kind(kind)]] if kind != "zip" else "zip"
