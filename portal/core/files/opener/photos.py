"""A paper's photos as one PDF: a sheet each, upright, without anything of the camera."""

import io
import json
from typing import BinaryIO, Final

from PIL import Image

from .pictures import flatten, upright

# A4 in points, and its pixels at 200 dpi.
SHEET: Final = (595.28, 841.89)
SHEET_PIXELS: Final = (1654, 2339)
QUALITY: Final = 80


def write_sheet(data: bytes, kind: str) -> bytes:
    """Return a photo as a JPEG with the pixels of a sheet that lies as the photo does."""
    short, long = SHEET_PIXELS
    picture = upright(data, kind, width=long, height=long)
    picture.thumbnail((long, short) if picture.width > picture.height else (short, long))
    output = io.BytesIO()
    flatten(picture).save(output, "JPEG", quality=QUALITY, optimize=True)
    return output.getvalue()


def bind_sheets(stream: BinaryIO) -> bytes:
    """
    Return the PDF of the sheets in `stream`: a line of JSON with their sizes, then their bytes.

    A small picture stands in the middle of its sheet, and is not blown up beyond 72 dpi.
    """
    import pikepdf

    document = pikepdf.new()
    for size in json.loads(stream.readline()):
        data = stream.read(size)
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            pixels = picture.size
        sheet = SHEET[::-1] if pixels[0] > pixels[1] else SHEET
        scale = min(sheet[0] / pixels[0], sheet[1] / pixels[1], 1)
        width, height = pixels[0] * scale, pixels[1] * scale
        photo = pikepdf.Stream(
            document,
            data,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=pixels[0],
            Height=pixels[1],
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        page = document.add_blank_page(page_size=sheet)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=photo))
        left, bottom = (sheet[0] - width) / 2, (sheet[1] - height) / 2
        drawing = f"q {width:.2f} 0 0 {height:.2f} {left:.2f} {bottom:.2f} cm /Photo Do Q"
        page.Contents = document.make_stream(drawing.encode())
    output = io.BytesIO()
    document.save(output, deterministic_id=True)
    return output.getvalue()
