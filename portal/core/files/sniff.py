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
    (b"Rar!\x1a\x07", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\xca\xfe\xba\xbe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"#!", "program"),
    (b"{\\rtf", "other_text"),
    (b"GIF8", "other_image"),
    (b"BM", "other_image"),
    (b"II*\x00", "other_image"),
    (b"MM\x00*", "other_image"),
)
HEIC_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs")
)
# Brands of the container alone: what is in it is said by the brands that follow.
HEIF_BRANDS: Final = frozenset((b"mif1", b"msf1", b"miaf", b"mif2"))
XML_SPACE: Final = b"\xef\xbb\xbf\t\r\n "
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What is taken at once, and what only its directory can tell apart.
KNOWN: Final = frozenset(("pdf", "jpeg", "png", "heic", "ole", "package"))


def sniff(data: bytes) -> str:
    """
    Return one of `KNOWN`, or the reason why this content is refused.

    `ole` and `package` are told apart by the child that opens them.
    """
    head = data[:HEAD]
    if PDF_START.match(head):
        return "pdf"
    found = next((kind for signature, kind in SIGNATURES if head.startswith(signature)), None)
    if found is None:
        found = _container_kind(head)
    if found is None and (HTML.search(head) or head.lstrip(XML_SPACE).startswith(b"<?xml")):
        found = "markup"
    # A PDF whose header does not come first: readers differ on it, so it may be two files in one.
    return found or ("two_types" if b"%PDF-" in head else "unknown")


def _container_kind(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _heif_kind(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "other_image"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "package"
    return "ole" if head.startswith(OLE) else None


def _heif_kind(head: bytes) -> str | None:
    """Tell a photo in HEVC from films and from other codings in the same container."""
    brand = head[8:12]
    if brand in HEIC_BRANDS:
        return "heic"
    if brand in HEIF_BRANDS:
        box = head[16 : min(int.from_bytes(head[:4], "big"), HEAD)]
        others = {box[at : at + 4] for at in range(0, len(box), 4)}
        return "heic" if others & HEIC_BRANDS else "other_image"
    return "other_image" if brand in {b"avif", b"avis"} else None


def is_mixed(data: bytes, kind: str) -> bool:
    """
    Return whether a PDF or an image can also be read as something else.

    Phones append pictures and clips of their own to a JPEG, so bytes after the end of an image are
    no proof; a zip directory, a PDF header or a script are.
    """
    # The end record of a zip stands in the last 64 KiB, and names where its directory starts.
    if b"PK\x05\x06" in data[-65557:] and b"PK\x01\x02" in data:
        return True
    if kind == "pdf":
        return bool(HTML.search(data[:HEAD]))
    end = {"png": b"IEND", "jpeg": b"\xff\xd9"}.get(kind)
    trailer = data[max(0, data.rfind(end)) :] if end else b""
    return (
        b"%PDF-" in data[:HEAD]
        or trailer.find(b"%PDF-") >= 0
        or bool(HTML.search(data[:HEAD]))
        or bool(SCRIPT.search(data))
        or trailer.find(b"Rar!\x1a\x07") >= 0
        or trailer.find(b"7z\xbc\xaf\x27\x1c") >= 0
    )
