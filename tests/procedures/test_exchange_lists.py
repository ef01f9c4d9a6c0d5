"""Lists in workbooks: what people's programs make of them, and what people send back."""

import io
import unicodedata
import zipfile
from datetime import UTC, date, datetime

import pytest
from openpyxl import Workbook, load_workbook

from procedures.enums import ExchangeKind, FeeStatus, ProcedureState, RevisionState
from procedures.exchange.lists import BY_SLUG, LISTS
from procedures.exchange.overlays import read_list
from procedures.exchange.report import Outcome
from procedures.exchange.workbooks import UnreadableWorkbook, read_rows
from procedures.models import Offer, Procedure, Revision
from procedures.selectors.exchange import export_list
from procedures.services import exchanging
from tests.factories.accounts import UnitFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
)
from tests.samples import UPLOADS

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def workbook(*rows, above=0):
    book = Workbook()
    sheet = book.active
    for _line in range(above):
        sheet.append(["DANH SÁCH"])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def take(data, by, *, kind=ExchangeKind.PROCEDURES, dry_run=False):
    def run(dry_run, expected=""):
        return exchanging.take(
            read_list(kind, read_rows(data)), package=None, by=by, at=AT, dry_run=dry_run,
            expected=expected,
        )  # fmt: skip

    checked = run(True)
    return checked if dry_run else run(False, checked.digest)


HEADER = ["STT", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cấp thực hiện", "Từ khóa",
          "Quyết định công bố", "Ngày quyết định"]  # fmt: skip


class TestWriting:
    @pytest.mark.parametrize("sign", "=+-@")
    def test_nothing_becomes_a_formula(self, sign):
        name = f"{sign}cmd|' /C calc'!A0"
        ProcedureFactory(name=name, code="1.000010")

        with export_list("thu-tuc", Procedure.objects.all()) as file:
            sheet = load_workbook(file).active

        assert (sheet["B2"].value, sheet["B2"].data_type) == (name, "s")
        assert (sheet["A2"].value, sheet["A2"].number_format) == ("1.000010", "@")

    def test_header_stays_in_sight_and_columns_are_wide_enough(self):
        RevisionFactory()

        with export_list("thu-tuc", Procedure.objects.all()) as file:
            sheet = load_workbook(file).active

        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["B"].width == 60
        assert sheet["I2"].value == datetime(2026, 1, 2)  # noqa: DTZ001 -- a day, as programs have it
        assert sheet["I2"].number_format == "dd/mm/yyyy"

    @pytest.mark.parametrize("one", LISTS, ids=lambda one: one.slug)
    def test_each_list_has_a_row_for_each_thing(self, one):
        offer = OfferFactory()
        FeeRuleFactory(case=offer.procedure.current_revision.cases.get())

        with export_list(one.slug, Procedure.objects.all()) as file:
            rows = list(load_workbook(file).active.values)

        assert rows[0] == tuple(column.header for column in one.columns)
        assert all(len(row) == len(one.columns) for row in rows)
        assert rows[1][0] == offer.procedure.code

    def test_signs_that_no_workbook_holds_are_left_out(self):
        ProcedureFactory(name="Cấp\x0bthẻ")

        with export_list("thu-tuc", Procedure.objects.all()) as file:
            assert load_workbook(file).active["B2"].value == "Cấp thẻ"


class TestProcedures:
    def test_new_and_known_codes_become_drafts(self, editor):
        shown = RevisionFactory(procedure=ProcedureFactory(code="9.000001"))
        data = workbook(
            HEADER,
            [1, "9.000001", "Tên mới", None, None, None, "7/QĐ", date(2026, 5, 4)],
            [2, "9.000002", "Cấp phép nuôi yến", "Chăn nuôi", "cấp tỉnh; xã", "yến; chim",
             None, "04/05/2026"],
            [None] * 8,
            above=3,
        )  # fmt: skip

        report = take(data, editor)

        assert [(line.line, line.outcome) for line in report.lines] == [
            (5, Outcome.CHANGED),
            (6, Outcome.NEW),
        ]
        draft = Revision.objects.get(procedure__code="9.000001", state=RevisionState.DRAFT)
        assert (draft.name, draft.decision_number) == ("Tên mới", "7/QĐ")
        assert draft.decision_date == date(2026, 5, 4)
        # What the list does not name is as it was.
        assert draft.summary == shown.summary
        assert draft.papers.count() == shown.papers.count()
        new = Procedure.objects.get(code="9.000002")
        assert (new.state, new.tiers) == (ProcedureState.LISTED, ["PROVINCE", "COMMUNE"])
        assert new.revisions.get().keywords == ["yến", "chim"]
        assert new.revisions.get().decision_date == date(2026, 5, 4)

    def test_twice_and_an_export_change_nothing(self, editor):
        RevisionFactory(
            procedure=ProcedureFactory(code="9.000001"),
            agency_text="Ủy ban\nnhân dân",
            keywords=["một", "hai"],
        )
        ProcedureFactory(code="9.000003")
        data = workbook(HEADER, [1, "9.000002", "Cấp phép", "Chăn nuôi"])
        take(data, editor)
        with export_list("thu-tuc", Procedure.objects.all()) as file:
            exported = file.read()

        assert take(data, editor).counts == {Outcome.UNCHANGED: 1}
        assert take(exported, editor).counts == {Outcome.UNCHANGED: 3}

    def test_stray_spaces_markup_and_loose_accents_are_mended_and_told(self, editor):
        loose = unicodedata.normalize("NFD", "Cấp <b>phép</b>\u200b")
        data = workbook(HEADER, [1, " 9.000002 ", loose, "Chăn nuôi"])

        [line] = take(data, editor).lines

        assert Procedure.objects.get().code == "9.000002"
        assert Procedure.objects.get().name == "Cấp phép"
        told = " ".join(line.words)
        assert "dấu cách" in told
        assert "viết rời" in told
        assert "HTML" in told

    def test_code_typed_as_a_number_is_read(self, editor):
        take(workbook(HEADER, [1, 9.0001, "Cấp phép", "Chăn nuôi"]), editor)

        assert Procedure.objects.get().code == "9.000100"

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            ([1, None, "Tên", "Chăn nuôi"], "thiếu mã"),
            ([1, "abc", "Tên", "Chăn nuôi"], "thiếu mã"),
            ([1, "9.000002", None, "Chăn nuôi"], "thiếu tên"),
            ([1, "9.000002", "Tên", None], "thiếu lĩnh vực"),
            ([1, "9.000002", "Tên", "A", "huyện"], "không hiểu"),
            ([1, "9.000002", "Tên", "A", "", "", "", "31/02/2026"], "31/02/2026"),
            ([1, "9.000002", "T" * 1501, "A"], "name"),
        ],
    )
    def test_wrong_row_is_said_and_keeps_all_out(self, editor, row, why):
        data = workbook(HEADER, [1, "9.000001", "Được", "Chăn nuôi"], row)

        with pytest.raises(exchanging.CatalogueMoved) as caught:
            take(data, editor)

        assert why in " ".join(caught.value.report.lines[1].words)
        assert not Procedure.objects.exists()


class TestFeesAndOffers:
    def test_local_fee_with_its_decision_goes_into_a_draft(self, editor):
        fee = FeeRuleFactory(case=RevisionFactory().cases.get())
        code = fee.case.revision.procedure.code
        header = ["Mã thủ tục", "Trường hợp", "Mã khoản thu", "Mức thu (đồng)",
                  "Quyết định của địa phương"]  # fmt: skip
        data = workbook(header, [code, fee.case.key, fee.key, "12.000 đồng", "NQ 5/2026"])

        report = take(data, editor, kind=ExchangeKind.FEES)

        assert report.counts == {Outcome.CHANGED: 1}
        draft = Revision.objects.get(state=RevisionState.DRAFT)
        changed = draft.cases.get(key=fee.case.key).fees.get()
        assert (changed.amount_vnd, changed.local_decision) == (12_000, "NQ 5/2026")
        assert changed.status == FeeStatus.AMOUNT
        assert take(data, editor, kind=ExchangeKind.FEES).counts == {Outcome.UNCHANGED: 1}

    @pytest.mark.parametrize(
        ("amount", "decision", "why"),
        [
            (999, "NQ 5", "dưới 1.000"),
            ("tùy", "NQ 5", "số tiền"),
            (9_000, None, "thiếu quyết định"),
        ],
    )
    def test_fee_that_is_not_certain_is_refused(self, editor, amount, decision, why):
        fee = FeeRuleFactory(case=RevisionFactory().cases.get())
        header = ["Mã thủ tục", "Trường hợp", "Mã khoản thu", "Mức thu (đồng)",
                  "Quyết định của địa phương"]  # fmt: skip
        row = [fee.case.revision.procedure.code, fee.case.key, fee.key, amount, decision]

        [line] = take(workbook(header, row), editor, kind=ExchangeKind.FEES, dry_run=True).lines

        assert line.outcome == Outcome.REFUSED
        assert why in line.words[0]

    def test_offers_are_added_and_an_export_changes_nothing(self, editor):
        unit = UnitFactory()
        code = RevisionFactory().procedure.code
        header = [column.header for column in BY_SLUG["dich-vu"].columns]
        row = [code, None, unit.code, None, 2, "một phần", "tại quầy, qua bưu chính", "8/QĐ",
               date(2026, 1, 2), "01/02/2026"]  # fmt: skip

        report = take(workbook(header, row), editor, kind=ExchangeKind.OFFERS)

        assert report.gives_offers
        offer = Offer.objects.get()
        assert (offer.unit, offer.declared_level, offer.valid_from) == (unit, 2, date(2026, 2, 1))
        assert offer.returns == ["COUNTER", "POST"]
        with export_list("dich-vu", Procedure.objects.all()) as file:
            again = take(file.read(), editor, kind=ExchangeKind.OFFERS)
        assert again.counts == {Outcome.UNCHANGED: 1}

    def test_offer_without_a_decision_is_refused(self, editor):
        code = RevisionFactory().procedure.code
        header = ["Mã thủ tục", "Cấp", "Mức độ", "Hình thức", "Cách trả kết quả", "Từ ngày"]
        data = workbook(header, [code, "xã", 2, "một phần", "tại quầy", "01/02/2026"])

        [line] = take(data, editor, kind=ExchangeKind.OFFERS, dry_run=True).lines

        assert "thiếu số quyết định" in line.words[0]


def stored(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


class TestHostileFiles:
    @pytest.mark.parametrize(
        "data",
        [
            b"", b"khong phai bang tinh", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9,
            stored(readme="x"),
            stored(xl__workbook_xml="<a"),
            stored(xl__workbook_xml="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            stored(xl__workbook_xml="<a/>", xl__vbaProject="x"),
            stored(xl__workbook_xml=b" " * 90_000_000),
        ],
        ids=range(9),
    )  # fmt: skip
    def test_are_refused_in_words(self, data):
        with pytest.raises(UnreadableWorkbook, match=r"Hãy|không"):
            read_rows(data)

    def test_formula_is_what_it_last_gave_and_never_itself(self):
        assert read_rows(workbook(["a"], ['=HYPERLINK("http://x")'])) == [["a"], []]

    def test_unknown_column_is_named(self):
        data = workbook(["Mã thủ tục", "Mật khẩu"], ["9.000001", "x"])

        with pytest.raises(UnreadableWorkbook, match="Mật khẩu"):
            list(read_list(ExchangeKind.PROCEDURES, read_rows(data)))

    def test_list_without_a_header_is_said(self):
        with pytest.raises(UnreadableWorkbook, match="tiêu đề"):
            list(read_list(ExchangeKind.PROCEDURES, read_rows(workbook(["a", "b"]))))

    def test_merged_cells_are_read(self, editor):
        book = Workbook()
        book.active.append(HEADER)
        book.active.append([1, "9.000001", "Tên", "Chăn nuôi"])
        book.active.append([None, None, "phần gộp"])
        book.active.merge_cells("C2:C3")
        out = io.BytesIO()
        book.save(out)

        assert take(out.getvalue(), editor).counts == {Outcome.NEW: 1}

    def test_samples_of_attackers_are_refused_or_harmless(self):
        samples = sorted((UPLOADS / "bad").glob("*.xls*"))
        if not samples:
            pytest.skip(f"the folder of sample uploads is absent: {UPLOADS}")
        for sample in samples:
            with pytest.raises(UnreadableWorkbook):
                list(read_list(ExchangeKind.PROCEDURES, read_rows(sample.read_bytes())))
