"""Photos: opened as exactly the kind they claim, measured before a pixel is decoded, turned up."""

import io
import warnings
from collections.abc import Callable, Mapping
from typing import Final

import pillow_heif
from PIL import Image, ImageOps

from .verdicts import Refused

PIXELS: Final[Mapping[str, int]] = {"jpeg": 50_000_000, "png": 25_000_000, "heic": 50_000_000}
ORIENTATION: Final = 0x0112
ON_THE_SIDE: Final = frozenset((5, 6, 7, 8))
BOXES: Final = frozenset((b"ftyp", b"meta", b"mdat", b"moov", b"free", b"idat", b"uuid"))
# Rows taken over at once: the whole picture never stands in memory twice.
STRIP: Final = 256

Image.MAX_IMAGE_PIXELS = max(PIXELS.values())
pillow_heif.options.DECODE_THREADS = 1
# A picture's own small copy may show something else than the picture; it is never looked at.
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def open_picture(data: bytes, kind: str) -> Image.Image:
    """
    Return the opened picture, a JPEG or PNG; not yet decoded.

    :raises Refused: when it has too many pixels.
    """
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("too_many_pixels") from error
    check_pixels(image.size, kind)
    return image


def open_heic(data: bytes) -> pillow_heif.HeifFile:
    """
    Return the opened HEIC; not yet decoded.

    :raises Refused: when it has too many pixels.
    """
    file = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    check_pixels(file.size, "heic")
    return file


def check_pixels(size: tuple[int, int], kind: str) -> None:
    """Refuse a picture with more pixels than its kind may have."""
    if size[0] * size[1] > PIXELS[kind]:
        raise Refused("too_many_pixels")


def inspect_picture(data: bytes, kind: str) -> dict[str, object]:
    """
    Return the size of a picture as a person sees it, after reading it to its end.

    :raises Refused: when it is not to be kept.
    """
    try:
        width, height = measure_heic(data) if kind == "heic" else measure(data, kind)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # a hostile file may raise anything; all of it means damaged
        # libheif reports its failed allocations as errors of the file.
        if "memory" in str(error).lower():
            raise MemoryError from error
        raise Refused("damaged_image") from error
    return {"kind": kind, "pages": 1, "width": width, "height": height}


def measure(data: bytes, kind: str) -> tuple[int, int]:
    """Return the upright size of a JPEG or PNG that is there to its last byte."""
    image = open_picture(data, kind)
    width, height = image.size
    turned = image.getexif().get(ORIENTATION) in ON_THE_SIDE
    # Reading it to the end proves that nothing is missing; a JPEG is decoded at an eighth.
    image.draft("RGB", (width // 8, height // 8))
    image.load()
    return (height, width) if turned else (width, height)


def measure_heic(data: bytes) -> tuple[int, int]:
    """Return the size of a HEIC that can be decoded; its decoder has turned it up."""
    if is_cut_short(data):
        raise Refused("damaged_image")
    file = open_heic(data)
    file[file.primary_index].load()
    check_pixels(file.size, "heic")
    width, height = file.size
    return width, height


def is_cut_short(data: bytes) -> bool:
    """Return whether a box of a HEIC goes on after the end of the file: decoders make do."""
    at = 0
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        # Phones write marks of their own behind the last box; zero means "to the end".
        if name not in BOXES or size < 8:
            return False
        if at + size > len(data):
            return True
        at += size
    return False


def upright(data: bytes, kind: str, *, width: int, height: int) -> Image.Image:
    """Return the picture as a person sees it, reduced to fit into `width` and `height`."""
    if kind == "heic":
        image = read_heic(data, width, height)
        image.thumbnail((width, height))
        return image
    image = open_picture(data, kind)
    turned = image.getexif().get(ORIENTATION) in ON_THE_SIDE
    box = (height, width) if turned else (width, height)
    # Never smaller than what is asked for in the tighter direction.
    scale = min(box[0] / image.width, box[1] / image.height, 1)
    image.draft("RGB", (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    has_alpha = "transparency" in image.info or "A" in image.mode
    picture = take_over(
        lambda top, count: image.crop((0, top, image.width, top + count)),
        size=image.size,
        box=box,
        mode="RGBA" if has_alpha else "RGB",
    )
    picture.thumbnail(box)
    picture.getexif()[ORIENTATION] = image.getexif().get(ORIENTATION, 1)
    return ImageOps.exif_transpose(picture)


def read_heic(data: bytes, width: int, height: int) -> Image.Image:
    """Return a HEIC in colour, at least as large as what is asked for."""
    file = open_heic(data)
    pixels = file.data
    check_pixels(file.size, "heic")
    full_width, full_height = file.size

    def strip(top: int, count: int) -> Image.Image:
        part = pixels[top * file.stride : (top + count) * file.stride]
        size = (full_width, count)
        return Image.frombuffer(file.mode, size, part, "raw", file.mode, file.stride, 1)

    mode = "RGBA" if file.has_alpha else "RGB"
    return take_over(strip, size=(full_width, full_height), box=(width, height), mode=mode)


def take_over(
    strip: Callable[[int, int], Image.Image],
    *,
    size: tuple[int, int],
    box: tuple[int, int],
    mode: str,
) -> Image.Image:
    """
    Return a copy in `mode`, reduced by a whole number, still at least as large as fits the box.

    `strip` gives so many rows from a top row on: what Pillow converts and reduces on the way never
    has the size of the whole picture.
    """
    factor = max(1, int(max(size[0] / box[0], size[1] / box[1])))
    picture = Image.new(mode, (-(-size[0] // factor), -(-size[1] // factor)))
    rows = max(1, STRIP // factor) * factor
    for top in range(0, size[1], rows):
        part = strip(top, min(rows, size[1] - top)).convert(mode)
        picture.paste(part.reduce(factor), (0, top // factor))
    return picture


def flatten(image: Image.Image) -> Image.Image:
    """Return a plain RGB picture on white that carries no metadata of the original."""
    plain = Image.new("RGB", image.size, "white")
    if image.mode == "RGBA":
        plain.paste(image, mask=image.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain
