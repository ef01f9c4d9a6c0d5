"""Pictures of pages: what clerks and citizens look at instead of the file itself."""

import json
from dataclasses import dataclass
from typing import Final

from portal.core.files import sandbox
from portal.core.files.kinds import IMAGES, MIME, WORD, Kind
from portal.core.files.uploads import MAX_PAGES

PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_WIDTH: Final = 1200


class PreviewFailed(Exception):
    """A page cannot be shown; the file is still there to be downloaded."""


def render_preview(data: bytes, kind: str, page: int = 1, *, max_width: int = MAX_WIDTH) -> bytes:
    """
    Return one page (counted from 1) as PNG, upright, without any metadata of the original.

    :raises PreviewFailed: when the page is absent, the file is a Word file (download only), or too
        much for the child's limits.
    """
    if page < 1 or kind in WORD or (kind != Kind.PDF and page != 1):
        raise PreviewFailed(f"no page {page}")
    try:
        picture = sandbox.run_child("preview", Kind(kind), str(page), str(max_width), data=data)
    except (sandbox.ChildFailed, OSError, ValueError) as error:
        raise PreviewFailed(str(error)) from error
    if not picture.startswith(PNG_SIGNATURE):
        raise PreviewFailed("no picture came back")
    return picture


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A picture drawn anew: nothing of the original but what is seen."""

    width: int
    height: int
    mime: str
    data: bytes


def redraw_picture(data: bytes, kind: str, *, width: int) -> Redrawn:
    """
    Return a picture at most `width` wide, upright, without any metadata of the original.

    :raises PreviewFailed: when it is none, or too much for the child's limits.
    """
    if kind not in IMAGES:
        raise PreviewFailed("no picture")
    try:
        answer = sandbox.run_child("picture", Kind(kind), str(width), data=data)
        about, _line, drawn = answer.partition(b"\n")
        facts = json.loads(about)
    except (sandbox.ChildFailed, OSError, ValueError) as error:
        raise PreviewFailed(str(error)) from error
    mime = MIME[Kind.PNG] if kind == Kind.PNG else MIME[Kind.JPEG]
    return Redrawn(int(facts["width"]), int(facts["height"]), mime, drawn)


def count_pages(data: bytes, kind: str) -> int:
    """
    Return how many pages can be shown.

    :raises PreviewFailed: when the file cannot be opened.
    """
    if kind in WORD:
        raise PreviewFailed("no pages of its own")
    if kind != Kind.PDF:
        return 1
    try:
        verdict = json.loads(sandbox.run_child("pdf", str(MAX_PAGES), data=data))
    except (sandbox.ChildFailed, OSError) as error:
        raise PreviewFailed(str(error)) from error
    if "pages" not in verdict:
        raise PreviewFailed(verdict["refused"])
    return int(verdict["pages"])
