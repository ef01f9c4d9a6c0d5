"""The deeds about a promise: the apology with a new date, proposed, answered or sent at once."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.enums import Role
from dossiers.forms import desk_leading as forms
from dossiers.selectors import desk_forms
from dossiers.selectors.desk_work import WorkPage
from dossiers.services import extension
from dossiers.views.desk_deeds import Deed, Extra, deed_view


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
        make_form=lambda page, at, **kwargs: forms.AnswerExtensionForm(**kwargs),
        perform=_answer,
        prepare=lambda page, at: {"extensions": [one for one in page.extensions if one.is_waiting]},
    )
)
