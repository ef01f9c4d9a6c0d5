"""The forms of a draft's texts: what it is, how it runs, where to file, its grounds."""

from contextlib import suppress
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import IdentityLevel
from procedures.enums import FeeMoment
from procedures.forms.part_base import PartForm, said_by
from procedures.forms.part_fields import (
    LONG,
    CountField,
    LinesField,
    OneField,
    PlainField,
    RowDayField,
)
from procedures.forms.part_rows import RowForm
from procedures.models import Revision
from procedures.services import parts_texts
from procedures.services.parts_texts import Filing, General, Ground, Grounds, Order, OrderStep


class ResultRow(RowForm):
    noun = _("kết quả")
    title_field = "text"

    text = PlainField(label=_("Kết quả"), max_length=2000, lines=1)


class GeneralForm(PartForm):
    """What the procedure is called, whom it is for and what comes of it."""

    lists: ClassVar = {"results": ResultRow}

    name = PlainField(label=_("Tên chính thức"), max_length=1500, lines=2)
    everyday_name = PlainField(
        label=_("Tên thường gọi"),
        max_length=200,
        required=False,
        help_text=_("Lời người dân hay nói, ví dụ: Làm giấy khai sinh."),
    )
    summary = PlainField(label=_("Thủ tục này để làm gì"), max_length=LONG, required=False, lines=3)
    keywords = LinesField(
        label=_("Từ khóa"),
        most=100,
        line_length=120,
        required=False,
        help_text=_("Mỗi dòng một từ khóa: những cách nói khác để tìm ra thủ tục này."),
    )
    subjects = LinesField(
        label=_("Đối tượng thực hiện"),
        most=50,
        line_length=200,
        required=False,
        help_text=_("Mỗi dòng một đối tượng."),
    )
    agency_text = PlainField(label=_("Cơ quan thực hiện"), max_length=LONG, required=False, lines=2)
    requirements = PlainField(
        label=_("Yêu cầu, điều kiện"),
        max_length=LONG,
        required=False,
        lines=4,
        help_text=_("Không có điều kiện nào thì ghi “Không có.”"),
    )

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        said = parts_texts.read_general(revision)
        return said_by(said, without="results") | {
            "results": [{"text": text} for text in said.results]
        }

    def part(self) -> General:
        results = [row.cleaned_data["text"] for row in self.kept("results")]
        return General(**self.cleaned_data, results=tuple(results))


class OrderStepRow(RowForm):
    noun = _("bước")
    title_field = "title"

    title = PlainField(label=_("Tên bước"), max_length=500, required=False)
    text = PlainField(label=_("Nội dung"), max_length=LONG, required=False, lines=3)


class OrderForm(PartForm):
    """The order in which things are done."""

    lists: ClassVar = {"steps": OrderStepRow}

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        return {"steps": [said_by(step) for step in parts_texts.read_order(revision).steps]}

    def part(self) -> Order:
        return Order(
            tuple(
                OrderStep(row.cleaned_data["title"], row.cleaned_data["text"])
                for row in self.kept("steps")
                if row.cleaned_data["title"] or row.cleaned_data["text"]
            )
        )


class FilingForm(PartForm):
    """Where and how it is filed."""

    filing_places = PlainField(
        label=_("Nơi nộp và cách nộp"), max_length=LONG, required=False, lines=4
    )
    dossier_sets = CountField(label=_("Số bộ hồ sơ"), least=1, most=20, initial=1)
    fee_moment = OneField(
        label=_("Nộp phí, lệ phí khi nào"),
        choices=FeeMoment.choices,
        initial=FeeMoment.AFTER_ACCEPTANCE,
    )
    presence_required = forms.BooleanField(
        label=_("Người nộp phải có mặt ít nhất một lần"), required=False
    )
    presence_note = PlainField(
        label=_("Phải có mặt khi nào, để làm gì"), max_length=300, required=False
    )
    required_identity = OneField(
        label=_("Nộp trực tuyến cần xác nhận danh tính đến mức nào"),
        choices=IdentityLevel.choices,
        initial=IdentityLevel.DECLARED,
    )
    paper_notes = PlainField(
        label=_("Lưu ý về giấy tờ"),
        max_length=LONG,
        required=False,
        lines=3,
        help_text=_("Điều cần biết nhưng không phải là một giấy tờ phải nộp."),
    )

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        return said_by(parts_texts.read_filing(revision))

    def part(self) -> Filing:
        return Filing(**self.cleaned_data)


class GroundRow(RowForm):
    noun = _("căn cứ")
    title_field = "title"

    number = PlainField(label=_("Số, ký hiệu"), max_length=200, required=False)
    title = PlainField(label=_("Tên văn bản"), max_length=4000, lines=1, required=False)
    date = RowDayField(label=_("Ngày ban hành"), required=False)
    agency = PlainField(label=_("Cơ quan ban hành"), max_length=300, required=False)


class GroundsForm(PartForm):
    """The legal grounds and the publishing decision."""

    lists: ClassVar = {"grounds": GroundRow}

    decision_number = PlainField(label=_("Số quyết định"), max_length=80, required=False)
    decision_date = RowDayField(label=_("Ngày quyết định"), required=False)
    decision_agency = PlainField(label=_("Cơ quan công bố"), max_length=200, required=False)

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        said = parts_texts.read_grounds(revision)
        return said_by(said, without="grounds") | {
            "grounds": [said_by(row) | {"date": _day(row.date)} for row in said.grounds]
        }

    def part(self) -> Grounds:
        rows = [row.cleaned_data for row in self.kept("grounds")]
        grounds = (
            Ground(
                number=row["number"],
                title=row["title"],
                date=row["date"].isoformat() if row["date"] else "",
                agency=row["agency"],
            )
            for row in rows
            if row["number"] or row["title"]
        )
        return Grounds(grounds=tuple(grounds), **self.cleaned_data)


def _day(written: str) -> date | str:
    with suppress(ValueError):
        return date.fromisoformat(written)
    return written
