"""Forms that teach the search: a saying, a weight."""

from django import forms
from django.utils.translation import gettext_lazy as _

from procedures.forms.editing import EditorForm
from procedures.models.words import LEAST_FACTOR, MOST_FACTOR

_ACTIVE = _("Đang dùng")


class SynonymForm(EditorForm):
    submit_label = _("Lưu từ đồng nghĩa")

    said = forms.CharField(
        label=_("Người dân nói"),
        max_length=120,
        help_text=_("Ví dụ: mất bằng lái. Có dấu hay không dấu, hoa hay thường đều như nhau."),
    )
    meant = forms.CharField(
        label=_("Nghĩa là"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Từ trong tên chính thức của thủ tục; mỗi dòng một nghĩa."),
    )
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
    is_active = forms.BooleanField(label=_ACTIVE, required=False, initial=True)

    def clean_meant(self) -> list[str]:
        lines = [line.strip() for line in str(self.cleaned_data["meant"]).splitlines()]
        if any(len(line) > 300 for line in lines):
            raise forms.ValidationError(_("Mỗi dòng nhiều nhất 300 ký tự."))
        return [line for line in lines if line]


class BoostForm(EditorForm):
    submit_label = _("Lưu trọng số")

    code = forms.CharField(label=_("Mã thủ tục"), max_length=32)
    phrase = forms.CharField(
        label=_("Khi câu hỏi có"),
        max_length=120,
        required=False,
        help_text=_("Để trống: áp dụng cho mọi câu hỏi."),
    )
    factor = forms.FloatField(
        label=_("Hệ số"),
        min_value=LEAST_FACTOR,
        max_value=MOST_FACTOR,
        initial=1.5,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
        help_text=_("Trên 1 đưa lên, dưới 1 đẩy xuống."),
    )
    note = forms.CharField(label=_("Ghi chú"), max_length=300, required=False)
    is_active = forms.BooleanField(label=_ACTIVE, required=False, initial=True)
