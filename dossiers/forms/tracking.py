"""The public forms: a code to look up, a phone or e-mail to which lost codes are sent."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from dossiers.codes import clean_code
from portal.core.forms import PortalFormHelper
from portal.core.identity import InvalidPhone, clean_phone


class TrackingForm(forms.Form):
    """A GET form, so that the page needs no cookie."""

    use_required_attribute = False
    mark_optional = False

    ma = forms.CharField(
        label=_("Mã hồ sơ"),
        max_length=64,
        help_text=_("Ghi trong tin nhắn, thư điện tử hoặc giấy hẹn, ví dụ H99.11-261123-0007."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Nhập mã hồ sơ cần tra cứu.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean_ma(self) -> str:
        return _clean_code(self.cleaned_data["ma"])


class ForgotCodeForm(forms.Form):
    """The phone that was given when filing, or the e-mail of an account."""

    use_required_attribute = False

    phone = forms.CharField(
        label=_("Số điện thoại đã ghi khi nộp hồ sơ"),
        help_text=_("Không có số điện thoại Việt Nam: ghi thư điện tử của tài khoản."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "spellcheck": "false"}),
        error_messages={"required": _("Nhập số điện thoại đã ghi khi nộp hồ sơ.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Gửi mã hồ sơ"))

    def clean_phone(self) -> str:
        return _clean_contact(self.cleaned_data["phone"])


class TrackProofForm(forms.Form):
    """Which dossier, and where its people are told of it: typed, as nothing of it is shown."""

    use_required_attribute = False

    ma = forms.CharField(
        label=_("Mã hồ sơ"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Nhập mã hồ sơ cần xem.")},
    )
    contact = forms.CharField(
        label=_("Số điện thoại hoặc thư điện tử ghi trong hồ sơ"),
        help_text=_("Số hoặc địa chỉ vẫn nhận tin về hồ sơ này."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "spellcheck": "false"}),
        error_messages={"required": _("Nhập số điện thoại hoặc thư điện tử ghi trong hồ sơ.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Gửi mã xác nhận"))

    def clean_ma(self) -> str:
        return _clean_code(self.cleaned_data["ma"])

    def clean_contact(self) -> str:
        return _clean_contact(self.cleaned_data["contact"])


def _clean_code(typed: str) -> str:
    code = clean_code(typed)
    if code is None:
        raise forms.ValidationError(
            _(
                "Mã hồ sơ gồm mã cơ quan, ngày nộp và số thứ tự, cách nhau bằng dấu gạch "
                "ngang. Xem lại tin nhắn rồi nhập đủ, ví dụ H99.11-261123-0007."
            )
        )
    return code


def _clean_contact(typed: str) -> str:
    typed = typed.strip()
    if "@" in typed:
        validate_email(typed)
        return typed.lower()
    try:
        return clean_phone(typed)
    except InvalidPhone as error:
        raise forms.ValidationError(error.sentence) from error
