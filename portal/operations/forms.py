"""What the auditor's pages are narrowed by."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.security import LABELS


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
