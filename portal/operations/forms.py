"""What the auditor's pages are narrowed by; requests about personal data and their answers."""

from datetime import date
from typing import Any

from crispy_forms.layout import Submit
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from accounts.forms import password_field
from accounts.security import LABELS
from portal.core.forms import DayField, PortalFormHelper
from portal.operations.enums import RequestKind


class _PeriodForm(forms.Form):
    """From a day to a day, both included."""

    tu = forms.DateField(
        label=_("Từ ngày"),
        required=False,
        error_messages={"invalid": _("Từ ngày: nhập ngày có thật, ví dụ 23/11/2026.")},
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )
    den = forms.DateField(
        label=_("Đến ngày"),
        required=False,
        error_messages={"invalid": _("Đến ngày: nhập ngày có thật, ví dụ 23/11/2026.")},
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start: date | None = cleaned.get("tu")
        end: date | None = cleaned.get("den")
        if start and end and end < start:
            self.add_error("den", gettext("Đến ngày phải từ ngày bắt đầu trở đi."))
        return cleaned


class EventFilterForm(_PeriodForm):
    loai = forms.ChoiceField(
        label=_("Loại sự kiện"),
        required=False,
        choices=[("", _("Tất cả")), *((kind.value, label) for kind, label in LABELS.items())],
        error_messages={"invalid_choice": _("Chọn một loại trong danh sách.")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    field_order = ("loai", "tu", "den")


class LookFilterForm(_PeriodForm):
    ma = forms.CharField(
        label=_("Mã hồ sơ"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    field_order = ("ma", "tu", "den")


class _PlainForm(forms.Form):
    """One button, named after what it does; `act` tells which form of the page was sent."""

    act = ""
    submit_label: Any = _("Gửi")
    submit_class = "btn btn-primary"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Several of them stand on one page.
        kwargs.setdefault("auto_id", f"id_{self.act}_%s" if self.act else "id_%s")
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        self.helper.add_input(
            Submit(self.act or "submit", self.submit_label, css_class=self.submit_class)
        )


def _text(label: Any, *, help_text: Any = "", required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Viết ngắn hơn, tối đa 2.000 ký tự.")},
    )


class DataRequestForm(_PlainForm):
    submit_label = _("Gửi yêu cầu")

    kind = forms.TypedChoiceField(
        label=_("Ông/bà yêu cầu gì"),
        choices=[(kind.value, capfirst(str(kind.label))) for kind in RequestKind],
        coerce=RequestKind,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Chọn một yêu cầu."),
            "invalid_choice": _("Chọn một yêu cầu trong danh sách."),
        },
    )
    details = _text(
        _("Nội dung"),
        help_text=_("Sửa gì, hạn chế hoặc phản đối việc nào; không cần ghi nếu đã rõ."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        needing = {RequestKind.CORRECT, RequestKind.RESTRICT, RequestKind.OBJECT}
        if cleaned.get("kind") in needing and not cleaned.get("details"):
            self.add_error("details", gettext("Ghi rõ dữ liệu nào, cần làm gì."))
        return cleaned


class CopyPasswordForm(_PlainForm):
    submit_label = _("Tải bản sao")

    password = password_field(label=_("Mật khẩu đang dùng"), autocomplete="current-password")


class TakeOnForm(_PlainForm):
    act = "take_on"
    submit_label = _("Chấp nhận yêu cầu")

    answer = _text(_("Trả lời người yêu cầu"), help_text=_("Sẽ làm gì, theo trình tự nào."))


class EraseForm(_PlainForm):
    act = "erase"
    submit_label = _("Duyệt và xóa dữ liệu")
    submit_class = "btn btn-danger"

    confirm = forms.BooleanField(
        label=_("Tôi đã kiểm tra yêu cầu và hiểu rằng không khôi phục được."),
        error_messages={"required": _("Đánh dấu ô này để xóa.")},
    )


class ProposeDisposalForm(_PlainForm):
    act = "propose"
    submit_label = _("Đề nghị tiêu hủy")


class ApproveDisposalForm(_PlainForm):
    act = "approve"
    submit_label = _("Duyệt và tiêu hủy")
    submit_class = "btn btn-danger"

    confirm = forms.BooleanField(
        label=_("Tôi đã xem danh sách và hiểu rằng không khôi phục được."),
        error_messages={"required": _("Đánh dấu ô này để tiêu hủy.")},
    )


class DropDisposalForm(_PlainForm):
    act = "drop"
    submit_label = _("Bỏ đề nghị")
    submit_class = "btn btn-secondary"


class CompleteForm(_PlainForm):
    act = "complete"
    submit_label = _("Đã thực hiện xong")

    answer = _text(_("Đã làm gì"))


class ExtendForm(_PlainForm):
    act = "extend"
    submit_label = _("Gia hạn")
    submit_class = "btn btn-secondary"

    until = DayField(label=_("Đến hết ngày"))
    reason = forms.CharField(label=_("Lý do gia hạn"), max_length=500)


class RefuseForm(_PlainForm):
    act = "refuse"
    submit_label = _("Từ chối yêu cầu")
    submit_class = "btn btn-secondary"

    answer = _text(_("Lý do từ chối"))
    ground = forms.CharField(
        label=_("Căn cứ pháp lý"),
        max_length=300,
        help_text=_("Điều, khoản, văn bản; ví dụ: điều 14 Luật Bảo vệ dữ liệu cá nhân"),
    )
