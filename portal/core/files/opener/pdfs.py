"""PDF files: whole, not locked, and with nothing in them that acts or hides."""

import io
import re
from collections.abc import Iterator
from typing import Final

import pikepdf

from .verdicts import Refused

# A quick look at the raw text of every object; whatever matches is then read properly.
SUSPECT: Final = re.compile(
    rb"/(?:JavaScript|JS|Launch|ImportData|SubmitForm|GoToE|EF|EmbeddedFile|FileAttachment|"
    rb"RichMedia|Movie|Screen|Sound|3D|NeedsRendering)\b"
)
ACTIVE_ACTIONS: Final = frozenset(
    (
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/GoToE",
        "/Rendition",
        "/Movie",
        "/Sound",
    )
)
ACTIVE_ANNOTATIONS: Final = frozenset(("/RichMedia", "/Movie", "/Screen", "/Sound", "/3D"))


def inspect_pdf(data: bytes, max_pages: int) -> dict[str, object]:
    """
    Return the pages of a PDF.

    :raises Refused: when it is not to be kept.
    """
    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError as error:
        raise Refused("encrypted") from error
    except pikepdf.PdfError as error:
        raise Refused("damaged_pdf") from error
    with pdf:
        pages = len(pdf.pages)
        if pdf.is_encrypted:
            raise Refused("encrypted")
        # A file cut short is "repaired" by readers into fewer pages: nobody would notice the loss.
        if pages == 0 or b"%%EOF" not in data[-2048:]:
            raise Refused("damaged_pdf")
        if pages > max_pages:
            raise Refused("too_many_pages")
        if reason := find_active_content(pdf):
            raise Refused(reason)
        # Objects packed in a stream that would not fit into our memory were read as nothing.
        if any("decoding stream data" in str(line) for line in pdf.get_warnings()):
            raise Refused("too_heavy")
    return {"kind": "pdf", "pages": pages}


def find_active_content(pdf: pikepdf.Pdf) -> str | None:
    """Return why the document could act by itself or carries another file, or None."""
    for item in pdf.objects:
        thing = item.stream_dict if isinstance(item, pikepdf.Stream) else item
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Array):
            continue
        if not SUSPECT.search(thing.unparse(resolved=True)):
            continue
        for part in direct_parts(thing):
            if reason := judge(part):
                return reason
    return None


def direct_parts(root: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Yield every dictionary written inside `root`; referenced objects come by themselves."""
    stack: list[object] = [root]
    while stack:
        thing = stack.pop()
        if isinstance(thing, pikepdf.Dictionary):
            yield thing
            stack.extend(value for _, value in thing.items() if is_direct(value))
        elif isinstance(thing, pikepdf.Array):
            stack.extend(value for value in thing if is_direct(value))


def is_direct(value: object) -> bool:
    """Return whether `value` is a container written in place."""
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def judge(part: pikepdf.Dictionary) -> str | None:
    """Return why one dictionary is refused, or None."""
    subtype = str(part.get("/Subtype", ""))
    if "/JS" in part or str(part.get("/S", "")) in ACTIVE_ACTIONS or subtype in ACTIVE_ANNOTATIONS:
        return "active"
    embedded = str(part.get("/Type", "")) == "/EmbeddedFile"
    if embedded or "/EF" in part or subtype == "/FileAttachment":
        return "attachment"
    return "dynamic_form" if str(part.get("/NeedsRendering", "")).lower() == "true" else None
