"""Which form, use case and template each part of a draft has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from procedures.forms.part_base import PartForm
from procedures.forms.parts_cases import CasesForm
from procedures.forms.parts_fees import FeesForm
from procedures.forms.parts_papers import PapersForm, PrintablesForm
from procedures.forms.parts_questions import QuestionsForm
from procedures.forms.parts_texts import FilingForm, GeneralForm, GroundsForm, OrderForm
from procedures.services import parts_cases, parts_fees, parts_papers, parts_questions, parts_texts


@dataclass(frozen=True, slots=True)
class PartPage:
    """How one part is asked for and saved."""

    form: type[PartForm]
    save: Callable[..., int]
    template: str
    lead: StrOrPromise = ""
    # Some of its rows may carry rows of other parts with them.
    asks: bool = False


PAGES: Final[Mapping[str, PartPage]] = {
    "chung": PartPage(GeneralForm, parts_texts.save_text, "chung"),
    "trinh-tu": PartPage(
        OrderForm,
        parts_texts.save_text,
        "trinh_tu",
        gettext_lazy("Người dân và cơ quan làm lần lượt những gì, từ lúc nộp đến lúc có kết quả."),
    ),
    "cach-nop": PartPage(FilingForm, parts_texts.save_text, "cach_nop"),
    "truong-hop": PartPage(
        CasesForm,
        parts_cases.save_cases,
        "truong_hop",
        gettext_lazy(
            "Trường hợp quyết định giấy tờ, thời hạn và phí. Cách nộp không nhận thì để trống."
        ),
        asks=True,
    ),
    "cau-hoi": PartPage(
        QuestionsForm,
        parts_questions.save_questions,
        "cau_hoi",
        gettext_lazy(
            "Vài câu hỏi để người dân tự biết mình thuộc trường hợp nào; không có câu nào thì họ "
            "chọn trong danh sách trường hợp. Hỏi lần lượt từ trên xuống."
        ),
    ),
    "phi": PartPage(
        FeesForm,
        parts_fees.save_fees,
        "phi",
        gettext_lazy(
            "Khoản ghi 0 đồng kèm diễn giải là “chưa xác định”: không miễn, không thu được cho đến "
            "khi có người ghi mức thu và căn cứ."
        ),
    ),
    "giay-to": PartPage(
        PapersForm,
        parts_papers.save_papers,
        "giay_to",
        gettext_lazy("Theo thứ tự người dân sẽ thấy."),
        asks=True,
    ),
    "bieu-mau": PartPage(
        PrintablesForm,
        parts_papers.save_forms,
        "bieu_mau",
        gettext_lazy("Mẫu để in ra, điền tay: tệp PDF hoặc Word (.docx), nhiều nhất 10 MB."),
    ),
    "can-cu": PartPage(GroundsForm, parts_texts.save_text, "can_cu"),
}
