"""Taking the national record in: all or nothing, twice changes nothing, editors are left alone."""

import gzip
import json
from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command

from procedures.enums import ProcedureState, RevisionState
from procedures.importing.findings import Kind
from procedures.importing.reading import read_line
from procedures.models import ImportedRecord, Offer, Procedure, Revision
from procedures.services.importing import Outcome, UnreadableFile, import_records
from procedures.services.publishing import publish_revision
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import ProcedureFactory, RevisionFactory
from tests.procedures.national import AT, LATER, component, listed, read, source, take
from tests.samples import NATIONAL_RECORD


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
    if not NATIONAL_RECORD.is_file():
        pytest.skip(f"the national record is absent: {NATIONAL_RECORD}")
    with gzip.open(NATIONAL_RECORD, "rb") as lines:
        sample = islice(enumerate(lines, start=1), 0, None, 19)
        records = [read_line(number, line) for number, line in sample]

    report = import_records(records, at=AT)

    assert report.outcomes[Outcome.PUBLISHED] > 100
    assert import_records(records, at=LATER).outcomes == {Outcome.UNCHANGED: len(records)}
