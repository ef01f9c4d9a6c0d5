"""Pictures of pages."""

import io
import json
from typing import TYPE_CHECKING, Final

from .pictures import flatten, upright

if TYPE_CHECKING:
    from PIL import Image

LONGEST: Final = 4000


def write_preview(data: bytes, kind: str, page: int, max_width: int) -> bytes:
    """Return one page (counted from 1) as PNG, at most `max_width` wide."""
    picture = (
        preview_pdf(data, page, max_width)
        if kind == "pdf"
        else upright(data, kind, width=max_width, height=LONGEST)
    )
    output = io.BytesIO()
    flatten(picture).save(output, "PNG", compress_level=6)
    return output.getvalue()


def preview_pdf(data: bytes, page: int, max_width: int) -> "Image.Image":
    """Return one page of a PDF as a picture."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = min(max_width / max(width, 1), LONGEST / max(height, 1))
    picture: Image.Image = sheet.render(scale=scale, may_draw_forms=True).to_pil()
    return picture


def write_picture(data: bytes, kind: str, width: int) -> bytes:
    """
    Return a picture drawn anew, at most `width` wide: a line of JSON about it, then its bytes.

    A PNG stays one, because screenshots and drawings would be blurred; photos become JPEG.
    """
    picture = flatten(upright(data, kind, width=width, height=LONGEST))
    output = io.BytesIO()
    if kind == "png":
        picture.save(output, "PNG", optimize=True)
    else:
        picture.save(output, "JPEG", quality=82, optimize=True, progressive=True)
    about = {"width": picture.width, "height": picture.height, "kind": kind}
    return json.dumps(about).encode() + b"\n" + output.getvalue()
