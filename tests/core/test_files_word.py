"""Word files: taken as they are, or refused with the reason that a person can act on."""

import struct

import pytest

from portal.core import files
from tests.core.uploads import (
    MACRO_TYPE,
    doc,
    docx,
    inspect,
    ole,
    pdf,
    png,
    refuse,
    relation,
    zipped,
)

FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>{words}'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def words(*pieces):
    return FIELD.format(
        words="".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    )


@pytest.mark.parametrize(
    ("make", "kind", "mime"),
    [
        (
            docx,
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (doc, "doc", "application/msword"),
    ],
)
def test_word_file_is_taken_without_pages(make, kind, mime):
    seen = inspect(make(), f"Tờ khai.{kind}")

    assert (seen.kind, seen.mime, seen.extension, seen.pages) == (kind, mime, kind, None)
    assert seen.safe_name == f"Tờ khai.{kind}"


@pytest.mark.parametrize(("make", "name"), [(doc, "don.docx"), (docx, "don.doc")])
def test_word_file_named_as_the_other_kind_is_taken_as_what_it_is(make, name):
    kind = "doc" if make is doc else "docx"

    assert inspect(make(), name).safe_name == f"don.{kind}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: docx(("word/media/image1.png", png())),
        lambda: docx(relations=relation("hyperlink", "https://dichvucong.gov.vn", "External")),
        lambda: docx(body=words(" PAGE \\* MERGEFORMAT ")),
        lambda: docx(body=words(" HYPERLINK ", '"mailto:a@b.vn"')),
        lambda: doc(storages=[("ObjectPool", 0xFFFFFFFF)]),
        lambda: doc(text=b"Cong ty DDE xin \x13 PAGE \x15"),
    ],
)
def test_ordinary_contents_are_taken(make):
    assert inspect(make(), "don").pages is None


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: docx(main_type=MACRO_TYPE), "macros"),
        (lambda: docx(("word/vbaProject.bin", b"x")), "macros"),
        (lambda: docx(relations=relation("vbaProject", "x.xml")), "macros"),
        (lambda: docx(("word/activeX/activeX1.xml", b"<a/>")), "word_active"),
        (lambda: docx(relations=relation("control", "x.xml")), "word_active"),
        (lambda: docx(("word/embeddings/oleObject1.bin", b"x")), "embedded"),
        (lambda: docx(("word/embeddings/bang.xlsx", zipped())), "embedded"),
        (lambda: docx(("word/media/image1.png", b"MZ" + bytes(90))), "embedded"),
        (lambda: docx(("word/media/image1.png", zipped())), "embedded"),
        (lambda: docx(("word/run.exe", b"x")), "embedded"),
        (lambda: docx(relations=relation("aFChunk", "chunk.xml")), "embedded"),
        (
            lambda: docx(relations=relation("attachedTemplate", "http://x.vn/a.dotm", "External")),
            "external",
        ),
        (lambda: docx(relations=relation("image", "file://x.vn/a.png", "External")), "external"),
        (lambda: docx(relations=relation("oleObject", "http://x.vn/a", "External")), "external"),
        (
            lambda: docx(
                (
                    "word/_rels/settings.xml.rels",
                    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
                    "relationships'>"
                    + relation("attachedTemplate", "http://x.vn/a.dotm", "External")
                    + "</Relationships>",
                )
            ),
            "external",
        ),
        (lambda: docx(body=words(" DDEAUTO c:\\\\cmd.exe ")), "word_active"),
        (lambda: docx(body=words("D", "DE", "AUTO c:\\\\cmd.exe ")), "word_active"),
        (lambda: docx(body=words(" QUOTE 68 68 69 65 85 84 79 ")), "word_active"),
        (lambda: docx(body='<w:fldSimple w:instr=" DDE c:\\\\cmd.exe "/>'), "word_active"),
        (lambda: docx(body="<w:p>"), "damaged_word"),
        (lambda: docx(main_type="text/plain"), "damaged_word"),
        (lambda: docx()[:-30], "damaged_word"),
        (
            lambda: docx(("word/a.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")),
            "damaged_word",
        ),
        (lambda: docx(("../../a.xml", b"<a/>")), "damaged_word"),
        (lambda: docx(*((f"word/{n}.xml", b"<a/>") for n in range(200))), "too_many_entries"),
        (lambda: docx(("word/a.xml", b" " * 20_000_000)), "too_expanded"),
        (lambda: docx() + pdf(), "two_types"),
        (lambda: b"x" * 600 + docx(), "damaged_word"),
        (lambda: doc(storages=[("Macros", 3)]), "macros"),
        (lambda: doc(("_VBA_PROJECT", bytes(512))), "macros"),
        (lambda: doc(storages=[("ObjectPool", 2)]), "embedded"),
        (lambda: doc(("\x01Ole10Native", b"MZ" + bytes(600))), "embedded"),
        (lambda: doc(flags=0x0100), "encrypted_word"),
        (lambda: ole(("EncryptedPackage", bytes(4096))), "encrypted_word"),
        (lambda: doc(text=b"\x13 DDEAUTO c:\\cmd.exe \x15"), "word_active"),
        (lambda: doc(text="\x13 DDE c:\\cmd.exe \x15".encode("utf-16-le")), "word_active"),
        (lambda: doc(("Data", bytes(4096)))[:-1700], "damaged_word"),
        (lambda: ole(("WordDocument", bytes(4096))), "damaged_word"),
        (lambda: ole(("Khac", bytes(4096))), "damaged_word"),
        (lambda: doc()[:400], "damaged_word"),
    ],
)
def test_hostile_or_broken_word_file_is_refused(make, reason):
    assert refuse(make(), "don.docx").reason == reason


def test_chain_of_sectors_that_bites_its_tail_ends():
    data = bytearray(doc())
    table = struct.unpack_from("<I", data, 76)[0]
    place = (table + 1) * 512
    struct.pack_into("<I", data, place + 7 * 4, 0)  # the last sector of the text leads to its first

    assert refuse(bytes(data), "don.doc").reason == "damaged_word"


def test_document_with_macros_is_refused_by_name_too():
    assert refuse(docx(), "don.docm").reason == "macros"


@pytest.mark.parametrize("kind", ["doc", "docx"])
def test_word_file_has_no_preview(kind):
    with pytest.raises(files.PreviewFailed):
        files.render_preview(doc() if kind == "doc" else docx(), kind)
    with pytest.raises(files.PreviewFailed):
        files.count_pages(doc() if kind == "doc" else docx(), kind)
