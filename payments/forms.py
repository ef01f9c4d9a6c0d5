"""The cashier's form: what was counted, and the receipt that was given."""

from typing import Any
from uuid import uuid4

from crispy_forms.layout import Field, Hidden, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from payments.enums import RefundMeans
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


class RefundForm(forms.Form):
    """What every step of a refund has: which deed its button does."""

    deed = ""
    submit_label: Any = ""
    submit_class = "btn btn-primary"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Two of these forms may stand on one page.
        kwargs["auto_id"] = f"id_{self.deed}_%s"
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        button = Submit("submit", self.submit_label, css_class=self.submit_class)
        self.helper.layout = Layout(Hidden("deed", self.deed), *self.fields, button)

    def clean(self) -> dict[str, Any] | None:
        """Write what was typed on one line without spaces at its ends."""
        cleaned = super().clean() or {}
        return {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name, value in cleaned.items()
        }


class ProposeRefundForm(RefundForm):
    deed = "propose"
    submit_label = _("Đề nghị hoàn trả")

    ground = forms.CharField(
        label=_("Lý do và căn cứ hoàn trả"),
        help_text=_("Lãnh đạo đọc nguyên văn, ví dụ: hồ sơ bị từ chối sau khi đã nộp lệ phí."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    payee_name = forms.CharField(
        label=_("Họ và tên người nhận tiền"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    means = forms.ChoiceField(
        label=_("Cách hoàn trả"),
        choices=[(value, capfirst(str(label))) for value, label in RefundMeans.choices],
        widget=forms.RadioSelect,
    )
    bank = forms.CharField(
        label=_("Ngân hàng"),
        help_text=_("Chỉ khi chuyển khoản."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    account = forms.CharField(
        label=_("Số tài khoản"),
        help_text=_("Chỉ khi chuyển khoản."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Asked for by the answer above them: "(không bắt buộc)" would be wrong for most.
        for name in ("bank", "account"):
            self.fields[name].conditionally_required = True  # type: ignore[attr-defined]

    def clean_account(self) -> str:
        number = "".join(str(self.cleaned_data["account"]).split()).replace(".", "")
        if number and not (number.isascii() and number.isalnum() and len(number) <= 30):
            raise ValidationError(_("Số tài khoản chỉ gồm chữ và số, ví dụ 1234567890."))
        return number

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if cleaned.get("means") == RefundMeans.BANK:
            for name in ("bank", "account"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Chuyển khoản thì cần điền mục này."))
        return cleaned


class ApproveRefundForm(RefundForm):
    deed = "approve"
    submit_label = _("Duyệt hoàn trả")


class DeclineRefundForm(RefundForm):
    deed = "decline"
    submit_label = _("Không hoàn trả")
    submit_class = "btn btn-secondary"

    note = forms.CharField(
        label=_("Lý do không hoàn trả"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RecordRefundForm(RefundForm):
    deed = "record"
    submit_label = _("Đã trả tiền")

    reference = forms.CharField(
        label=_("Số chứng từ"),
        help_text=_("Số ủy nhiệm chi của lệnh chuyển khoản, hoặc số phiếu chi tiền mặt."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input-short"}),
    )
