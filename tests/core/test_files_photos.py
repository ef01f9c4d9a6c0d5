"""Photos of phones: HEIC is read like the others, and a paper's photos become one upright PDF."""

import io
import re

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from portal.core import files
from tests.core.uploads import bomb_heic, heic, inspect, jpeg, png, refuse

ORIENTATION = 0x0112
GPS = 0x8825
MAKE = 0x010F


def marked(orientation=1):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "Hieu may anh"
    exif.get_ifd(GPS)[1] = "N"
    return exif


def red_on_top(size=(400, 200)):
    """A photo taken with the phone on its side: its left half belongs on top."""
    photo = Image.new("RGB", size, "white")
    photo.paste("red", (0, 0, size[0] // 2, size[1]))
    output = io.BytesIO()
    photo.save(output, "JPEG", exif=marked(6), comment=b"nguyen van a", quality=95)
    return output.getvalue()


def drawn(document, page):
    """The page as a picture, a pixel for a point."""
    read = pypdfium2.PdfDocument(document)
    try:
        return read[page - 1].render(scale=1).to_pil().convert("RGB")
    finally:
        read.close()


def test_heic_is_taken_with_its_size():
    seen = inspect(heic((640, 480)), "IMG_0001.HEIC")

    assert (seen.kind, seen.mime, seen.extension) == ("heic", "image/heic", "heic")
    assert (seen.pages, seen.width, seen.height) == (1, 640, 480)
    assert seen.safe_name == "IMG_0001.heic"


def test_heic_renamed_as_jpeg_is_taken_as_what_it_is():
    assert inspect(heic(), "zalo.jpg").safe_name == "zalo.heic"


def test_heic_of_a_phone_on_its_side_is_measured_and_shown_upright():
    data = heic((640, 480), exif=marked(6))

    seen = inspect(data, "a.heic")
    with Image.open(io.BytesIO(files.render_preview(data, "heic"))) as picture:
        assert (seen.width, seen.height) == picture.size == (480, 640)
        assert dict(picture.getexif()) == {}
        assert picture.info == {}


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: heic()[:-20], "damaged_image"),
        (lambda: heic()[: len(heic()) // 2], "damaged_image"),
        (lambda: bomb_heic(9000), "too_many_pixels"),
        (lambda: heic() + b"PK\x01\x02" + b"PK\x05\x06" + bytes(18), "two_types"),
    ],
)
def test_broken_or_hostile_heic_is_refused(make, reason):
    assert refuse(make(), "a.heic").reason == reason


def test_photos_become_one_pdf_of_upright_sheets():
    photos = [
        (red_on_top((1600, 800)), "jpeg"),
        (heic((900, 1600), color="blue"), "heic"),
        (png((1600, 900), "RGBA", (0, 0, 0, 0)), "png"),
    ]

    document = files.combine_photos(photos)

    with pikepdf.open(io.BytesIO(document)) as read:
        boxes = [[round(float(side)) for side in page.mediabox[2:]] for page in read.pages]
    assert boxes == [[595, 842], [595, 842], [842, 595]]
    upright = drawn(document, 1)
    assert upright.getpixel((297, 200))[1] < 60  # red on top
    assert upright.getpixel((297, 700))[1] > 200
    assert drawn(document, 2).getpixel((297, 421))[2] > 200
    assert min(drawn(document, 3).getpixel((421, 297))) > 250  # nothing is white


def test_combined_photos_carry_nothing_of_the_camera():
    document = files.combine_photos([(red_on_top(), "jpeg"), (heic(exif=marked()), "heic")])

    with pikepdf.open(io.BytesIO(document)) as read:
        assert dict(read.trailer.get("/Info", {})) == {}
        assert "/Metadata" not in read.Root
        photos = [page.Resources.XObject.Photo.read_raw_bytes() for page in read.pages]
    for photo in photos:
        with Image.open(io.BytesIO(photo)) as picture:
            assert dict(picture.getexif()) == {}
            assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not re.search(rb"Exif|Hieu may anh|nguyen van a|ICC_PROFILE|xmp", document)


def test_large_photo_is_reduced_to_the_pixels_of_a_sheet():
    noise = Image.effect_noise((4000, 3000), 40).convert("RGB")
    output = io.BytesIO()
    noise.save(output, "JPEG", quality=95)

    document = files.combine_photos([(output.getvalue(), "jpeg")])

    with pikepdf.open(io.BytesIO(document)) as read:
        photo = read.pages[0].Resources.XObject.Photo
        assert (int(photo.Width), int(photo.Height)) == (2206, 1654)
    assert len(document) < len(output.getvalue()) / 3


def test_small_photo_is_not_blown_up():
    document = files.combine_photos([(jpeg((100, 100)), "jpeg")])

    sheet = drawn(document, 1)
    assert sheet.getpixel((297, 421))[1] < 60
    assert sheet.getpixel((200, 421)) == (255, 255, 255)


def test_combined_photos_pass_the_rules_for_uploads_and_are_the_same_each_time():
    photos = [(jpeg(), "jpeg"), (png(), "png")]

    document = files.combine_photos(photos)

    assert inspect(document, "anh.pdf").pages == 2
    assert document == files.combine_photos(photos)


@pytest.mark.parametrize("photos", [[], [(b"%PDF-1.7", "pdf")], [(b"", "docx")]])
def test_only_photos_are_combined(photos):
    with pytest.raises(ValueError, match="only photos"):
        files.combine_photos(photos)


def test_broken_photo_is_told():
    with pytest.raises(files.PhotosNotCombined):
        files.combine_photos([(jpeg(), "jpeg"), (jpeg()[:200], "jpeg")])
