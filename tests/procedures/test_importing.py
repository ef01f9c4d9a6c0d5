"""The national record: each defect is repaired or marked, all or nothing, twice changes nothing."""

import gzip
import json
import os
import unicodedata
from datetime import UTC, datetime
from io import StringIO
from itertools import islice
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from procedures.enums import (
    FeeStatus,
    FilingChannel,
    PaperSource,
    ProcedureState,
    RevisionState,
    TimeUnit,
)
from procedures.importing.findings import Kind
from procedures.importing.reading import read_line
from procedures.importing.records import Unreadable
from procedures.models import ImportedRecord, Offer, Procedure, Revision
from procedures.services.importing import Outcome, UnreadableFile, import_records
from procedures.services.publishing import publish_revision
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import ProcedureFactory, RevisionFactory

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 7, 15, 2, 0, tzinfo=UTC)


def fee(value=0, text="", *, currency="VND", kind=None):
    return {"type": kind, "value": value, "currency": currency, "text": text}


def method(channel="truc_tiep", amount=5, unit="WORKING_DAY", *, fees=(), note=""):
    return {
        "channel": channel, "time_value": amount, "time_unit": unit,
        "fees": list(fees), "note": note,
    }  # fmt: skip


def component(name, *, originals=1, copies=0, case="", files=()):
    return {
        "case": case, "name": name, "original_qty": originals, "copy_qty": copies,
        "form_files": list(files),
    }  # fmt: skip


def source(code="9.900001", **given):
    return {
        "code": code,
        "name": "Cấp giấy phép nuôi chim yến",
        "sectors": ["Chăn nuôi"],
        "promulgating_agency": "Bộ Thử nghiệm",
        "executing_agencies": ["Sở Thử nghiệm"],
        "levels": ["tinh", "xa", "bo"],
        "subject_types": ["Công dân Việt Nam"],
        "decision_no": "Quyết định số 12/QĐ-BTN",
        "steps": [{"name": "", "text": "Bước 1: Nộp hồ sơ.\nBước 2: Nhận kết quả."}],
        "methods": [method(fees=[fee(50_000)])],
        "components": [component("Đơn đề nghị")],
        "legal_basis": [{"code": "01/2026/NĐ-CP", "name": ""}],
        "results": [{"code": "KQ.1", "name": "Giấy phép"}],
        "requirements": "Có chuồng trại.",
        "keywords": "",
        "receiving_address": "",
        **given,
    }


def listed(code="9.900002", name="Xác nhận mùa vụ"):
    return source(code, name=name, steps=[], methods=[], components=[], decision_no="")


def read(*sources):
    return [
        read_line(number, json.dumps(one, ensure_ascii=False).encode())
        for number, one in enumerate(sources, start=1)
    ]


def record(**given):
    return read(source(**given))[0]


def kinds(one):
    return {finding.kind for finding in one.findings}


def take(*sources, at=AT, dry_run=False):
    return import_records(read(*sources), at=at, dry_run=dry_run)


class TestReading:
    def test_a_sound_record_is_taken_as_it_is(self):
        one = record()

        assert one.findings == ()
        assert one.tiers == ("PROVINCE", "COMMUNE")
        revision = one.content.revision
        assert revision["decision_number"] == "12/QĐ-BTN"
        assert revision["order_of_steps"] == [
            {"title": "Bước 1", "text": "Nộp hồ sơ."},
            {"title": "Bước 2", "text": "Nhận kết quả."},
        ]
        assert revision["filing_places"] == "Trực tiếp tại quầy."
        assert one.content.times == (
            {
                "channel": FilingChannel.COUNTER,
                "amount": 5,
                "unit": TimeUnit.WORKING_DAYS,
                "note": "",
            },
        )

    @pytest.mark.parametrize(
        ("written", "code", "found"),
        [
            (" 9.900001", "9.900001", {Kind.CODE_REPAIRED}),
            ("9.900001\u200b ", "9.900001", {Kind.CODE_REPAIRED}),
            ("9.900001-Xoa", "9.900001", {Kind.CODE_REPAIRED, Kind.CODE_ODD}),
            ("9.9000011", "9.9000011", {Kind.CODE_ODD}),
        ],
    )
    def test_codes_lose_what_does_not_belong_to_them(self, written, code, found):
        one = record(code=written)

        assert one.code == code
        assert kinds(one) == found

    def test_letters_are_composed(self):
        one = record(name=unicodedata.normalize("NFD", "Đổi thẻ hải sản"))

        assert one.name == "Đổi thẻ hải sản"
        assert kinds(one) == {Kind.NOT_COMPOSED}

    def test_markup_is_taken_out_and_lines_stay_apart(self):
        one = record(
            name="Cấp <b>thẻ</b>&nbsp;bơi &amp; lặn",
            requirements="<p>Biết bơi</p><ul><li>18 tuổi</li></ul><script>alert(1)</script>a < b",
        )

        assert one.name == "Cấp thẻ bơi & lặn"
        assert one.content.revision["requirements"] == "Biết bơi\n18 tuổi\na < b"
        assert kinds(one) == {Kind.HTML}

    def test_signs_that_nobody_sees_are_taken_out(self):
        one = record(requirements="\uf0fc Đủ\u200e 18\xad tuổi")

        assert one.content.revision["requirements"] == "- Đủ 18 tuổi"
        assert kinds(one) == {Kind.INVISIBLE_SIGNS}

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            (fee(0, "Mức thu do Hội đồng nhân dân tỉnh quy định"), Kind.FEE_ZERO_WITH_TEXT),
            (fee(None, "Theo thông tư"), Kind.FEE_TEXT_ONLY),
            (fee(1), Kind.FEE_TOO_SMALL),
            (fee(999, "một bản"), Kind.FEE_TOO_SMALL),
            (fee(10**12), Kind.FEE_TOO_SMALL),
            (fee(20, currency="USD"), Kind.FEE_OTHER_CURRENCY),
            (fee("nhiều", "tùy"), Kind.FEE_TEXT_ONLY),
        ],
    )
    def test_fee_that_is_not_certain_is_neither_free_nor_payable(self, given, kind):
        one = record(methods=[method(fees=[given])])

        (rule,) = one.content.fees
        assert (rule["status"], rule["amount_vnd"]) == (FeeStatus.UNDETERMINED, None)
        assert kinds(one) == {kind}
        assert given["text"] in rule["text"]

    def test_what_was_written_as_a_tiny_fee_stays_readable(self):
        one = record(methods=[method(fees=[fee(120, "Lệ phí cấp")])])

        assert one.content.fees[0]["text"] == "Lệ phí cấp (nguồn ghi: 120 đồng)"
        assert one.content.fees[0]["kind"] == "CHARGE"

    @pytest.mark.parametrize(
        ("value", "status", "amount"),
        [(0, FeeStatus.FREE, None), (1_000, FeeStatus.AMOUNT, 1_000)],
    )
    def test_certain_fee_is_kept(self, value, status, amount):
        one = record(methods=[method(fees=[fee(value)])])

        assert [(rule["status"], rule["amount_vnd"]) for rule in one.content.fees] == [
            (status, amount)
        ]
        assert one.findings == ()

    def test_zero_beside_a_sum_is_not_called_free(self):
        one = record(methods=[method(fees=[fee(0), fee(50_000)])])

        assert [rule["status"] for rule in one.content.fees] == [FeeStatus.AMOUNT]

    def test_one_fee_of_several_channels_is_one_rule(self):
        one = record(
            methods=[method(fees=[fee(9_000)]), method("truc_tuyen", fees=[fee(9_000), fee(4_000)])]
        )

        assert [(rule["amount_vnd"], rule["channels"]) for rule in one.content.fees] == [
            (9_000, [FilingChannel.ONLINE, FilingChannel.COUNTER]),
            (4_000, [FilingChannel.ONLINE]),
        ]

    @pytest.mark.parametrize(
        ("amount", "unit", "expected", "found"),
        [
            (5, "OTHER", (None, TimeUnit.NONE_GIVEN), {Kind.TIME_UNIT_OTHER}),
            (None, None, (None, TimeUnit.NONE_GIVEN), {Kind.TIME_NOT_GIVEN}),
            (0, "DAY", (None, TimeUnit.NONE_GIVEN), {Kind.TIME_NOT_GIVEN}),
            (7.5, "WORKING_DAY", (60, TimeUnit.HOURS), {Kind.TIME_CONVERTED}),
            (2, "MONTH", (60, TimeUnit.CALENDAR_DAYS), {Kind.TIME_CONVERTED}),
            (3, "DAY", (3, TimeUnit.CALENDAR_DAYS), set()),
            (4, "HOUR", (4, TimeUnit.HOURS), set()),
        ],
    )
    def test_time_is_never_made_up(self, amount, unit, expected, found):
        one = record(methods=[method(amount=amount, unit=unit)])

        (time,) = one.content.times
        assert (time["amount"], time["unit"]) == expected
        assert kinds(one) == found

    def test_several_times_of_a_channel_promise_none_and_are_told(self):
        one = record(methods=[method(amount=5), method(amount=20, note="Phải xác minh")])

        (time,) = one.content.times
        assert (time["amount"], time["unit"]) == (None, TimeUnit.NONE_GIVEN)
        assert time["note"] == "5 ngày làm việc; 20 ngày làm việc. Phải xác minh"
        assert kinds(one) == {Kind.TIMES_DIFFER}

    def test_line_without_a_copy_is_a_note_and_not_a_paper(self):
        one = record(
            components=[
                component("Đơn đề nghị"),
                component("Nộp bản sao kèm bản chính.", originals=0, case="* Lưu ý:"),
            ]
        )

        assert [paper["name"] for paper in one.content.papers] == ["Đơn đề nghị"]
        assert one.content.revision["paper_notes"] == "* Lưu ý:\nNộp bản sao kèm bản chính."
        assert kinds(one) == {Kind.NOTE_AS_PAPER}

    def test_papers_keep_heading_form_and_a_key_of_their_own(self):
        one = record(
            components=[
                component("- Tờ khai", files=["mau-01.docx"]),
                component("Tờ khai", case="Đối với tổ chức:"),
                component("Căn cước", case="Giấy tờ phải xuất trình"),
            ]
        )

        first, second, third = one.content.papers
        assert (first["key"], second["key"]) == ("to-khai", "to-khai-2")
        assert (first["name"], first["hint"]) == ("Tờ khai", "Mẫu: mau-01.docx")
        assert (second["is_mandatory"], second["condition"]) == (False, "Đối với tổ chức:")
        assert third["source"] == PaperSource.SHOW

    def test_absurd_number_of_originals_is_marked(self):
        one = record(components=[component("Đơn", originals=261)])

        assert one.content.papers[0]["originals"] == 1
        assert kinds(one) == {Kind.MANY_COPIES}

    def test_longest_names_are_kept_whole(self):
        name = "Cấp phép " + "a" * 1183
        paper = "Giấy " + "b" * 8000
        one = record(name=name, components=[component(paper)])

        assert one.name == name
        assert one.content.papers[0]["name"] + one.content.papers[0]["hint"] == paper
        assert kinds(one) == {Kind.LONG_NAME, Kind.LONG_PAPER_NAME}

    def test_tier_that_is_no_more_and_missing_decision_are_marked(self):
        one = record(requirements="Nộp ở cấp huyện", decision_no="", sectors=[])

        assert kinds(one) == {Kind.ABOLISHED_TIER, Kind.NO_DECISION, Kind.NO_FIELD}

    @pytest.mark.parametrize(
        "line",
        [
            b"{", b"[]", b"\xff", b"null", b'"x"', b"[" * 100_000,
            b'{"code": "9.900001"}',
            b'{"name": "Khong co ma"}',
            b'{"code": "abc", "name": "x"}',
            b'{"code": "9.900001", "name": "x", "sectors": 3}',
            b'{"code": "9.900001", "name": "x", "methods": ["x"]}',
            b'{"code": "9.900001", "name": "%s"}' % (b"x" * 1501),
        ],
    )  # fmt: skip
    def test_line_that_is_no_record_says_why(self, line):
        one = read_line(7, line)

        assert isinstance(one, Unreadable)
        assert one.line == 7
        assert one.why


@pytest.mark.django_db
class TestStoring:
    def test_detail_arrives_published_under_its_decision_without_offers(self):
        report = take(source(), listed())

        assert report.outcomes == {Outcome.PUBLISHED: 1, Outcome.LISTED: 1}
        procedure = Procedure.objects.get(code="9.900001")
        revision = procedure.current_revision
        assert procedure.state == ProcedureState.PUBLISHED
        assert (revision.decision_number, revision.decision_agency) == (
            "12/QĐ-BTN",
            "Bộ Thử nghiệm",
        )
        assert (revision.state, revision.published_at) == (RevisionState.PUBLISHED, AT)
        assert (revision.edited_by, revision.published_by) == (None, None)
        assert revision.cases.get().fees.get().amount_vnd == 50_000
        assert revision.papers.get().name == "Đơn đề nghị"
        assert procedure.content_level == 2
        assert "nuoi chim yen" in procedure.search_text
        assert not Offer.objects.exists()
        assert Procedure.objects.get(code="9.900002").state == ProcedureState.LISTED

    def test_page_tells_the_notes_beside_the_papers(self, client):
        take(source(components=[component("Đơn"), component("Nộp <b>sớm</b>", originals=0)]))

        page = client.get("/thu-tuc/9.900001/").content.decode()

        assert "Lưu ý về giấy tờ" in page
        assert "<p>Nộp sớm</p>" in page

    def test_twice_changes_nothing(self):
        take(source(), listed())
        before = list(ImportedRecord.objects.order_by("pk").values())

        report = take(listed(), source(), at=LATER)

        assert report.outcomes == {Outcome.UNCHANGED: 2}
        assert list(ImportedRecord.objects.order_by("pk").values()) == before
        assert Revision.objects.count() == 1

    def test_changed_record_supersedes_what_was_imported(self):
        take(source(), listed())

        report = take(source(name="Cấp phép nuôi yến"), listed(name="Tên mới"), at=LATER)

        assert report.outcomes == {Outcome.PUBLISHED: 1, Outcome.LISTED: 1}
        procedure = Procedure.objects.get(code="9.900001")
        assert (procedure.name, procedure.current_revision.number) == ("Cấp phép nuôi yến", 2)
        assert procedure.folded_name == "cap phep nuoi yen"
        assert "nuoi yen" in procedure.search_text
        states = procedure.revisions.order_by("number").values_list("state", flat=True)
        assert list(states) == [RevisionState.SUPERSEDED, RevisionState.PUBLISHED]
        assert Procedure.objects.get(code="9.900002").name == "Tên mới"

    def test_listed_procedure_that_gets_detail_is_published(self):
        take(listed("9.900001"))

        take(source(), at=LATER)

        procedure = Procedure.objects.get(code="9.900001")
        assert procedure.state == ProcedureState.PUBLISHED
        assert procedure.current_revision.number == 1

    def test_code_that_an_editor_has_changed_becomes_a_draft(self):
        procedure = RevisionFactory(procedure=ProcedureFactory(code="9.900001")).procedure
        shown = (procedure.name, procedure.current_revision_id)

        report = take(source())

        assert report.outcomes == {Outcome.DRAFTED: 1}
        procedure.refresh_from_db()
        assert (procedure.name, procedure.current_revision_id) == shown
        draft = procedure.revisions.get(state=RevisionState.DRAFT)
        assert (draft.number, draft.name) == (2, "Cấp giấy phép nuôi chim yến")
        assert take(source()).outcomes == {Outcome.UNCHANGED: 1}

    def test_newer_record_replaces_the_draft_that_nobody_touched(self):
        procedure = RevisionFactory(procedure=ProcedureFactory(code="9.900001")).procedure
        take(source())

        take(source(requirements="Mới"), at=LATER)

        draft = procedure.revisions.get(state=RevisionState.DRAFT)
        assert draft.requirements == "Mới"

    def test_draft_that_an_editor_works_on_is_left_alone(self):
        take(source())
        procedure = Procedure.objects.get(code="9.900001")
        draft = Revision.objects.create(
            procedure=procedure, number=2, name="Đang sửa", edited_by=StaffFactory()
        )

        report = take(source(requirements="Mới"), at=LATER)

        assert report.outcomes == {Outcome.DRAFTED: 1}
        draft.refresh_from_db()
        assert draft.name == "Đang sửa"
        procedure.refresh_from_db()
        assert procedure.current_revision.number == 1

    def test_published_import_of_a_person_is_followed_again(self):
        RevisionFactory(procedure=ProcedureFactory(code="9.900001"))
        take(source())
        draft = Revision.objects.get(state=RevisionState.DRAFT)
        publish_revision(revision_id=draft.pk, publisher=None, at=AT)

        report = take(source(requirements="Mới"), at=LATER)

        assert report.outcomes == {Outcome.PUBLISHED: 1}

    def test_bare_name_takes_nothing_from_what_is_known(self):
        take(source())

        report = take(listed("9.900001", name="Chỉ còn tên"), at=LATER)

        assert report.outcomes == {Outcome.LEFT: 1}
        procedure = Procedure.objects.get(code="9.900001")
        assert procedure.name == "Cấp giấy phép nuôi chim yến"
        assert procedure.state == ProcedureState.PUBLISHED

    def test_repealed_procedure_stays_repealed(self):
        ProcedureFactory(code="9.900001", state=ProcedureState.REPEALED)

        report = take(source())

        assert report.outcomes == {Outcome.LEFT: 1}
        assert Procedure.objects.get().state == ProcedureState.REPEALED
        assert not Revision.objects.exists()

    def test_names_that_several_codes_share_are_told_and_kept_apart(self):
        report = take(source(), listed(name="CẤP GIẤY PHÉP nuôi chim yến"))

        assert [finding.was for one in report.told for finding in one.findings] == [
            "9.900002", "9.900001",
        ]  # fmt: skip
        assert Procedure.objects.count() == 2
        assert all(one.needs_review for one in ImportedRecord.objects.all())

    def test_twin_marked_as_deleted_is_told_and_not_taken(self):
        report = take(listed("9.900001-Xoa", name="Tên đã xóa"), source())

        (one,) = report.told
        assert Kind.DELETED_TWIN in {finding.kind for finding in one.findings}
        assert Procedure.objects.get().name == "Cấp giấy phép nuôi chim yến"

    def test_fields_that_differ_only_in_case_are_one(self):
        take(source(), source("9.900003", sectors=["CHĂN NUÔI"]), listed())

        assert {one.field.slug for one in Procedure.objects.all()} == {"chan-nuoi"}

    @pytest.mark.parametrize("spoilt", [b"{", b'{"code": "9.900001", "name": "Trung ma"}'])
    def test_one_wrong_line_stores_nothing(self, spoilt):
        with pytest.raises(UnreadableFile) as caught:
            import_records([*read(source()), read_line(2, spoilt)], at=AT)

        assert [line.line for line in caught.value.lines] == [2]
        assert not Procedure.objects.exists()

    def test_dry_run_tells_the_same_and_stores_nothing(self):
        report = take(source(), listed(), dry_run=True)

        assert report.outcomes == {Outcome.PUBLISHED: 1, Outcome.LISTED: 1}
        assert not Procedure.objects.exists()
        assert not ImportedRecord.objects.exists()


@pytest.mark.django_db
class TestCommand:
    @pytest.fixture
    def path(self, tmp_path):
        path = tmp_path / "thu-tuc.jsonl.gz"
        lines = [json.dumps(source(" 9.900001")), "", json.dumps(listed())]
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
        return path

    def test_report_goes_line_by_line(self, path):
        out = StringIO()

        call_command("import_procedures", str(path), stdout=out)

        lines = out.getvalue().splitlines()
        assert lines[0].startswith("dòng 1 · 9.900001 · công bố · đã sửa: mã có dấu cách")
        assert lines[1] == "dòng 3 · 9.900002 · chỉ có tên, chưa đủ thông tin"
        assert "2 bản ghi" in lines
        assert Procedure.objects.count() == 2

    def test_report_can_go_into_a_file_and_nothing_be_stored(self, path, tmp_path):
        out = StringIO()

        call_command(
            "import_procedures",
            str(path),
            dry_run=True,
            report=tmp_path / "bao-cao.txt",
            stdout=out,
        )

        assert "Chỉ xem thử" in out.getvalue()
        assert "dòng 1 · 9.900001" in (tmp_path / "bao-cao.txt").read_text()
        assert not Procedure.objects.exists()

    def test_wrong_lines_are_named(self, tmp_path):
        path = tmp_path / "hong.jsonl"
        path.write_text("{\n")
        err = StringIO()

        with pytest.raises(CommandError, match="1 dòng"):
            call_command("import_procedures", str(path), stderr=err)

        assert err.getvalue().startswith("dòng 1: ")

    @pytest.mark.parametrize(
        "content",
        [b"khong phai gzip", gzip.compress(b"{}" * 99, mtime=0)[:14]],
        ids=["no archive", "cut off"],
    )
    def test_broken_archive_is_said(self, tmp_path, content):
        path = tmp_path / "hong.jsonl.gz"
        path.write_bytes(content)

        with pytest.raises(CommandError, match="hỏng"):
            call_command("import_procedures", str(path))

    def test_missing_file_is_said(self, tmp_path):
        with pytest.raises(CommandError, match="Không có tệp"):
            call_command("import_procedures", str(tmp_path / "khong.jsonl"))


@pytest.mark.django_db
def test_every_nineteenth_record_of_the_nation_is_taken():
    """The real defects of the whole record, on a sample that costs a second or two."""
    path = Path(os.environ.get("NATIONAL_RECORD", "data/procedures.jsonl.gz"))
    if not path.is_file():
        pytest.skip("NATIONAL_RECORD names no file: the national record is not here")
    with gzip.open(path, "rb") as lines:
        sample = islice(enumerate(lines, start=1), 0, None, 19)
        records = [read_line(number, line) for number, line in sample]

    report = import_records(records, at=AT)

    assert report.outcomes[Outcome.PUBLISHED] > 100
    assert import_records(records, at=LATER).outcomes == {Outcome.UNCHANGED: len(records)}
