"""Small files of every class, made on the spot, and the two questions asked about them."""

import io
import struct
import zipfile
import zlib

import pikepdf
import pillow_heif
import pytest
from PIL import Image

from portal.core import files

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="{type}"/></Types>'
)
DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled.main+xml"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    "{rows}</Relationships>"
)
RELATION_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
BODY = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p>{body}</w:p></w:body></w:document>"
)


def inspect(data, name):
    return files.inspect_upload(io.BytesIO(data), name)


def receive(data, name):
    return files.receive_upload(io.BytesIO(data), name)


def refuse(data, name):
    with pytest.raises(files.UnsafeFile) as caught:
        receive(data, name)
    return caught.value


def jpeg(size=(640, 480), *, color="red", exif=None, **options):
    output = io.BytesIO()
    Image.new("RGB", size, color).save(output, "JPEG", exif=exif or Image.Exif(), **options)
    return output.getvalue()


def png(size=(320, 200), mode="RGB", color="red"):
    output = io.BytesIO()
    Image.new(mode, size, color).save(output, "PNG")
    return output.getvalue()


def pdf(pages=1, change=None, **options):
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    if change:
        change(document)
    output = io.BytesIO()
    document.save(output, **options)
    return output.getvalue()


def bomb_png(side):
    """A small file that declares a huge picture."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def bomb_pdf(megabytes):
    """Objects packed in a stream that is tiny in the file and huge when unpacked."""
    packer = zlib.compressobj(1)
    packed = packer.compress(b"4 0 << /S /JavaScript /JS (x) >>")
    packed += b"".join(packer.compress(b" " * 1_000_000) for _ in range(megabytes))
    packed += packer.flush()
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream"
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R/X 4 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        5: stream % (len(packed), packed),
    }
    data, at = b"%PDF-1.5\n", {}
    for number, body in objects.items():
        at[number] = len(data)
        data += b"%d 0 obj%b endobj\n" % (number, body)
    rows = [(0, 0, 255), (1, at[1], 0), (1, at[2], 0), (1, at[3], 0), (2, 5, 0), (1, at[5], 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in [*rows, (1, len(data), 0)])
    cross = (
        b"6 0 obj<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>stream\n%b\nendstream endobj"
    )
    return data + cross % (len(table), table) + b"\nstartxref\n%d\n%%%%EOF" % len(data)


def heic(size=(320, 200), *, color="red", exif=None):
    image = Image.new("RGB", size, color)
    output = io.BytesIO()
    marks = {"exif": exif.tobytes()} if exif else {}
    pillow_heif.from_pillow(image).save(
        output, quality=50, enc_params={"preset": "ultrafast"}, **marks
    )
    return output.getvalue()


def bomb_heic(side):
    """A small file that declares a huge photo."""
    data = heic((64, 64))
    return data.replace(
        b"ispe" + bytes(4) + struct.pack(">II", 64, 64),
        b"ispe" + bytes(4) + struct.pack(">II", side, side),
    )


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    """An archive of (name, bytes) pairs; a ZipInfo may stand for a name."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", method) as archive:
        for name, data in entries or [("giay-to.txt", b"x")]:
            archive.writestr(name, data)
    return output.getvalue()


def docx(*extra, main_type=DOCUMENT_TYPE, body="", relations=""):
    """A Word file of today; `relations` are rows of its document's relations."""
    entries = [
        ("[Content_Types].xml", CONTENT_TYPES.format(type=main_type)),
        ("_rels/.rels", RELATIONS.format(rows=relation("officeDocument", "word/document.xml"))),
        ("word/document.xml", BODY.format(body=body)),
        ("word/_rels/document.xml.rels", RELATIONS.format(rows=relations)),
    ]
    return zipped(*entries, *extra)


def relation(kind, target, mode="Internal"):
    return (
        f'<Relationship Id="r{abs(hash(target))}" Type="{RELATION_TYPE}{kind}" '
        f'Target="{target}" TargetMode="{mode}"/>'
    )


def ole(*streams, storages=(), sector=512):
    """A compound file of (name, bytes) streams; a storage (name, child) may say it is not empty."""
    used, chains = b"", []
    numbers, fat = [], []
    for _, data in streams:
        count = max(1, -(-len(data) // sector))
        start = len(fat)
        numbers.append(start)
        fat += [*range(start + 1, start + count), 0xFFFFFFFE]
        used += data.ljust(count * sector, b"\0")
        chains.append(count)
    entries = [entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)]
    entries += [entry(name, 1, child, 0, 0) for name, child in storages]
    entries += [
        entry(name, 2, 0xFFFFFFFF, start, len(data))
        for (name, data), start in zip(streams, numbers, strict=True)
    ]
    directory = b"".join(entries)
    count = -(-len(directory) // sector)
    first = len(fat)
    fat += [*range(first + 1, first + count), 0xFFFFFFFE]
    used += directory.ljust(count * sector, b"\0")
    table = len(fat)
    fat.append(0xFFFFFFFD)
    used += struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    # Streams of any length stand in whole sectors: the mini stream begins below one byte.
    header += struct.pack("<9I", 0, 1, first, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    return header + struct.pack("<109I", table, *[0xFFFFFFFF] * 108) + used


def entry(name, kind, child, start, size):
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(text) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def doc(*streams, flags=0, text=b"", storages=()):
    """A Word file of old: its main stream with the mark, the flags and a text."""
    main = struct.pack("<H8xH", 0xA5EC, flags).ljust(512, b"\0") + text
    return ole(("WordDocument", main.ljust(4096, b"\0")), *streams, storages=storages)
