"""Forms of the editors' pages of life events."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from procedures.enums import LifeEventIcon
from procedures.forms.editing import EditorForm
from procedures.services.life_events import EventText


class EventForm(EditorForm):
    """What an event is called and says."""

    title = forms.CharField(
        label=_("Tên sự kiện"),
        help_text=_("Như người dân gọi: Sinh con, Chuyển nhà."),
        max_length=60,
    )
    summary = forms.CharField(
        label=_("Gồm những việc gì"),
        help_text=_("Vài chữ hiện dưới tên trên trang chủ."),
        max_length=80,
    )
    introduction = forms.CharField(
        label=_("Lời mở đầu"),
        help_text=_("Một, hai câu: việc nào làm trước, hạn nào không được quên."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=600,
        required=False,
    )
    icon = forms.ChoiceField(label=_("Hình vẽ"), choices=LifeEventIcon.choices)

    def text(self) -> EventText:
        return EventText(**{name: self.cleaned_data[name] for name in self.base_fields})


class AddEntryForm(EditorForm):
    """A procedure to add, by its code."""

    submit_label = _("Thêm thủ tục")

    code = forms.CharField(
        label=_("Mã thủ tục"), help_text=_("Ví dụ 1.001193. Xem mã ở Danh mục thủ tục."),
        max_length=32,
    )  # fmt: skip
    need = forms.CharField(
        label=_("Khi nào cần"),
        help_text=_("Một câu: ai cần thủ tục này, trong trường hợp nào."),
        max_length=300,
    )

    def clean_code(self) -> str:
        return re.sub(r"\s", "", self.cleaned_data["code"])


class NeedForm(EditorForm):
    """The sentence that says when a procedure is needed."""

    need = forms.CharField(label=_("Khi nào cần"), max_length=300)
