"""Forms about a procedure as a whole: entered, sent, published, taken back."""

from datetime import datetime
from typing import Any

from crispy_forms.layout import Field as Shown, Layout, Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from portal.core.dates import LOCAL_ZONE
from portal.core.forms import DayField, PortalFormHelper
from portal.core.text import normalise_name
from procedures.enums import NO_DRAFT
from procedures.models import Field


class EditorForm(forms.Form):
    """What forms of the editors have: one button named after what it does."""

    submit_label: str | Promise = _("Lưu")
    submit_class = "btn btn-primary"

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        # Where a page has several forms, each is sent to its own address.
        self.helper.form_action = action
        self.helper.layout = Layout(
            *self.layout(), Submit("submit", self.submit_label, css_class=self.submit_class)
        )

    def layout(self) -> list[Any]:
        """Return the fields in the order of the page."""
        return [Shown(name) for name in self.fields]


class CreateForm(EditorForm):
    submit_label = _("Tạo thủ tục và bắt đầu soạn")

    code = forms.CharField(
        label=_("Mã thủ tục"),
        max_length=32,
        help_text=_(
            "Mã trên cơ sở dữ liệu quốc gia, ví dụ 1.001193. Sau lần công bố đầu tiên không đổi "
            "được nữa."
        ),
    )
    name = forms.CharField(
        label=_("Tên chính thức"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Ghi đúng như quyết định công bố."),
    )
    field = forms.ModelChoiceField(
        label=_("Lĩnh vực"), queryset=Field.objects.all(), empty_label=_("Chọn lĩnh vực")
    )
    tiers = forms.TypedMultipleChoiceField(
        label=_("Cấp thực hiện"),
        choices=Tier.choices,
        coerce=Tier,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def clean_name(self) -> str:
        return normalise_name(self.cleaned_data["name"])


class CorrectForm(CreateForm):
    """What a procedure was entered as; `version` is of its draft, NO_DRAFT without one."""

    submit_label = _("Lưu")

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=NO_DRAFT)


class DiscardForm(EditorForm):
    submit_label = _("Hủy thủ tục này")
    submit_class = "btn btn-danger"

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=NO_DRAFT)


class VersionedForm(EditorForm):
    """A decision about a revision as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SendBackForm(VersionedForm):
    submit_label = _("Trả lại để sửa")
    submit_class = "btn btn-secondary"

    reason = forms.CharField(
        label=_("Cần sửa gì"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Người soạn đọc được nguyên văn."),
    )


class ScheduleForm(VersionedForm):
    submit_label = _("Hẹn công bố")
    submit_class = "btn btn-secondary"

    day = DayField(label=_("Ngày công bố"), help_text=_("Ví dụ 1/12/2026."))
    hour = forms.TimeField(
        label=_("Giờ công bố"),
        input_formats=["%H:%M", "%Hh%M", "%H.%M", "%Hh", "%H"],
        initial="08:00",
        help_text=_("Ví dụ 08:00."),
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "input-short"}),
    )

    @property
    def publish_at(self) -> datetime:
        """The moment on Vietnamese clocks; of a valid form."""
        given = self.cleaned_data
        return datetime.combine(given["day"], given["hour"], tzinfo=LOCAL_ZONE)


class RepealForm(EditorForm):
    submit_label = _("Bãi bỏ thủ tục")
    submit_class = "btn btn-danger"

    decision = forms.CharField(
        label=_("Số quyết định bãi bỏ"), max_length=200, help_text=_("Ví dụ 125/QĐ-UBND.")
    )
    decision_date = DayField(label=_("Ngày quyết định"), help_text=_("Ví dụ 1/12/2026."))
    replaced_by = forms.CharField(
        label=_("Mã thủ tục thay thế"),
        max_length=32,
        required=False,
        help_text=_("Ví dụ 1.001193. Để trống nếu quyết định không nêu thủ tục thay thế."),
    )

    def clean_replaced_by(self) -> str:
        return str(self.cleaned_data["replaced_by"]).strip().upper()
