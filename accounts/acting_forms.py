"""Forms about acting for others: an organisation, another representative, a mandate."""

import re
from datetime import date
from typing import Any, Final

from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.services.mandates import LONGEST, Terms
from accounts.services.offers import Contact
from accounts.services.organisations import Particulars
from portal.core.dates import format_short_day
from portal.core.forms import DayField, PortalFormHelper
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    InvalidTaxCode,
    clean_identity_number,
    clean_phone,
    clean_tax_code,
)
from portal.core.text import normalise_name

MOST_CODES: Final = 20
_CODE: Final = re.compile(r"[0-9]\.[0-9]{6}")
_IDENTITY_DIGITS: Final = 12


class TaxCodeField(forms.CharField):
    """The tax code of an organisation; its value is ten or thirteen digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Mã số thuế"))
        kwargs.setdefault("help_text", _("10 số, hoặc 13 số với đơn vị phụ thuộc"))
        kwargs.setdefault("error_messages", {"required": _("Nhập mã số thuế của tổ chức.")})
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        try:
            return clean_tax_code(text) if text else ""
        except InvalidTaxCode as error:
            raise ValidationError(error.sentence, code="invalid") from error


class ContactField(forms.CharField):
    """A phone or an identity number of another person, cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Số điện thoại hoặc số định danh cá nhân của người đó"))
        kwargs.setdefault(
            "help_text",
            _(
                "Số điện thoại mà người đó đã xác nhận với cổng, hoặc số định danh đã đối chiếu "
                "tại quầy."
            ),
        )
        kwargs.setdefault(
            "error_messages", {"required": _("Nhập số điện thoại hoặc số định danh cá nhân.")}
        )
        attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        digits = sum(sign.isdigit() for sign in text)
        try:
            if digits == _IDENTITY_DIGITS and not text.strip().startswith("+"):
                return clean_identity_number(text)
            return clean_phone(text) if text else ""
        except (InvalidIdentityNumber, InvalidPhone) as error:
            raise ValidationError(error.sentence, code="invalid") from error


class _PersonForm(forms.Form):
    person = forms.CharField(
        label=_("Họ và tên"),
        max_length=120,
        help_text=_("Ghi đủ dấu, như trên thẻ căn cước"),
        error_messages={"required": _("Nhập họ và tên của người đó.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    contact = ContactField()

    def clean_person(self) -> str:
        return normalise_name(self.cleaned_data["person"])


class OrganisationForm(forms.Form):
    tax_code = TaxCodeField()
    name = forms.CharField(
        label=_("Tên tổ chức"),
        max_length=120,
        help_text=_("Như trên giấy đăng ký"),
        error_messages={"required": _("Nhập tên tổ chức.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    address = forms.CharField(
        label=_("Trụ sở"),
        max_length=300,
        help_text=_("Số nhà, đường hoặc thôn; xã, phường; tỉnh, thành phố."),
        error_messages={"required": _("Nhập trụ sở của tổ chức.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Điện thoại của tổ chức"),
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "class": "input-short"}
        ),
    )
    email = forms.EmailField(
        label=_("Thư điện tử của tổ chức"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("Thư điện tử cần có dạng ten@noicap.vn.")},
    )
    title = forms.CharField(
        label=_("Chức vụ của ông/bà ở tổ chức"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    is_legal = forms.BooleanField(label=_("Tôi là người đại diện theo pháp luật"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Khai tổ chức"))

    def clean_phone(self) -> str:
        """Keep a mobile number as ours are; of any other the digits: it may stand on a desk."""
        text = str(self.cleaned_data["phone"])
        if not text:
            return ""
        try:
            return clean_phone(text)
        except InvalidPhone:
            digits = "".join(sign for sign in text if sign in "0123456789")
            if not 8 <= len(digits) <= 15:
                raise ValidationError(
                    _("Nhập số điện thoại có mã vùng, ví dụ 0299 3811 022.")
                ) from None
            return digits

    def particulars(self) -> Particulars:
        names = ("tax_code", "name", "address", "phone", "email")
        return Particulars(**{name: self.cleaned_data[name] for name in names})


class RepresentativeForm(_PersonForm):
    title = forms.CharField(
        label=_("Chức vụ"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_legal = forms.BooleanField(label=_("Là người đại diện theo pháp luật"), required=False)
    valid_until = DayField(
        label=_("Được đại diện đến hết ngày"),
        required=False,
        help_text=_("Bỏ trống nếu không định ngày. Ví dụ: 31/12/2026"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = PortalFormHelper(self, submit=_("Mời làm người đại diện"))

    def clean_valid_until(self) -> date | None:
        day: date | None = self.cleaned_data["valid_until"]
        if day is not None and day < self.today:
            raise ValidationError(_("Ngày này đã qua. Chọn từ hôm nay trở đi."))
        return day

    def who(self) -> Contact:
        return Contact(self.cleaned_data["person"], self.cleaned_data["contact"])


class MandateForm(_PersonForm):
    scope = forms.ChoiceField(
        label=_("Được làm thay thủ tục nào?"),
        choices=[
            ("some", _("Chỉ các thủ tục ghi dưới đây")),
            ("all", _("Mọi thủ tục trên cổng này")),
        ],
        initial="some",
        widget=forms.RadioSelect,
    )
    procedures = forms.CharField(
        label=_("Mã thủ tục"),
        required=False,
        max_length=400,
        help_text=_(
            "Mã ghi trên trang của thủ tục, ví dụ 1.001193. Nhiều mã thì cách nhau bằng dấu phẩy."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    use = forms.ChoiceField(
        label=_("Được nộp bao nhiêu hồ sơ?"),
        choices=[
            ("once", _("Chỉ một hồ sơ")),
            ("often", _("Nhiều hồ sơ, trong thời gian dưới đây")),
        ],
        initial="once",
        widget=forms.RadioSelect,
    )
    valid_from = DayField(label=_("Có hiệu lực từ ngày"))
    valid_until = DayField(
        label=_("Đến hết ngày"), help_text=_("Nhiều nhất một năm. Chấm dứt sớm lúc nào cũng được.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = PortalFormHelper(self, submit=_("Nhận mã xác nhận"))
        self.fields["procedures"].conditionally_required = True  # type: ignore[attr-defined]
        self.helper.layout = Layout(
            "person",
            "contact",
            "scope",
            Div("procedures", **{"data-module": "reveal", "data-show-if": "scope=some"}),
            "use",
            "valid_from",
            "valid_until",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["codes"] = self._codes(cleaned) if cleaned.get("scope") == "some" else ()
        first, last = cleaned.get("valid_from"), cleaned.get("valid_until")
        if first and first < self.today:
            self.add_error("valid_from", _("Ngày này đã qua. Chọn từ hôm nay trở đi."))
        elif first and last and last < first:
            self.add_error("valid_until", _("Ngày kết thúc đang ở trước ngày bắt đầu."))
        elif first and last and last > first + LONGEST:
            limit = format_short_day(first + LONGEST)
            self.add_error(
                "valid_until",
                _("Ủy quyền dài nhất một năm: chọn đến ngày %(day)s.") % {"day": limit},
            )
        return cleaned

    def _codes(self, cleaned: dict[str, Any]) -> tuple[str, ...]:
        found = tuple(
            dict.fromkeys(re.split(r"[\s,;]+", str(cleaned.get("procedures", "")).strip(" ,;")))
        )
        if found == ("",):
            self.add_error("procedures", _("Ghi ít nhất một mã thủ tục, ví dụ 1.001193."))
        elif len(found) > MOST_CODES:
            self.add_error("procedures", _("Ghi nhiều nhất 20 mã thủ tục."))
        elif wrong := [one for one in found if not _CODE.fullmatch(one)]:
            self.add_error(
                "procedures",
                _("“%(code)s” chưa đúng dạng mã thủ tục, ví dụ 1.001193.")
                % {"code": wrong[0][:40]},
            )
        return found

    def terms(self) -> Terms:
        cleaned = self.cleaned_data
        return Terms(
            name=cleaned["person"],
            number=cleaned["contact"],
            procedures=cleaned["codes"],
            is_single_use=cleaned["use"] == "once",
            valid_from=cleaned["valid_from"],
            valid_until=cleaned["valid_until"],
        )
