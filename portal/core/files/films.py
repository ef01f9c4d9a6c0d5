"""Films for guides: known by their container, small, never opened here, always sent as one type."""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.conf import settings
from django.utils.translation import gettext as _

from portal.core import scanner
from portal.core.files.refusals import UnsafeFile
from portal.core.files.sniff import HEAD, HTML

MAX_FILM_BYTES: Final = 20 * 1024 * 1024
MAX_CAPTIONS: Final = 100_000
MP4_BRANDS: Final = frozenset(
    (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash")
)
EBML: Final = b"\x1a\x45\xdf\xa3"


@dataclass(frozen=True, slots=True)
class Film:
    """A film that may be kept; its type comes from its content."""

    mime: str
    size: int
    sha256: str
    data: bytes


def inspect_film(file: BinaryIO) -> Film:
    """
    Return an uploaded film, looked at by its container, its size and the virus scanner.

    :raises UnsafeFile: with the sentence for whoever sent it, when it is not to be kept.
    """
    file.seek(0)
    data = file.read(MAX_FILM_BYTES + 1)
    if len(data) > MAX_FILM_BYTES:
        raise UnsafeFile(
            _("Đoạn phim lớn hơn 20 MB nên không nhận được. Cắt ngắn, hoặc giảm cỡ hình rồi tải."),
            reason="too_large",
        )
    mime = sniff_film(data)
    if mime is None:
        raise UnsafeFile(
            _("Tệp này không phải phim MP4 hoặc WebM. Xuất lại thành MP4 (H.264) rồi tải lên."),
            reason="not_a_film",
        )
    _require_clean(data)
    return Film(mime, len(data), hashlib.sha256(data).hexdigest(), data)


def sniff_film(data: bytes) -> str | None:
    """Return the type of a film by its first bytes, None for anything else."""
    head = data[:HEAD]
    if HTML.search(head) or b"%PDF-" in head:
        return None
    if head[4:8] == b"ftyp" and head[8:12] in MP4_BRANDS:
        return "video/mp4"
    # Matroska has the same opening; only its subset for the web says "webm".
    if head.startswith(EBML) and b"webm" in head[:64]:
        return "video/webm"
    return None


def read_captions(file: BinaryIO) -> str:
    """
    Return captions in WebVTT.

    :raises UnsafeFile: with the sentence for whoever sent them, when they are not.
    """
    file.seek(0)
    data = file.read(MAX_CAPTIONS + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if (
        len(data) > MAX_CAPTIONS
        or "\x00" in text
        or not text.startswith("WEBVTT")
        or "-->" not in text
    ):
        raise UnsafeFile(
            _("Tệp phụ đề phải là WebVTT (.vtt), chữ UTF-8, dòng đầu là WEBVTT, dưới 100 kB."),
            reason="not_captions",
        )
    return text


def _require_clean(data: bytes) -> None:
    if not settings.SCANNER_URL:
        return
    verdict = scanner.scan(data)
    if verdict.state == scanner.State.INFECTED:
        raise UnsafeFile(_("Phần mềm diệt vi-rút chặn tệp này nên không nhận."), reason="infected")
    if verdict.state != scanner.State.CLEAN:
        raise UnsafeFile(
            _("Chưa quét được vi-rút cho tệp này. Vài phút nữa tải lại."), reason="unscanned"
        )
