"""Form fields for what people know of themselves: numbers, phone, a code at hand."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
    format_phone,
)
from portal.core.passports import InvalidPassport, clean_passport


class IdentityNumberField(forms.CharField):
    """Twelve digits, however they were grouped."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số định danh cá nhân"))
        kwargs.setdefault("help_text", _("12 số trên thẻ căn cước"))
        kwargs.setdefault("error_messages", {"required": _("Nhập 12 số trên thẻ căn cước.")})
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return clean_identity_number(text) if text else ""
        except InvalidIdentityNumber as error:
            raise ValidationError(error.sentence, code="invalid") from error


class PassportField(forms.CharField):
    """A passport number in capitals, without separators."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số hộ chiếu"))
        kwargs.setdefault("help_text", _("Ghi ở trang có ảnh, ví dụ C1234567"))
        kwargs.setdefault("error_messages", {"required": _("Nhập số hộ chiếu.")})
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "input-short", **attrs}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return clean_passport(text) if text else ""
        except InvalidPassport as error:
            raise ValidationError(error.sentence, code="invalid") from error


class PaperNumberField(forms.CharField):
    """The number of an identity card, or of the passport of who has no such card."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số định danh cá nhân hoặc số hộ chiếu"))
        kwargs.setdefault("help_text", _("12 số trên thẻ căn cước; người không có thẻ: hộ chiếu"))
        kwargs.setdefault(
            "error_messages", {"required": _("Nhập 12 số trên thẻ căn cước hoặc số hộ chiếu.")}
        )
        attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "input-short", **attrs}))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if not text:
            return ""
        try:
            return clean_identity_number(text)
        except InvalidIdentityNumber as error:
            # Digits alone are meant as an identity number, unless they are as long as a passport's.
            sentence = error.sentence
        try:
            return clean_passport(text)
        except InvalidPassport as error:
            has_letters = any(sign.isalpha() for sign in text)
            raise ValidationError(
                error.sentence if has_letters else sentence, code="invalid"
            ) from error


class ContactField(forms.CharField):
    """A mobile number, "84912345678", or an e-mail address in lower case."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số điện thoại hoặc thư điện tử"))
        kwargs.setdefault("error_messages", {"required": _("Nhập số điện thoại hoặc thư điện tử.")})
        attrs = {"autocomplete": "tel", "autocapitalize": "none", "spellcheck": "false"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        if "@" in text:
            try:
                validate_email(text)
            except ValidationError as error:
                sentence = _("Thư điện tử cần có dạng ten@noicap.vn.")
                raise ValidationError(sentence, code="invalid") from error
            return text.lower()
        try:
            return clean_phone(text) if text else ""
        except InvalidPhone as error:
            raise ValidationError(error.sentence, code="invalid") from error


class PhoneField(forms.CharField):
    """A Vietnamese mobile number; its value is "84912345678"."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số điện thoại di động"))
        kwargs.setdefault("help_text", _("Ví dụ: 0912 345 678"))
        kwargs.setdefault("error_messages", {"required": _("Nhập số điện thoại di động.")})
        attrs = {"inputmode": "tel", "autocomplete": "tel", "class": "input-short"}
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", **attrs}))
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_phone(value) if isinstance(value, str) and value.isdecimal() else value

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return clean_phone(text) if text else ""
        except InvalidPhone as error:
            raise ValidationError(error.sentence, code="invalid") from error


class CodeField(forms.CharField):
    """A one-time code of six digits; spaces between them do no harm."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mã xác nhận"))
        kwargs.setdefault("help_text", _("6 số trong tin vừa nhận"))
        kwargs.setdefault("error_messages", {"required": _("Nhập 6 số trong tin vừa nhận.")})
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s.-]", "", str(super().clean(value)))
        if text and not re.fullmatch(r"[0-9]{6}", text):
            raise ValidationError(_("Mã xác nhận gồm đúng 6 chữ số."), code="invalid")
        return text


class AppCodeField(forms.CharField):
    """A code of an authenticator app, six digits, or a recovery code from paper, ten."""

    def __init__(self, *, recovery: bool = True, **kwargs: Any) -> None:
        self.lengths = (6, 10) if recovery else (6,)
        kwargs.setdefault("label", _("Mã xác thực"))
        kwargs.setdefault(
            "help_text",
            _("6 số đang hiện trong ứng dụng xác thực, hoặc 10 số của một mã dự phòng")
            if recovery
            else _("6 số đang hiện trong ứng dụng xác thực"),
        )
        kwargs.setdefault(
            "error_messages", {"required": _("Nhập mã đang hiện trong ứng dụng xác thực.")}
        )
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "input-code"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> None:
        """Show nothing: a code that was refused is of no more use, and is not to be corrected."""

    def clean(self, value: Any) -> str:
        text = re.sub(r"[\s.-]", "", str(super().clean(value)))
        if text and not (re.fullmatch(r"[0-9]+", text) and len(text) in self.lengths):
            raise ValidationError(
                _("Mã trong ứng dụng gồm 6 chữ số, mã dự phòng gồm 10 chữ số.")
                if len(self.lengths) > 1
                else _("Mã trong ứng dụng gồm đúng 6 chữ số."),
                code="invalid",
            )
        return text
