"""Pictures, clips and forms as they are sent: one fixed type each, clips by parts."""

import re
from typing import Final, Self

from django.core.files import File
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from portal.core.files import FileDamaged, clean_name, open_stored
from procedures.enums import ClipType
from procedures.models import Clip, Picture, PrintableForm

CHUNK: Final = 64 * 1024
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})\Z", re.ASCII)
_PICTURE_TYPES: Final = frozenset(("image/png", "image/jpeg"))
# A film is nothing but a film: opened by itself it may load nothing and run nothing.
_ALONE: Final = "default-src 'none'; media-src 'self'; sandbox"


def answer_picture(picture: Picture, width: int) -> FileResponse:
    """
    Answer one width of a picture.

    :raises Http404: if it has no such width, or its file is gone.
    """
    variant = next((one for one in picture.variants if one["width"] == width), None)
    if variant is None or variant["mime"] not in _PICTURE_TYPES:
        raise Http404
    try:
        content = open_stored(variant["storage_key"])
    except FileDamaged as missing:
        raise Http404 from missing
    response = FileResponse(content, content_type=variant["mime"])
    response["Content-Length"] = str(variant["size"])
    response["Content-Disposition"] = "inline"
    return response


def answer_clip(request: HttpRequest, clip: Clip) -> HttpResponseBase:
    """
    Answer a clip, whole or the part that `Range` asks for.

    :raises FileDamaged: if its file is gone.
    """
    asked = request.headers.get("Range", "")
    if request.headers.get("If-Range", etag_of(clip)) != etag_of(clip):
        asked = ""
    part = read_range(asked, clip.size) if asked else None
    if part is not None and part[0] >= clip.size:
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{clip.size}"
        return refused
    first, last = part or (0, clip.size - 1)
    content = _Part(open_stored(clip.storage_key), first, last - first + 1)
    response = StreamingHttpResponse(
        content, status=206 if part else 200, content_type=ClipType(clip.mime).value
    )
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(last - first + 1)
    response["Content-Disposition"] = "inline"
    response["ETag"] = etag_of(clip)
    response["Content-Security-Policy"] = _ALONE
    if part:
        response["Content-Range"] = f"bytes {first}-{last}/{clip.size}"
    return response


def answer_captions(clip: Clip) -> HttpResponse:
    """
    Answer the captions of a clip.

    :raises Http404: if it has none.
    """
    if not clip.captions:
        raise Http404
    return HttpResponse(clip.captions, content_type="text/vtt; charset=utf-8")


def answer_form(form: PrintableForm) -> FileResponse:
    """
    Hand out a printable form under its own name.

    :raises Http404: if its file is gone.
    """
    try:
        content = open_stored(form.storage_key)
    except FileDamaged as missing:
        raise Http404 from missing
    return FileResponse(
        content,
        as_attachment=True,
        filename=clean_name(form.name.replace("/", " "), "pdf" if form.is_pdf else "docx"),
        content_type=form.mime,
    )


def etag_of(clip: Clip) -> str:
    return f'"{clip.sha256[:32]}"'


def read_range(asked: str, size: int) -> tuple[int, int] | None:
    """
    Return the first and last byte that a header asks for, None where all is to be sent.

    Several ranges and other units are answered whole, as the protocol allows. A first byte behind
    the end is returned as it is: the caller refuses it.
    """
    match = _RANGE.match(asked.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = int(match[2])
        return (max(size - length, 0), size - 1) if length else (size, size)
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    return first, last


class _Part:
    """Some bytes of a file, piece by piece; closed even if nobody ever asked for the first."""

    def __init__(self, file: File[bytes], first: int, length: int) -> None:
        self._file, self._left = file, length
        file.seek(first)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        data = self._file.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not data:
            self._file.close()
            raise StopIteration
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
