"""The deeds of the leader: a promise put off, an act taken back; and what a stop hands back."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.enums import Role
from dossiers.forms import desk_leading as forms
from dossiers.selectors import desk_forms
from dossiers.selectors.desk_work import WorkPage
from dossiers.services import extension, results, reversals
from dossiers.views.desk_deeds import Deed, Extra, deed_view
from procedures.enums import ResultDelivery


def _date_arguments(page: WorkPage) -> dict[str, Any]:
    facts = desk_forms.get_extension_facts(page)
    return {"dossier": page.dossier, "calendar": facts.calendar, "is_again": facts.is_again}


def _grounds(page: WorkPage, at: datetime) -> Extra:
    return {"grounds": desk_forms.list_grounds(page.dossier)}


extend = deed_view(
    Deed(
        name="extend",
        title=gettext_lazy("Xin lỗi và hẹn lại ngày trả kết quả"),
        lead=gettext_lazy(
            "Công dân nhận ngay lời xin lỗi, lý do và ngày hẹn mới qua tin nhắn, thư điện tử và "
            "văn bản xin lỗi. Theo quy định phải gửi chậm nhất một ngày trước khi hết hạn."
        ),
        done=gettext_lazy("Đã gửi xin lỗi và ngày hẹn mới. Văn bản xin lỗi đang được lập."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.ExtendForm(**_date_arguments(page), **kwargs),
        perform=lambda form, **kwargs: extension.extend_due_date(new=form.new_date(), **kwargs),
        prepare=_grounds,
    )
)

propose_extension = deed_view(
    Deed(
        name="propose_extension",
        title=gettext_lazy("Trình gia hạn"),
        lead=gettext_lazy(
            "Lãnh đạo duyệt thì công dân mới được báo và ngày hẹn mới đổi. Trình sớm: văn bản xin "
            "lỗi phải gửi chậm nhất một ngày trước khi hết hạn."
        ),
        done=gettext_lazy("Đã trình lãnh đạo."),
        roles=(Role.CLERK, Role.OFFICER, Role.REGISTRAR),
        make_form=lambda page, at, **kwargs: forms.ProposeExtensionForm(
            **_date_arguments(page), **kwargs
        ),
        perform=lambda form, **kwargs: extension.propose_extension(new=form.new_date(), **kwargs),
        prepare=_grounds,
    )
)


def _answer(form: Any, **kwargs: Any) -> object:
    if form.is_agreed:
        return extension.approve_extension(**kwargs)
    return extension.decline_extension(note=form.cleaned_data["note"], **kwargs)


answer_extension = deed_view(
    Deed(
        name="answer_extension",
        title=gettext_lazy("Duyệt đề nghị gia hạn"),
        lead=gettext_lazy("Đọc đề nghị bên dưới. Đồng ý thì công dân được báo ngay."),
        done=gettext_lazy("Đã trả lời đề nghị gia hạn."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.AnswerExtensionForm(**kwargs),
        perform=_answer,
        prepare=lambda page, at: {"extensions": [one for one in page.extensions if one.is_waiting]},
    )
)

reopen = deed_view(
    Deed(
        name="reopen",
        title=gettext_lazy("Mở lại hồ sơ bị từ chối"),
        lead=gettext_lazy(
            "Hồ sơ về lại quầy như mới nộp, quầy có 8 giờ làm việc để trả lời. Phiếu từ chối bị "
            "thu hồi; phí phải nộp khi nộp hồ sơ được yêu cầu lại."
        ),
        done=gettext_lazy("Đã mở lại hồ sơ và báo cho công dân."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.ReopenForm(**kwargs),
        perform=lambda form, **kwargs: reversals.reopen_dossier(
            reason=form.cleaned_data["reason"], **kwargs
        ),
    )
)

undo_acceptance = deed_view(
    Deed(
        name="undo_acceptance",
        title=gettext_lazy("Hủy tiếp nhận"),
        lead=gettext_lazy(
            "Chỉ khi chưa ai bắt đầu xử lý. Giấy tiếp nhận bị thu hồi, ngày hẹn trả không còn; "
            "quầy có 8 giờ làm việc để trả lời lại. Khoản đã nộp được giữ cho hồ sơ này."
        ),
        done=gettext_lazy("Đã hủy tiếp nhận và báo cho công dân."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.UndoAcceptanceForm(**kwargs),
        perform=lambda form, **kwargs: reversals.undo_acceptance(
            reason=form.cleaned_data["reason"], **kwargs
        ),
    )
)

restart = deed_view(
    Deed(
        name="restart",
        title=gettext_lazy("Giải quyết tiếp hồ sơ đã dừng"),
        lead=gettext_lazy(
            "Hồ sơ về lại bước thẩm định gần nhất. Ngày hẹn trả giữ nguyên; không kịp thì xin lỗi "
            "và hẹn lại sau khi mở."
        ),
        done=gettext_lazy("Hồ sơ được giải quyết tiếp, công dân đã được báo."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.RestartForm(**kwargs),
        perform=lambda form, **kwargs: reversals.restart_dossier(
            reason=form.cleaned_data["reason"], **kwargs
        ),
    )
)

recall = deed_view(
    Deed(
        name="recall",
        title=gettext_lazy("Thu hồi kết quả chưa trả"),
        lead=gettext_lazy(
            "Kết quả đã phát hành hết giá trị, kể cả bản công dân đã tải về; hồ sơ về lại bước "
            "thẩm định. Ngày hẹn trả giữ nguyên."
        ),
        done=gettext_lazy("Đã thu hồi kết quả và báo cho công dân."),
        roles=(Role.LEADER,),
        needs_proof=True,
        make_form=lambda page, at, **kwargs: forms.RecallForm(**kwargs),
        perform=lambda form, **kwargs: reversals.recall_result(
            reason=form.cleaned_data["reason"], **kwargs
        ),
    )
)

hand_back = deed_view(
    Deed(
        name="hand_back",
        title=gettext_lazy("Trả lại hồ sơ đã dừng"),
        lead=gettext_lazy("Trao thông báo dừng giải quyết và bản chính đã nhận; hồ sơ kết thúc."),
        done=gettext_lazy("Đã trả lại. Hồ sơ kết thúc."),
        roles=(Role.CLERK,),
        make_form=lambda page, at, **kwargs: forms.HandBackForm(
            initial={"recipient_name": page.dossier.applicant_name}, **kwargs
        ),
        perform=lambda form, **kwargs: results.return_stopped(
            method=ResultDelivery(form.cleaned_data["method"]),
            recipient_name=form.cleaned_data["recipient_name"],
            recipient_note=form.cleaned_data["recipient_note"],
            **kwargs,
        ),
    )
)
