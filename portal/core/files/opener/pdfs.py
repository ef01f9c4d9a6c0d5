# ruff: noqa: PLC0415 - parsers are imported after the limits are set
"""
The program that opens a stranger's file: `python -I child.py pdf|image|preview …`, file on stdin.

It imports nothing of the project. It answers on stdout: JSON for a verdict, PNG for a preview. Any
other end (a signal, an exit code) means that the file was too much for the limits set here.
"""

import io
import json
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pikepdf
    from PIL import Image

MEBIBYTE: Final = 1024 * 1024
MEMORY: Final = {
    "pdf": 512 * MEBIBYTE,
    "image": 512 * MEBIBYTE,
    "preview": 768 * MEBIBYTE,
}
CPU_SECONDS: Final = 10
JPEG_PIXELS: Final = 50_000_000
PNG_PIXELS: Final = 25_000_000
LONGEST_PREVIEW: Final = 4000
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


def set_limits(task: str) -> None:
    """Give this process little memory, little time, and no way to write a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY[task], MEMORY[task]))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect_pdf(data: bytes, max_pages: int) -> dict[str, object]:
    """Return the pages of a PDF, or the reason why it is refused."""
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except pikepdf.PasswordError:
        return {"refused": "encrypted"}
    except pikepdf.PdfError:
        return {"refused": "damaged_pdf"}
    with pdf:
        pages = len(pdf.pages)
        reason: str | None
        if pdf.is_encrypted:
            reason = "encrypted"
        # A file cut short is "repaired" by readers into fewer pages: nobody would notice the loss.
        elif pages == 0 or b"%%EOF" not in data[-2048:]:
            reason = "damaged_pdf"
        elif pages > max_pages:
            reason = "too_many_pages"
        else:
            reason = find_active_content(pdf)
            # Objects packed in a stream that would not fit into our memory were read as nothing.
            unread = any("decoding stream data" in str(line) for line in pdf.get_warnings())
            reason = reason or ("too_heavy" if unread else None)
    return {"refused": reason} if reason else {"pages": pages}


def find_active_content(pdf: "pikepdf.Pdf") -> str | None:
    """Return why the document could act by itself or carries another file, or None."""
    import pikepdf

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


def direct_parts(root: "pikepdf.Object") -> "Iterator[pikepdf.Dictionary]":
    """Yield every dictionary written inside `root`; referenced objects come by themselves."""
    import pikepdf

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
    import pikepdf

    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def judge(part: "pikepdf.Dictionary") -> str | None:
    """Return why one dictionary is refused, or None."""
    subtype = str(part.get("/Subtype", ""))
    if "/JS" in part or str(part.get("/S", "")) in ACTIVE_ACTIONS or subtype in ACTIVE_ANNOTATIONS:
        return "active"
    embedded = str(part.get("/Type", "")) == "/EmbeddedFile"
    if embedded or "/EF" in part or subtype == "/FileAttachment":
        return "attachment"
    return "dynamic_form" if str(part.get("/NeedsRendering", "")).lower() == "true" else None


def open_image(data: bytes, kind: str) -> "Image.Image":
    """Open an image of exactly this kind; its size is checked before a pixel is decoded."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = JPEG_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    image = Image.open(io.BytesIO(data), formats=(kind.upper(),))
    limit = JPEG_PIXELS if kind == "jpeg" else PNG_PIXELS
    if image.width * image.height > limit:
        raise Image.DecompressionBombError
    return image


def inspect_image(data: bytes, kind: str) -> dict[str, object]:
    """Return the size of an image as a person sees it, or the reason why it is refused."""
    from PIL import Image

    try:
        image = open_image(data, kind)
        width, height = image.size
        turned = image.getexif().get(0x0112) in {5, 6, 7, 8}
        # Reading it to the end proves that nothing is missing; a JPEG is decoded at an eighth.
        image.draft("RGB", (width // 8, height // 8))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "too_many_pixels"}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile file may raise anything; all of it means damaged
        return {"refused": "damaged_image"}
    return {
        "pages": 1,
        "width": height if turned else width,
        "height": width if turned else height,
    }


def preview_image(data: bytes, kind: str, max_width: int) -> "Image.Image":
    """Return the upright picture, at most `max_width` wide."""
    from PIL import ImageOps

    image = open_image(data, kind)
    image.draft("RGB", (max_width, max_width))
    if image.mode not in {"RGB", "RGBA", "L"}:
        image = image.convert(
            "RGBA" if "transparency" in image.info or "A" in image.mode else "RGB"
        )
    turned = image.getexif().get(0x0112) in {5, 6, 7, 8}
    box = (LONGEST_PREVIEW, max_width) if turned else (max_width, LONGEST_PREVIEW)
    image.thumbnail(box, reducing_gap=2.0)
    return ImageOps.exif_transpose(image)


def preview_pdf(data: bytes, page: int, max_width: int) -> "Image.Image":
    """Return one page (counted from 1) as a picture, at most `max_width` wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    sheet = document[page - 1]
    width, height = sheet.get_size()
    scale = min(max_width / max(width, 1), LONGEST_PREVIEW / max(height, 1))
    picture: Image.Image = sheet.render(scale=scale, may_draw_forms=True).to_pil()
    return picture


def flatten(image: "Image.Image") -> "Image.Image":
    """Return a plain RGB picture on white that carries no metadata of the original."""
    from PIL import Image

    plain = Image.new("RGB", image.size, "white")
    if image.mode == "RGBA":
        plain.paste(image, mask=image.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain


def write_preview(data: bytes, kind: str, page: int, max_width: int) -> bytes:
    """Return the preview as the bytes of a PNG."""
    picture = (
        preview_pdf(data, page, max_width)
        if kind == "pdf"
        else preview_image(data, kind, max_width)
    )
    output = io.BytesIO()
    flatten(picture).save(output, "PNG", compress_level=6)
    return output.getvalue()


def main() -> None:
    """Answer the one question asked on the command line."""
    task, *arguments = sys.argv[1:]
    set_limits(task)
    data = sys.stdin.buffer.read()
    if task == "pdf":
        answer = json.dumps(inspect_pdf(data, int(arguments[0]))).encode()
    elif task == "image":
        answer = json.dumps(inspect_image(data, arguments[0])).encode()
    else:
        kind, page, max_width = arguments
        answer = write_preview(data, kind, int(page), int(max_width))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
