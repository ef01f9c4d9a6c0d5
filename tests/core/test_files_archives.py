"""Zip archives: opened before anything is believed, each paper in them judged by itself."""

import hashlib
import stat
import struct
import zipfile

import pytest

from portal.core import files
from tests.core.uploads import (
    bomb_png,
    doc,
    docx,
    heic,
    inspect,
    jpeg,
    pdf,
    png,
    receive,
    refuse,
    zipped,
)


def locked(data):
    """The same archive, every entry marked as locked by a password."""
    changed = bytearray(data)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        while at >= 0:
            changed[at + place] |= 1
            at = changed.find(signature, at + 4)
    return bytes(changed)


def link():
    entry = zipfile.ZipInfo("anh.jpg")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def in_code_page(name):
    """An archive as macOS packs it: UTF-8 in the name, and no flag that says so."""
    written = name.encode()
    data = zipped(("x" * len(written), pdf()))
    return data.replace(b"x" * len(written), written)


def understating(data):
    """The same archive, its directory saying that the first entry is ten bytes long."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, changed.find(b"PK\x01\x02") + 24, 10)
    struct.pack_into("<I", changed, 22, 10)
    return bytes(changed)


def spoilt(data):
    """The same archive with one byte of a packed paper changed."""
    changed = bytearray(data)
    changed[100] ^= 0x55
    return bytes(changed)


def shared():
    """Two entries over the same bytes."""
    data = zipped(("a.pdf", pdf(pages=90)), method=zipfile.ZIP_STORED)
    at = data.find(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    row = data[at:end]
    size = end - at
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, size * 2, at, 0)
    return data[:at] + row + row.replace(b"a.pdf", b"b.pdf") + tail


def test_each_paper_is_received_by_itself():
    papers = [
        ("giay to/CCCD mặt trước.jpg", jpeg()),
        ("giay to/đơn.docx", docx()),
        ("hộ khẩu.pdf", pdf(pages=2)),
        ("don cu.doc", doc()),
        ("IMG_0001.HEIC", heic()),
    ]
    archive = zipped(
        ("giay to/", b""),
        *papers,
        ("__MACOSX/giay to/._a.jpg", b"x"),
        ("giay to/.DS_Store", b"x"),
        ("Thumbs.db", b"x"),
    )

    received = receive(archive, "giay-to.zip")

    assert [(one.facts.safe_name, one.facts.kind) for one in received] == [
        ("CCCD mặt trước.jpg", "jpeg"),
        ("đơn.docx", "docx"),
        ("hộ khẩu.pdf", "pdf"),
        ("don cu.doc", "doc"),
        ("IMG_0001.heic", "heic"),
    ]
    assert [one.data for one in received] == [data for _, data in papers]
    assert [one.facts.sha256 for one in received] == [
        hashlib.sha256(data).hexdigest() for _, data in papers
    ]


def test_one_file_is_received_as_one():
    data = pdf(pages=2)

    (received,) = receive(data, "đơn.pdf")

    assert (received.facts, received.data) == (inspect(data, "đơn.pdf"), data)


def test_archive_packed_on_a_mac_keeps_its_names():
    (received,) = receive(in_code_page("Tờ khai.pdf"), "a.zip")

    assert received.facts.safe_name == "Tờ khai.pdf"


def test_archive_of_word_files_is_not_taken_for_one():
    """The names of a stored Word file's parts stand openly in the archive around it."""
    received = receive(zipped(("don.docx", docx()), method=zipfile.ZIP_STORED), "a.zip")

    assert [one.facts.kind for one in received] == ["docx"]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: zipped(("../../anh.jpg", jpeg())), "unsafe_path"),
        (lambda: zipped(("..\\anh.jpg", jpeg())), "unsafe_path"),
        (lambda: zipped(("/etc/anh.jpg", jpeg())), "unsafe_path"),
        (lambda: zipped(("C:\\anh.jpg", jpeg())), "unsafe_path"),
        (lambda: zipped((link(), b"/etc/passwd")), "unsafe_path"),
        (lambda: locked(zipped(("anh.jpg", jpeg()))), "encrypted_zip"),
        (lambda: zipped(("trong.zip", zipped(("anh.jpg", jpeg())))), "nested_zip"),
        (lambda: zipped(("trong.rar", b"Rar!\x1a\x07\x01\x00" + bytes(90))), "rar"),
        (lambda: zipped(("anh.jpg", jpeg()), ("chay.exe", b"MZ" + bytes(90))), "program"),
        (lambda: zipped(("anh.jpg", b"MZ" + bytes(90))), "program"),
        (lambda: zipped(("anh.png", bomb_png(9000))), "too_many_pixels"),
        (lambda: zipped(("don.docx", docx(("word/vbaProject.bin", b"x")))), "macros"),
        (lambda: zipped(("a.pdf.exe", pdf())), "program"),
        (lambda: zipped(("a.pdf", b"")), "empty"),
        (lambda: zipped(("folder/", b"")), "empty_zip"),
        (lambda: zipped()[:-30], "damaged_zip"),
        (lambda: spoilt(zipped(("a.pdf", pdf()))), "damaged_zip"),
        (lambda: zipped(("a.pdf", pdf()), method=zipfile.ZIP_LZMA), "damaged_zip"),
        (lambda: understating(zipped(("a.pdf", pdf()))), "damaged_zip"),
        (lambda: zipped(("a.pdf", pdf()), ("A.PDF", pdf())), "damaged_zip"),
        (shared, "too_expanded"),
        (lambda: zipped(("a.pdf", b"%PDF-1.7" + bytes(30_000_000))), "too_expanded"),
        (lambda: zipped(*((f"{n}.jpg", jpeg()) for n in range(21))), "too_many_members"),
        (lambda: zipped(*((f"{n}", b"") for n in range(201))), "too_many_entries"),
        (lambda: zipped(*((f"{n}", b"") for n in range(70_000))), "too_many_entries"),
        (lambda: zipped(("a.pdf", pdf())) + b"theo sau", "two_types"),
        (zipped, "unknown"),
    ],
)
def test_hostile_or_broken_archive_is_refused(make, reason):
    assert refuse(make(), "giay-to.zip").reason == reason


def test_refusal_names_the_paper_in_the_archive():
    sentence = refuse(zipped(("anh.jpg", jpeg()), ("hồ sơ/khoá.pdf", b"%PDF-1.7\n")), "a.zip")

    assert sentence.reason == "damaged_pdf"
    assert sentence.sentence.startswith("Tệp “khoá.pdf” trong tệp .zip: Không mở được tệp PDF này")


def test_large_members_are_refused_by_what_they_declare():
    big = (png() * (9_900_000 // len(png()) + 1))[:9_900_000]
    archive = zipped(*((f"{n}.png", big) for n in range(6)))

    assert refuse(archive, "a.zip").reason in {"members_too_large", "too_expanded"}


@pytest.mark.parametrize("name", ["a.jpg", "a.pdf", "a.docx"])
def test_archive_under_another_name_is_refused(name):
    assert refuse(zipped(("anh.jpg", jpeg())), name).reason in {"mismatch", "two_types"}


def test_place_for_one_file_takes_no_archive():
    with pytest.raises(files.UnsafeFile) as caught:
        inspect(zipped(("anh.jpg", jpeg())), "a.zip")

    assert caught.value.reason == "zip_here"
