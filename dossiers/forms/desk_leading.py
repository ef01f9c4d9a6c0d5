"""The forms of the leader: a promise put off, an act taken back; and what a stop hands back."""

from datetime import date
from typing import Any, Final

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dossiers.enums import ExtensionCause
from dossiers.forms.desk import VERSION, DeskForm, HandOverForm
from dossiers.models import Dossier
from dossiers.services import extension
from portal.core.dates import format_day, local_day
from portal.core.forms import DayField
from portal.core.work_calendar import NoWorkingDay, WorkCalendar
from procedures.enums import ResultDelivery

HAND_BACK: Final = {
    ResultDelivery.COUNTER: _("Trao tại quầy thông báo và bản chính"),
    ResultDelivery.POST: _("Gửi bưu chính thông báo và bản chính"),
    ResultDelivery.ONLINE: _("Chỉ gửi thông báo trên cổng, hồ sơ không có bản chính"),
}
AGREE: Final = "agree"
DECLINE: Final = "decline"


class ExtendForm(DeskForm):
    """A new day, the cause and the reason; the clock time stays that of the promise."""

    submit_label = _("Gửi xin lỗi và hẹn lại")

    new_day = DayField(
        label=_("Hẹn trả lại ngày"),
        help_text=_(
            "Ngày làm việc, sau ngày hẹn cũ; giờ trả giữ như giờ đã hẹn. Ví dụ: 27/11/2026"
        ),
    )
    cause = forms.ChoiceField(
        label=_("Nguyên nhân"),
        choices=[(value, capfirst(str(label))) for value, label in ExtensionCause.choices],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Lý do"),
        help_text=_("Nói rõ việc gì chậm, đang làm đến đâu. Công dân đọc nguyên văn."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    ground = forms.CharField(
        label=_("Căn cứ cho phép hẹn lại thêm lần nữa"),
        max_length=300,
        widget=forms.TextInput(attrs={"list": "grounds", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, dossier: Dossier, calendar: WorkCalendar, is_again: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.dossier, self.calendar = dossier, calendar
        if is_again:
            self.fields["ground"].help_text = _(
                "Hồ sơ này đã hẹn lại một lần. Pháp luật chỉ cho hẹn lại một lần; lần nữa phải ghi "
                "điều, khoản cho phép."
            )
        else:
            del self.fields["ground"]
        self.helper.layout = Layout(*self.layout(), Field(VERSION), *self.buttons())

    def clean_new_day(self) -> date:
        """Say in words what is wrong with the day, and which day would do."""
        day: date = self.cleaned_data["new_day"]
        promised = self.dossier.due_at
        if promised is not None and day <= local_day(promised):
            raise forms.ValidationError(
                _("Ngày hẹn lại phải sau ngày đã hẹn: %(day)s."),
                params={"day": format_day(promised)},
            )
        if not self.calendar.is_working_day(day):
            raise forms.ValidationError(self._closed(day))
        return day

    def _closed(self, day: date) -> str:
        try:
            nearest = self.calendar.next_working_day(day)
        except NoWorkingDay:
            return str(_("Cơ quan không làm việc vào ngày này. Chọn một ngày làm việc."))
        return _("%(day)s cơ quan nghỉ. Ngày làm việc gần nhất sau đó: %(nearest)s.") % {
            "day": capfirst(format_day(day)),
            "nearest": format_day(nearest),
        }

    def new_date(self) -> extension.NewDate:
        """Return what the form says, for the use case."""
        return extension.NewDate(
            due_at=extension.moment_on(self.cleaned_data["new_day"], self.dossier),
            cause=ExtensionCause(self.cleaned_data["cause"]),
            reason=self.cleaned_data["reason"],
            ground=self.cleaned_data.get("ground", ""),
        )


class ProposeExtensionForm(ExtendForm):
    submit_label = _("Trình lãnh đạo")


class AnswerExtensionForm(DeskForm):
    submit_label = _("Gửi trả lời")

    answer = forms.ChoiceField(
        label=_("Ý kiến của lãnh đạo"),
        choices=[
            (AGREE, _("Đồng ý: gửi xin lỗi và hẹn lại với công dân")),
            (DECLINE, _("Không đồng ý: giữ ngày đã hẹn")),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Lý do không đồng ý"),
        help_text=_("Bắt buộc khi không đồng ý. Chỉ người trình đọc được."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].conditionally_required = True  # type: ignore[attr-defined]

    @property
    def is_agreed(self) -> bool:
        return bool(self.cleaned_data["answer"] == AGREE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_declined = cleaned.get("answer") == DECLINE
        if is_declined and not (cleaned.get("note") or "").strip():
            self.add_error("note", _("Ghi lý do, người trình cần biết phải làm gì."))
        return cleaned


class ReversalForm(DeskForm):
    """Why something is taken back; the citizen reads it."""

    submit_class = "btn btn-danger"

    reason = forms.CharField(
        label=_("Lý do"),
        help_text=_("Công dân đọc nguyên văn."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReopenForm(ReversalForm):
    submit_label = _("Mở lại hồ sơ")
    submit_class = "btn btn-primary"


class UndoAcceptanceForm(ReversalForm):
    submit_label = _("Hủy tiếp nhận")


class RestartForm(ReversalForm):
    submit_label = _("Giải quyết tiếp")
    submit_class = "btn btn-primary"


class RecallForm(ReversalForm):
    submit_label = _("Thu hồi kết quả")


class HandBackForm(HandOverForm):
    """How the notice of a stop and the originals reach whoever filed."""

    submit_label = _("Ghi nhận đã trả lại")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, returns=list(HAND_BACK), **kwargs)
        self.fields["recipient_name"].label = _("Người nhận lại giấy tờ")
        self.fields["recipient_note"].help_text = _(
            "Ví dụ: đã trả 02 bản chính; nhận thay theo giấy ủy quyền."
        )
        chosen = self.fields["method"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = list(HAND_BACK.items())
