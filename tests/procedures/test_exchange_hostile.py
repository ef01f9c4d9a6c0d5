"""Packages that nobody wrote by accident: refused in words, line by line, and never an error."""

import io
import json
import struct
import warnings
import zipfile

import pytest

from procedures.exchange.given import read_package
from procedures.exchange.package import Package, UnreadablePackage
from procedures.exchange.report import Outcome
from procedures.models import Procedure
from procedures.services import exchanging
from tests.factories.accounts import UnitFactory
from tests.procedures.test_exchange import AT, check, minimal, packed, revision, take

pytestmark = pytest.mark.django_db
SHA = "0" * 64
CASE = {"key": "mot", "name": "Một", "is_default": True}


def zipped(files):
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore", UserWarning)
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


MANIFEST = ("manifest.json", '{"format": "portal.procedures", "version": 1}')
LINES = ("procedures.jsonl", "")


def offer(**more):
    return {
        "tier": "COMMUNE", "declared_level": 2, "service_mode": "INFORMATION",
        "returns": ["COUNTER"], "valid_from": "2026-01-01", "decision_number": "5/QĐ", **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        minimal("9.900001\n"),
        minimal(revision=revision(cases=[{**CASE, "key": "mot\n"}])),
        minimal(revision=revision(papers=[{"key": "can-cuoc\n", "name": "Căn cước"}])),
        minimal(offers=[offer(valid_from="0001-01-01")]),
        minimal(offers=[offer(valid_until="9999-12-31")]),
        minimal(offers=[offer(valid_from="2026-02-30")]),
        minimal(revision=revision(decision_date="0001-01-01")),
        minimal(revision=revision(dossier_sets=10**30)),
        minimal(revision=revision(dossier_sets=1e400)),
        minimal(revision=revision(name="a\x00b")),
        minimal(revision=revision(name="\ud800")),
        minimal(revision=revision(name="A" * 65_536)),
        minimal(revision=[revision()]),
        minimal(offers=[offer(workflow=10**30)]),
        {"code": ["9.900001"], "name": {}},
    ],
    ids=lambda document: str(document)[:90],
)  # fmt: skip
def test_document_is_refused_and_the_others_are_looked_at(document, editor):
    UnitFactory()
    data = json.dumps(
        {"format": "portal.procedures", "version": 1, "procedures": [document, minimal("9.900002")]}
    ).encode()

    report = check(data, editor)

    assert [line.outcome for line in report.lines] == [Outcome.REFUSED, Outcome.NEW]
    assert report.lines[0].words[0]


def large(data):
    """Say the length of the directory in a zip64 record, and nothing in the end itself."""
    end = data.rfind(b"PK\x05\x06")
    entries, size, offset = struct.unpack_from("<HLL", data, end + 10)
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, offset
    )
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1)
    return data[:end] + record + locator + struct.pack("<4s4H2LH", b"PK\x05\x06", *[0] * 7)


@pytest.mark.parametrize(
    "data",
    [
        zipped([MANIFEST, LINES, ("../../etc/cron.d/x", "x")]),
        zipped([MANIFEST, LINES, ("/etc/x", "x")]),
        zipped([MANIFEST, LINES, MANIFEST]),
        zipped([MANIFEST, LINES, *((f"files/{number}", "") for number in range(5_001))]),
        zipped([MANIFEST, ("procedures.jsonl", " " * 3_000_000)]),
        zipped([MANIFEST, LINES])[:-1],
        zipped([MANIFEST, LINES])[:-30],
        large(zipped([MANIFEST, LINES])),
    ],
    ids=["up", "root", "twice", "many", "ratio", "cut", "short", "zip64"],
)
def test_archive_is_refused_before_it_is_unpacked(data, monkeypatch):
    read = []
    monkeypatch.setattr(Package, "_read", lambda *_asked: read.append(1) or MANIFEST[1].encode())

    with pytest.raises(UnreadablePackage):
        Package(data)

    assert not read


def test_size_that_lies_is_not_believed():
    data = bytearray(zipped([MANIFEST, LINES, (f"files/{SHA}", "0" * 1_000)]))
    place = data.rfind(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<L", 10)

    assert Package(bytes(data)).file(SHA) is None


def test_of_two_equal_names_in_json_one_meaning_is_taken_everywhere(editor):
    text = packed(minimal("9.900001")).decode().replace('"code"', '"code": "9.900009", "code"')

    report = take(text.encode(), editor)

    assert [line.code for line in report.lines] == ["9.900001"]
    assert Procedure.objects.get().code == "9.900001"


def test_same_code_twice_is_refused_however_it_is_written(editor):
    package = Package(packed(minimal("9.900001"), minimal("9.900001\n"), minimal(" 9.900001")))

    report = exchanging.take(read_package(package), package=package, by=editor, at=AT, dry_run=True)

    assert [line.outcome for line in report.lines] == [
        Outcome.NEW, Outcome.REFUSED, Outcome.REFUSED,
    ]  # fmt: skip


def test_signs_that_turn_the_words_around_are_left_out(editor):
    data = packed(minimal(name="Cấp \u202egiấy\u2069 phép", revision=revision()))

    take(data, editor)

    assert Procedure.objects.get().name == "Cấp giấy phép"
    assert take(data, editor).counts == {Outcome.UNCHANGED: 1}
