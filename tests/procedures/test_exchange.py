"""Procedures written out and taken in again: nothing lost, nothing published, nothing by halves."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from portal.operations.services.seed_catalogue import seed_procedures, seed_units
from procedures.enums import ProcedureState, RevisionState
from procedures.exchange import shape
from procedures.exchange.columns import columns
from procedures.exchange.dumping import dump_procedures
from procedures.exchange.given import read_package
from procedures.exchange.package import Package, UnreadablePackage, write_json
from procedures.exchange.report import Outcome
from procedures.models import (
    Case,
    FeeRule,
    Field,
    Offer,
    Paper,
    PrintableForm,
    Procedure,
    ProcessingTime,
    Revision,
    WorkflowVersion,
)
from procedures.selectors.exchange import export_archive, export_json
from procedures.services import exchanging
from procedures.services.drafting import open_draft
from procedures.services.publishing import publish_revision
from procedures.services.reviewing import send_to_review
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
)

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def packed(*documents, **more):
    whole = {"format": "portal.procedures", "version": 1, "procedures": list(documents), **more}
    return json.dumps(whole, ensure_ascii=False).encode()


def check(data, by):
    package = Package(data)
    return exchanging.take(read_package(package), package=package, by=by, at=AT, dry_run=True)


def take(data, by):
    package = Package(data)
    return exchanging.take(
        read_package(package),
        package=package,
        by=by,
        at=AT,
        dry_run=False,
        expected=check(data, by).digest,
    )


def minimal(code="9.900001", **more):
    field = {"slug": "chan-nuoi", "name": "Chăn nuôi"}
    return {"code": code, "name": "Cấp giấy nuôi yến", "field": field, **more}


def revision(**more):
    return {"name": "Cấp giấy nuôi yến", **more}


def exported(*codes):
    chosen = Procedure.objects.filter(code__in=codes) if codes else Procedure.objects.all()
    return list(dump_procedures(chosen))


def test_whole_catalogue_comes_back_as_it_was(editor):
    """All the procedures of the demonstration, under other codes, so that all is made anew."""
    seed_procedures(seed_units(valid_from=date(2026, 1, 1)), at=AT)
    before = b"".join(export_archive(Procedure.objects.all()))
    codes = list(Procedure.objects.values_list("code", flat=True))
    moved = in_archive(before, lambda text: re.sub(f'"({"|".join(codes)})"', r'"\1.X"', text))
    revisions = Revision.objects.count()

    assert set(take(before, editor).counts) == {Outcome.UNCHANGED}
    assert Revision.objects.count() == revisions

    assert take(moved, editor).counts == {Outcome.NEW: len(codes)}
    taken = Procedure.objects.filter(code__endswith=".X")
    assert set(taken.values_list("state", flat=True)) == {ProcedureState.LISTED}
    drafts = Revision.objects.filter(procedure__in=taken)
    assert set(drafts.values_list("state", flat=True)) == {RevisionState.DRAFT}

    publisher = StaffFactory(role=Role.PUBLISHER)
    for draft in drafts:
        send_to_review(revision_id=draft.pk, editor=editor, at=AT)
        publish_revision(revision_id=draft.pk, publisher=publisher, at=AT)
    # Published apart, by their own decision.
    for workflow in WorkflowVersion.objects.filter(published_at=None):
        WorkflowVersion.objects.filter(pk=workflow.pk).update(published_at=AT)
        served = Offer.objects.filter(procedure=workflow.procedure, declared_level__gte=3)
        assert set(served.values_list("workflow_version", flat=True)) <= {None}
        served.update(workflow_version=workflow)
    again = b"".join(export_archive(taken))
    assert lines_of(again) == lines_of(moved)
    assert len(lines_of(again)) >= 20
    # The forms are files of their own now, with the same bytes.
    assert files_of(again) == files_of(before)
    assert files_of(before)
    keys = PrintableForm.objects.values_list("storage_key", flat=True)
    assert len(set(keys)) == len(keys)


def in_archive(data, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "procedures.jsonl":
                content = change(content.decode()).encode()
            new.writestr(name, content)
    return out.getvalue()


def lines_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("procedures.jsonl").decode().splitlines()


def files_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: archive.read(name) for name in archive.namelist() if name.startswith("files/")
        }


class TestTakingIn:
    def test_new_code_is_listed_with_a_draft(self, editor):
        report = take(packed(minimal(revision=revision())), editor)

        assert report.counts == {Outcome.NEW: 1}
        procedure = Procedure.objects.get()
        assert (procedure.state, procedure.current_revision) == (ProcedureState.LISTED, None)
        draft = procedure.revisions.get()
        assert (draft.state, draft.edited_by) == (RevisionState.DRAFT, editor)
        assert draft.cases.get().is_default
        assert "nuoi yen" in procedure.search_text

    def test_change_becomes_a_draft_and_the_public_page_stays(self, editor):
        shown = RevisionFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        document["revision"]["requirements"] = "Có chuồng nuôi."

        report = take(packed(document), editor)

        assert report.counts == {Outcome.CHANGED: 1}
        assert report.lines[0].words == ("đổi: yêu cầu, điều kiện",)
        procedure = Procedure.objects.get()
        assert procedure.current_revision == shown
        draft = procedure.revisions.get(state=RevisionState.DRAFT)
        assert (draft.requirements, draft.based_on, draft.number) == ("Có chuồng nuôi.", shown, 2)

    def test_twice_changes_nothing(self, editor):
        RevisionFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        document["revision"]["summary"] = "Khác."
        data = packed(document, minimal("9.900002", revision=revision()))
        take(data, editor)
        before = list(Revision.objects.order_by("pk").values())

        report = take(data, editor)

        assert report.counts == {Outcome.UNCHANGED: 2}
        assert list(Revision.objects.order_by("pk").values()) == before

    def test_dry_run_says_the_same_and_stores_nothing(self, editor):
        report = check(packed(minimal(revision=revision())), editor)

        assert report.counts == {Outcome.NEW: 1}
        assert not Procedure.objects.exists()
        assert not Field.objects.exists()

    def test_one_line_that_cannot_be_taken_keeps_all_out(self, editor):
        data = packed(minimal(), minimal("9.900002", name=""))

        with pytest.raises(exchanging.CatalogueMoved) as caught:
            take(data, editor)

        assert [line.outcome for line in caught.value.report.lines] == [
            Outcome.NEW,
            Outcome.REFUSED,
        ]
        assert not Procedure.objects.exists()

    def test_what_was_not_confirmed_is_not_stored(self, editor):
        data = packed(minimal())
        package = Package(data)
        seen = check(data, editor).digest
        ProcedureFactory(code="9.900001")

        with pytest.raises(exchanging.CatalogueMoved):
            exchanging.take(
                read_package(package), package=package, by=editor, at=AT, dry_run=False,
                expected=seen,
            )  # fmt: skip

        assert not Revision.objects.exists()

    def test_draft_of_a_person_is_not_overwritten(self, editor):
        RevisionFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        open_draft(code="9.900001", editor=StaffFactory(full_name="Trần Văn Biên"), at=AT)
        document["revision"]["summary"] = "Khác."

        report = check(packed(document), editor)

        assert report.counts == {Outcome.REFUSED: 1}
        assert "Trần Văn Biên" in report.lines[0].words[0]

    def test_repealed_stays_repealed(self, editor):
        ProcedureFactory(code="9.900001", state=ProcedureState.REPEALED)
        data = packed(minimal(revision=revision()), minimal("9.900002", state="REPEALED"))

        assert take(data, editor).counts == {Outcome.LEFT: 2}
        assert Procedure.objects.count() == 1

    def test_letters_are_composed(self, editor):
        take(packed(minimal(name="Ca\u0302\u0301p gia\u0302\u0301y")), editor)

        assert Procedure.objects.get().name == "Cấp giấy"

    def test_offer_is_added_for_a_unit_by_its_code(self, editor):
        unit = UnitFactory()
        given = {
            "unit": unit.code, "declared_level": 2, "service_mode": "INFORMATION",
            "returns": ["COUNTER"], "valid_from": "2026-01-01", "decision_number": "5/QĐ",
        }  # fmt: skip

        report = take(packed(minimal(offers=[given])), editor)

        assert report.gives_offers
        offer = Offer.objects.get()
        assert (offer.unit, offer.declared_level, offer.decision_number) == (unit, 2, "5/QĐ")

    def test_workflow_arrives_as_a_draft_that_no_offer_runs_on(self, editor):
        offer = OfferFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        moved = {**document, "code": "9.900002"}

        take(packed(moved), editor)

        draft = WorkflowVersion.objects.get(procedure__code="9.900002")
        assert (draft.published_at, draft.edited_by) == (None, editor)
        assert draft.steps == offer.workflow_version.steps
        assert Offer.objects.get(procedure__code="9.900002").workflow_version is None
        assert take(packed(moved), editor).counts == {Outcome.UNCHANGED: 1}

    def test_workflow_that_people_work_on_is_not_overwritten(self, editor):
        OfferFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        WorkflowVersion.objects.create(
            procedure=Procedure.objects.get(), number=2, steps=[], edited_by=editor
        )
        document["workflows"][0]["steps"][0]["hours"] += 1

        [line] = check(packed(document), editor).lines

        assert "bản nháp quy trình khác" in line.words[0]

    def test_offer_that_differs_from_ours_is_a_persons_to_change(self, editor):
        offer = OfferFactory(procedure=ProcedureFactory(code="9.900001"))
        [document] = exported()
        document["offers"][0]["declared_level"] = 1 if offer.declared_level != 1 else 2

        report = check(packed(document), editor)

        assert report.counts == {Outcome.REFUSED: 1}

    @pytest.mark.parametrize(
        ("given", "why"),
        [
            (minimal("abc"), "code"),
            (minimal(tiers=["HUYEN"]), "tiers"),
            (minimal(revision=revision(papers=[{"key": "a", "name": "A", "case_keys": ["x"]}])),
             "x"),
            (minimal(revision=revision(papers=[{"key": "a", "name": "A"}] * 2)), "hai lần"),
            (minimal(revision=revision(decision_date="2026-02-31")), "2026-02-31"),
            (minimal(revision=revision(summary="a\x00b")), "ký tự"),
            (minimal(revision=revision(form={"name": "T", "definition": {"version": 9}})),
             "tờ khai"),
            (minimal(offers=[{"unit": "khong-co", "declared_level": 2, "service_mode": "FULL",
                              "returns": ["POST"], "valid_from": "2026-01-01"}]), "khong-co"),
            (minimal(revision=revision(printable_forms=[
                {"key": "m", "name": "Mẫu", "sha256": "0" * 64}])), "thiếu tệp"),
            (minimal(revision=revision(cases=[{"key": "a", "name": "A", "fees": [
                {"key": "p", "name": "P", "kind": "CHARGE", "status": "AMOUNT"}]}])), "AMOUNT"),
            (minimal(thua=1), "thua"),
            (["khong", "phai"], "không phải"),
            (None, "không phải"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_in_words(self, editor, given, why):
        report = check(packed(given), editor)

        [line] = report.lines
        assert line.outcome == Outcome.REFUSED
        assert why in " ".join(line.words)

    def test_code_that_stands_twice_is_said(self, editor):
        report = check(packed(minimal(), minimal()), editor)

        assert report.lines[1].words == ("mã này đã có ở dòng 1 của tệp",)


class TestFiles:
    @pytest.mark.parametrize(
        "data",
        [
            b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b"PK\x03\x04", b"PK\x05\x06",
            b"PK\x05\x06" + b"\xff" * 18, b'{"format": "khac", "version": 1, "procedures": []}',
            b'{"format": "portal.procedures", "version": 2, "procedures": []}',
            b'{"format": "portal.procedures", "version": 1, "procedures": 3}',
        ],
    )  # fmt: skip
    def test_file_that_is_no_package_says_why(self, data):
        with pytest.raises(UnreadablePackage, match=r"\w"):
            Package(data)

    def test_archive_that_swells_is_refused(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.json", json.dumps({"format": shape.FORMAT, "version": 1}))
            archive.writestr("procedures.jsonl", b" " * 30_000_000)

        with pytest.raises(UnreadablePackage, match="lớn bất thường"):
            Package(out.getvalue())

    def test_form_with_another_content_than_its_hash_is_missing(self, editor):
        out = io.BytesIO()
        form = {"key": "m", "name": "Mẫu", "sha256": "0" * 64}
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("manifest.json", json.dumps({"format": shape.FORMAT, "version": 1}))
            document = minimal(revision=revision(printable_forms=[form]))
            archive.writestr("procedures.jsonl", json.dumps(document))
            archive.writestr("files/" + "0" * 64, b"%PDF-1.4 khac")

        assert "thiếu tệp" in check(out.getvalue(), editor).lines[0].words[0]

    def test_json_is_written_piece_by_piece(self):
        RevisionFactory.create_batch(3)

        pieces = list(export_json(Procedure.objects.all()))

        assert len(pieces) > 3
        assert len(json.loads(b"".join(pieces))["procedures"]) == 3
        assert b"".join(write_json(iter(exported()))) == b"".join(pieces)


class TestSchema:
    @pytest.mark.parametrize(
        ("name", "model"),
        [("case", Case), ("fee", FeeRule), ("paper", Paper), ("printable_form", PrintableForm)],
    )
    def test_knows_every_column(self, name, model):
        """A column that is new is lost on the way until schema.json names it."""
        described = shape.schema()["$defs"][name]["properties"]

        assert {field.name for field in columns(model)} <= set(described)
        for field in columns(model):
            if "maxLength" in described[field.name] and field.max_length:
                assert described[field.name]["maxLength"] == field.max_length, field.name

    def test_knows_what_a_revision_and_an_offer_say(self):
        defs = shape.schema()["$defs"]
        whole = shape.blank_revision("x")

        assert set(whole) == set(defs["revision"]["properties"])
        assert {field.name for field in columns(Offer)} <= set(defs["offer"]["properties"])
        time = defs["case"]["properties"]["times"]["items"]["properties"]
        assert {field.name for field in columns(ProcessingTime)} == set(time)

    def test_every_export_follows_it(self):
        FeeRuleFactory(case=RevisionFactory().cases.get())

        for document in exported():
            assert shape.read_document(document) == document
