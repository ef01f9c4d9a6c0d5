"""What a file is by its first bytes, whatever its name says."""

import re
from typing import Final

HEAD: Final = 1024
PDF_START: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?[\x00\t\n\f\r ]{0,16}%PDF-\d")
HTML: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|svg|img|object|embed|meta)\b",
    re.IGNORECASE,
)
SCRIPT: Final = re.compile(rb"<(?:script|\?php|iframe)\b", re.IGNORECASE)
SIGNATURES: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"#!", "program"),
    (b"{\\rtf", "word"),
    (b"GIF8", "other_image"),
    (b"BM", "other_image"),
    (b"II*\x00", "other_image"),
    (b"MM\x00*", "other_image"),
)
HEIF_BRANDS: Final = (
    b"heic",
    b"heix",
    b"hevc",
    b"hevx",
    b"heim",
    b"heis",
    b"mif1",
    b"msf1",
    b"avif",
)
XML_SPACE: Final = b"\xef\xbb\xbf\t\r\n "
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLE_NAMES: Final = (
    ("WordDocument", "word"),
    ("Workbook", "office"),
    ("PowerPoint", "office"),
)


def sniff(data: bytes) -> str:
    """Return `pdf`, `jpeg` or `png`, or the reason why this content is refused."""
    head = data[:HEAD]
    if PDF_START.match(head):
        return "pdf"
    found = next((kind for signature, kind in SIGNATURES if head.startswith(signature)), None)
    if found is None:
        found = _container_kind(data, head)
    if found is None and (HTML.search(head) or head.lstrip(XML_SPACE).startswith(b"<?xml")):
        found = "markup"
    # A PDF whose header does not come first: readers differ on it, so it may be two files in one.
    return found or ("two_types" if b"%PDF-" in head else "unknown")


def _container_kind(data: bytes, head: bytes) -> str | None:
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return "heic"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "other_image"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(data)
    if head.startswith(OLE):
        return _ole_kind(data)
    return None


def _zip_kind(data: bytes) -> str:
    """Tell a Word file from other packages by the entry names, without unpacking anything."""
    if b"word/document.xml" in data:
        return "word"
    return "office" if b"xl/workbook.xml" in data or b"ppt/presentation.xml" in data else "zip"


def _ole_kind(data: bytes) -> str:
    for name, kind in OLE_NAMES:
        if name.encode("utf-16-le") in data:
            return kind
    return "office"


def is_mixed(data: bytes, kind: str) -> bool:
    """
    Return whether a file of `kind` can also be read as something else.

    Phones append pictures and clips of their own to a JPEG, so bytes after the end of an image are
    no proof; a zip directory, a PDF header or a script are.
    """
    # The end record of a zip stands in the last 64 KiB, and names where its directory starts.
    if b"PK\x05\x06" in data[-65557:] and b"PK\x01\x02" in data:
        return True
    if kind == "pdf":
        return bool(HTML.search(data[:HEAD]))
    trailer = data[data.rfind(b"IEND") :] if kind == "png" else data[data.rfind(b"\xff\xd9") :]
    return (
        b"%PDF-" in data[:HEAD]
        or trailer.find(b"%PDF-") >= 0
        or bool(HTML.search(data[:HEAD]))
        or bool(SCRIPT.search(data))
        or trailer.find(b"Rar!\x1a\x07") >= 0
        or trailer.find(b"7z\xbc\xaf\x27\x1c") >= 0
    )
