"""Citizens' files: what is taken, what is refused and in which words, previews, storage."""

import errno
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image

from portal.core import files
from portal.core.files import sandbox
from portal.core.files.names import MAX_NAME
from portal.core.files.refusals import SENTENCES, WORD_FOR_WORD
from tests.core.uploads import bomb_pdf, bomb_png, inspect, jpeg, ole, pdf, png, refuse, zipped

JPEG_EXIF_ORIENTATION = 0x0112
GPS = 0x8825


def act(**action):
    def change(document):
        document.Root.OpenAction = pikepdf.Dictionary(
            **{
                key: pikepdf.Name(value) if value.startswith("/") else value
                for key, value in action.items()
            }
        )

    return change


def attach(document):
    document.attachments["hop-dong.xml"] = b"<a/>"


def annotate_with_script(document):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, A=action, Rect=[0, 0, 9, 9]
    )
    document.pages[0].Annots = pikepdf.Array([note])


def open_on_first_page(document):
    document.Root.OpenAction = pikepdf.Array([document.pages[0].obj, pikepdf.Name.Fit])


# What is taken


def test_pdf_is_taken_with_its_facts():
    data = pdf(pages=3)

    seen = inspect(data, "Tờ khai.PDF")

    assert (seen.kind, seen.mime, seen.extension) == ("pdf", "application/pdf", "pdf")
    assert (seen.size, seen.pages, seen.width, seen.height) == (len(data), 3, None, None)
    assert seen.sha256 == hashlib.sha256(data).hexdigest()
    assert seen.safe_name == "Tờ khai.pdf"


def test_upload_is_rewound_for_whoever_stores_it():
    file = io.BytesIO(pdf())
    file.read()

    files.inspect_upload(file, "a.pdf")

    assert file.tell() == 0


def test_jpeg_is_measured_as_a_person_sees_it():
    turned = Image.Exif()
    turned[JPEG_EXIF_ORIENTATION] = 6

    seen = inspect(jpeg((640, 480), exif=turned), "anh.jpeg")

    assert (seen.kind, seen.pages, seen.width, seen.height) == ("jpeg", 1, 480, 640)
    assert seen.safe_name == "anh.jpg"


def test_photo_with_a_clip_behind_it_is_taken():
    motion_photo = jpeg() + b"\x00\x00\x00\x18ftypmp42" + bytes(5000)

    assert inspect(motion_photo, "IMG_0001.jpg").kind == "jpeg"


def test_photo_of_several_pictures_is_taken():
    output = io.BytesIO()
    thumbnail = Image.new("RGB", (64, 48), "blue")
    Image.new("RGB", (640, 480), "red").save(
        output, "MPO", save_all=True, append_images=[thumbnail]
    )

    seen = inspect(output.getvalue(), "ultra.jpg")

    assert (seen.kind, seen.width) == ("jpeg", 640)


def test_picture_named_as_the_other_kind_is_taken_as_what_it_is():
    assert inspect(png(), "zalo.jpg").safe_name == "zalo.png"


def test_camera_file_without_extension_is_taken():
    assert inspect(jpeg(), "image").safe_name == "image.jpg"


def test_pdf_that_opens_on_a_page_is_taken():
    assert inspect(pdf(change=open_on_first_page), "luan-van.pdf").pages == 1


@pytest.mark.parametrize("size", [(9000, 5500), (5000, 4999)])
def test_largest_pictures_are_taken(size):
    data = jpeg(size, quality=20) if size[0] == 9000 else png(size, mode="L", color=200)

    assert inspect(data, "anh").width == size[0]


# What is refused


@pytest.mark.parametrize(
    ("make", "name", "reason"),
    [
        (lambda: b"", "a.pdf", "empty"),
        (lambda: b"%PDF-1.7" + bytes(10 * 1024 * 1024), "a.pdf", "too_large"),
        (lambda: b"%PDF-1.7\nnothing", "a.pdf", "damaged_pdf"),
        (lambda: pdf(pages=20)[:-400], "a.pdf", "damaged_pdf"),
        (lambda: jpeg((2000, 2000))[:-9000], "a.jpg", "damaged_image"),
        (lambda: png((900, 900))[:-200], "a.png", "damaged_image"),
        (lambda: jpeg()[:20], "a.jpg", "damaged_image"),
        (
            lambda: pdf(encryption=pikepdf.Encryption(user="bí mật", owner="x")),
            "a.pdf",
            "encrypted",
        ),
        (lambda: pdf(encryption=pikepdf.Encryption(user="", owner="x")), "a.pdf", "encrypted"),
        (lambda: pdf(change=act(S="/JavaScript", JS="app.alert(1)")), "a.pdf", "active"),
        (lambda: pdf(change=act(S="/Launch", F="calc.exe")), "a.pdf", "active"),
        (lambda: pdf(change=annotate_with_script), "a.pdf", "active"),
        (
            lambda: pdf(
                change=annotate_with_script, object_stream_mode=pikepdf.ObjectStreamMode.generate
            ),
            "a.pdf",
            "active",
        ),
        (lambda: pdf(change=attach), "a.pdf", "attachment"),
        (lambda: pdf(pages=301), "a.pdf", "too_many_pages"),
        (lambda: jpeg((9000, 5600), quality=20), "a.jpg", "too_many_pixels"),
        (lambda: png((5001, 5000), mode="L", color=1), "a.png", "too_many_pixels"),
        (lambda: bomb_png(9000), "a.png", "too_many_pixels"),
        (lambda: bomb_png(60000), "a.png", "too_many_pixels"),
        (lambda: jpeg() + zipped(), "a.jpg", "two_types"),
        (lambda: png() + pdf(), "a.png", "two_types"),
        (lambda: jpeg(comment=b"<script>alert(1)</script>"), "a.jpg", "two_types"),
        (lambda: pdf() + zipped(), "a.pdf", "two_types"),
        (lambda: b"%PDF-1.4\n%<html><script>alert(1)</script>\n" + pdf(), "a.pdf", "two_types"),
        (lambda: b"x" * 900 + pdf(), "a.pdf", "two_types"),
        (png, "a.pdf", "mismatch"),
        (pdf, "a.jpg", "mismatch"),
        (lambda: b"<html><script>alert(1)</script>", "a.jpg", "markup"),
        (lambda: b"<svg onload='alert(1)'/>", "a.svg", "markup"),
        (lambda: b"MZ" + bytes(200), "a.pdf", "program"),
        (lambda: b"{\\rtf1 xin}", "a.rtf", "other_text"),
        (
            lambda: zipped(("[Content_Types].xml", b"<a/>"), ("xl/workbook.xml", b"<a/>")),
            "a.xlsx",
            "office",
        ),
        (lambda: ole(("Workbook", bytes(4096))), "a.xls", "office"),
        (lambda: ole(("EncryptedPackage", bytes(4096))), "a.xlsx", "office"),
        (lambda: zipped(("META-INF/MANIFEST.MF", b"x")), "a.jar", "program"),
        (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(90), "a.rar", "rar"),
        (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(90), "a.7z", "7z"),
        (lambda: b"\x1f\x8b\x08" + bytes(90), "a.tar.gz", "archive"),
        (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(90), "IMG_1.HEIC", "damaged_image"),
        (lambda: b"\x00\x00\x00\x18ftypavif" + bytes(90), "a.avif", "other_image"),
        (lambda: b"GIF89a" + bytes(90), "a.gif", "other_image"),
        (lambda: b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a.webp", "other_image"),
        (lambda: b"SIMPLE  =                    T", "a.jpg", "damaged_image"),
        (lambda: b"hello", "a.txt", "unknown"),
        (pdf, "don.pdf.exe", "program"),
        (pdf, "don.exe.pdf", "name_double"),
        (pdf, "don.txt", "extension"),
        (pdf, "a.pdf\x00.html", "name_hidden"),
        (pdf, "ảnh\u202efdp.exe", "name_hidden"),
    ],
)
def test_unsafe_file_is_refused_with_a_reason(make, name, reason):
    assert refuse(make(), name).reason == reason


def test_every_refusal_says_what_is_safe_and_what_to_do():
    for reason in set(SENTENCES) - WORD_FOR_WORD:
        sentence = refusal_sentence(reason)
        assert "Hãy" in sentence or "hãy" in sentence, reason
        assert sentence.endswith("vẫn còn nguyên."), reason


def refusal_sentence(reason):
    from portal.core.files.refusals import refusal

    return refusal(reason).sentence


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (
            b"Rar!\x1a\x07\x01\x00" + bytes(90),
            "anh.rar",
            "Hệ thống chưa nhận tệp .rar. Ông/bà chọn từng ảnh hoặc nén lại thành tệp .zip.",
        ),
        (
            b"7z\xbc\xaf\x27\x1c" + bytes(90),
            "anh.7z",
            "Hệ thống chưa nhận tệp .7z. Ông/bà chọn từng ảnh hoặc nén lại thành tệp .zip.",
        ),
    ],
)
@pytest.mark.parametrize("renamed", [False, True])
def test_other_archives_are_answered_word_for_word(data, name, sentence, renamed):
    assert refuse(data, "anh.zip" if renamed else name).sentence == sentence


@pytest.mark.parametrize(("megabytes", "reason"), [(1, "active"), (1000, "too_heavy")])
def test_objects_packed_in_a_stream_are_read_or_the_file_is_refused(megabytes, reason):
    assert refuse(bomb_pdf(megabytes), "bom.pdf").reason == reason


# Names


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("C:\\fakepath\\đơn.pdf", "đơn.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie x=1.pdf"),
        ("CON.pdf", "tep-CON.pdf"),
        (".pdf", "tep.pdf"),
        ("-rf.pdf", "rf.pdf"),
        ("đơn.pdf.", "đơn.pdf"),
        ("\ufeffa.pdf", "a.pdf"),
        ("To\u031b\u0300 khai.pdf", "T\u1edd khai.pdf"),
        ('"><img src=x onerror=alert(1)>.pdf', "img src=x onerror=alert(1).pdf"),
        ("CCCD mặt trước.v2.pdf", "CCCD mặt trước.v2.pdf"),
        ("scan.jpg.pdf", "scan.jpg.pdf"),
    ],
)
def test_name_is_made_harmless(name, safe):
    assert inspect(pdf(), name).safe_name == safe


def test_long_name_is_shortened_and_keeps_its_extension():
    seen = inspect(pdf(), "đ" * 400 + ".pdf")

    assert len(seen.safe_name) == MAX_NAME
    assert seen.safe_name.endswith("đ.pdf")


# Previews


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def test_preview_of_a_pdf_page_is_a_png_of_that_page():
    data = pdf(pages=2)

    picture = opened(files.render_preview(data, "pdf", 2))

    assert (picture.format, picture.width) == ("PNG", 1200)
    assert picture.height == pytest.approx(1200 * 842 / 595, abs=2)


def test_preview_is_upright_and_carries_no_metadata():
    exif = Image.Exif()
    exif[JPEG_EXIF_ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    photo = Image.new("RGB", (400, 200), "white")
    photo.paste("red", (0, 0, 200, 200))  # the left half, which belongs on top
    output = io.BytesIO()
    photo.save(output, "JPEG", exif=exif, comment=b"nguyen van a")

    data = files.render_preview(output.getvalue(), "jpeg", 1)

    picture = opened(data)
    assert picture.size == (200, 400)
    assert picture.getpixel((100, 100))[1] < 60  # red on top
    assert picture.getpixel((100, 300))[1] > 200
    assert dict(picture.getexif()) == {}
    assert picture.info == {}


def test_transparent_picture_is_shown_on_white():
    data = files.render_preview(png((50, 50), "RGBA", (0, 0, 0, 0)), "png", 1)

    assert opened(data).getpixel((5, 5)) == (255, 255, 255)


def test_preview_of_a_wide_picture_keeps_to_the_width():
    assert opened(files.render_preview(jpeg((3000, 1000)), "jpeg", 1, max_width=600)).size == (
        600,
        200,
    )


@pytest.mark.parametrize("page", [0, 2])
def test_preview_of_an_absent_page_fails(page):
    with pytest.raises(files.PreviewFailed):
        files.render_preview(pdf(), "pdf", page)


def test_preview_that_takes_too_long_fails_and_leaves_no_child(monkeypatch):
    monkeypatch.setattr(sandbox.run_child, "__kwdefaults__", {"seconds": 0.01})

    with pytest.raises(files.PreviewFailed, match="timeout"):
        files.render_preview(pdf(), "pdf", 1)


def test_child_cannot_write_files_or_take_much_memory():
    """The limits hold for the program that opens the files, measured in that program."""
    script = (
        f"import sys; sys.path.append({str(sandbox.HERE)!r})\n"
        "from opener.__main__ import set_limits; set_limits()\n"
        "import json\n"
        "found = []\n"
        "try: bytearray(300 * 1024 * 1024)\n"
        "except MemoryError: found.append('memory')\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n"
        "    import tempfile; f = tempfile.TemporaryFile(); f.write(b'x'); f.flush()\n"
        "except OSError: found.append('disk')\n"
        "sys.stdout.write(json.dumps(found))\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)

    assert json.loads(done.stdout) == ["memory", "disk"]


def test_pages_are_counted():
    assert files.count_pages(pdf(pages=7), "pdf") == 7
    assert files.count_pages(jpeg(), "jpeg") == 1


# Storage


@pytest.fixture
def storage(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    return tmp_path


def kept(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_stored_bytes_come_back_under_a_random_key(storage):
    first, second = files.store_bytes(b"giay to"), files.store_bytes(b"giay to")

    assert first != second
    assert files.read_stored(first, sha256=hashlib.sha256(b"giay to").hexdigest()) == b"giay to"
    with files.open_stored(second) as file:
        assert file.read() == b"giay to"
    assert len(kept(storage)) == 2


def test_changed_file_is_not_handed_out(storage):
    key = files.store_bytes(b"giay to")
    Path(default_storage.path(key)).write_bytes(b"khac")

    with pytest.raises(files.FileDamaged):
        files.read_stored(key, sha256=hashlib.sha256(b"giay to").hexdigest())


@pytest.mark.parametrize("key", ["../../etc/passwd", "kept/aa/" + "0" * 40, "/etc/passwd", ""])
def test_foreign_or_absent_key_opens_nothing(storage, key):
    with pytest.raises(files.FileDamaged):
        files.open_stored(key)


def test_full_disk_leaves_no_part_of_a_file(storage, monkeypatch):
    """Half of the file is on the disk when the disk says that it is full."""
    write = os.write
    written = []

    def fill(descriptor, data):
        if len(data) > 1000:
            if written:
                raise OSError(errno.ENOSPC, "No space left on device")
            written.append(write(descriptor, bytes(data)[:500]))
        return write(descriptor, data)

    def save(self, name, content):
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            fill(descriptor, content.read())
            fill(descriptor, bytes(2000))
        finally:
            os.close(descriptor)
        return name

    monkeypatch.setattr(FileSystemStorage, "_save", save)
    with pytest.raises(files.StorageUnavailable):
        files.store_bytes(b"x" * 5000)
    assert written == [500]
    assert kept(storage) == []

    monkeypatch.undo()
    assert files.store_bytes(b"x" * 5000)


def test_deleted_file_is_gone(storage):
    key = files.store_bytes(b"giay to")

    files.delete_stored(key)

    assert kept(storage) == []
