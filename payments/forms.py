"""The cashier's form: what was counted, and the receipt that was given."""

from typing import Any
from uuid import uuid4

from crispy_forms.layout import Field, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.core.forms import PortalFormHelper
from portal.core.money import format_vnd


class CashField(forms.CharField):
    """An amount as people type it: 125000, 125.000 or 125.000 đồng."""

    def to_python(self, value: Any) -> Any:
        text = str(super().to_python(value) or "")
        digits = text.removesuffix("đồng").replace(".", "").replace(" ", "").replace("\xa0", "")
        if not digits:
            return None
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
            raise ValidationError(_("Ghi số tiền bằng chữ số, ví dụ 125.000."))
        return int(digits)

    def validate(self, value: Any) -> None:
        if self.required and value is None:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: Any) -> None:
        """Leave out the validators of text: the value is a number."""


class PayForm(forms.Form):
    """What the page on which the key was made showed; the sums themselves are read anew."""

    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    obligations = forms.CharField(max_length=200, widget=forms.HiddenInput)
    amount_vnd = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Đến trang thanh toán"))

    def clean_obligations(self) -> list[int]:
        parts = str(self.cleaned_data["obligations"]).split(",")
        if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
            raise ValidationError(_("Trang này đã cũ. Mở lại trang nộp phí."))
        return [int(part) for part in parts]


class UnplacedForm(forms.Form):
    entry = forms.IntegerField(min_value=1, max_value=2**62, widget=forms.HiddenInput)


class CashForm(forms.Form):
    key = forms.UUIDField(initial=uuid4, widget=forms.HiddenInput)
    obligation = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    amount_vnd = CashField(
        label=_("Số tiền đã đếm (đồng)"),
        help_text=_("Đếm xong rồi gõ; phải đúng bằng số phải nộp, không thu một phần."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
        ),
    )
    receipt_number = forms.CharField(
        label=_("Số biên lai giấy đã trao"),
        help_text=_("Ghi đúng số in trên biên lai, mỗi số chỉ dùng một lần trong năm."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        self.helper.layout = Layout(
            Field("amount_vnd"),
            Field("receipt_number"),
            Field("key"),
            Field("obligation"),
            Submit("submit", _("Đã nhận đủ tiền mặt"), css_class="btn btn-primary"),
        )

    def clean_receipt_number(self) -> str:
        return " ".join(str(self.cleaned_data["receipt_number"]).split()).upper()

    def refuse_amount(self, due_vnd: int) -> None:
        said = _("Phải thu đúng %(sum)s. Chưa đủ thì chưa thu; thừa thì trả lại tiền thừa.")
        self.add_error("amount_vnd", said % {"sum": format_vnd(due_vnd)})
