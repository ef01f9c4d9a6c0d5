"""Forms of accounts: shape only. Whether a name or a number is known is asked elsewhere."""

from datetime import date
from typing import Any

from crispy_forms.layout import HTML, Layout
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import consent
from accounts.enums import UserKind
from accounts.models import User
from accounts.passwords import MIN_LENGTH
from portal.core.countries import COUNTRIES
from portal.core.forms import DayField, PortalFormHelper
from portal.core.person_fields import (
    AppCodeField,
    CodeField,
    ContactField,
    IdentityNumberField,
    PaperNumberField,
    PassportField,
    PhoneField,
)
from portal.core.text import normalise_name

EARLIEST_BIRTH = date(1900, 1, 1)
# The field of a code that proves the second factor again, in whatever form it stands.
PROOF_FIELD = "ma_xac_thuc"
NOT_PERSONAL = _(
    "Không dùng họ tên, ngày sinh, số điện thoại, số định danh hay mật khẩu quá quen thuộc"
)


def password_field(*, label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    # Never stripped: a space at either end is part of the password.
    attrs = {"autocomplete": autocomplete, "data-module": "show-password"}
    widget = forms.PasswordInput(attrs=attrs)
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=128,
        widget=widget,
        error_messages={"required": _("Nhập mật khẩu.")},
    )


def password_rules() -> HTML:
    """The list of rules below a new password, which is then ticked off while it is typed."""
    return HTML(
        "{% include 'components/password_rules.html' with input_id='id_password'"
        f" min_length={MIN_LENGTH} mixed={settings.PASSWORD_CHARACTER_MIX} only %}}"
    )


class _PersonForm(forms.Form):
    """What both ways to open an account ask: name, birth, password, consent."""

    full_name = forms.CharField(
        label=_("Họ và tên"),
        max_length=120,
        help_text=_("Ghi đủ dấu, như trên thẻ căn cước"),
        error_messages={"required": _("Nhập họ và tên.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    date_of_birth = DayField(
        label=_("Ngày sinh"),
        widget=forms.DateInput(
            format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "bday"}
        ),
    )
    email = forms.EmailField(
        label=_("Thư điện tử"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Thư điện tử cần có dạng ten@noicap.vn.")},
    )
    password = password_field(
        label=_("Mật khẩu"), autocomplete="new-password", help_text=NOT_PERSONAL
    )
    consent = forms.BooleanField(
        label=_("Tôi đồng ý để cổng xử lý dữ liệu cá nhân của tôi như nêu trên"),
        error_messages={"required": _("Cần đánh dấu đồng ý thì cổng mới được lưu thông tin.")},
    )
    # In the order of the page, above the password.
    asked: tuple[str, ...] = ()

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.helper = PortalFormHelper(self, submit=_("Nhận mã xác nhận"))
        self.helper.layout = Layout(
            *self.asked,
            "password",
            password_rules(),
            HTML("{% include 'accounts/parts/consent.html' with points=consent_points only %}"),
            "consent",
        )

    def clean_full_name(self) -> str:
        name = normalise_name(self.cleaned_data["full_name"])
        if sum(sign.isalpha() for sign in name) < 2 or any(sign.isdigit() for sign in name):
            raise ValidationError(_("Họ và tên chỉ gồm chữ, viết đủ như trên giấy tờ."))
        return name

    def clean_date_of_birth(self) -> date:
        born: date = self.cleaned_data["date_of_birth"]
        if born > self.today:
            raise ValidationError(_("Ngày sinh đang ở sau ngày hôm nay. Kiểm tra lại năm sinh."))
        if born < EARLIEST_BIRTH:
            raise ValidationError(_("Kiểm tra lại năm sinh, ghi đủ 4 số."))
        return born

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            person = User(
                kind=UserKind.CITIZEN,
                full_name=cleaned.get("full_name", ""),
                phone=cleaned.get("phone", ""),
                email=cleaned.get("email", ""),
                date_of_birth=cleaned.get("date_of_birth"),
            )
            if number := cleaned.get("identity_number"):
                person.set_identity_number(number)
            check_password(self, password, person)
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Return what was answered, by the names that `Registration.begin` takes."""
        names = ("full_name", "identity_number", "date_of_birth", "email", "password")
        answers = {name: self.cleaned_data[name] for name in names}
        answers |= {name: self.cleaned_data.get(name, "") for name in ("phone", "nationality")}
        return {**answers, "consent_version": consent.VERSION}


class RegistrationForm(_PersonForm):
    identity_number = IdentityNumberField()
    phone = PhoneField(
        help_text=_("Ví dụ: 0912 345 678. Mã xác nhận và tin về hồ sơ sẽ gửi đến số này.")
    )
    asked = ("full_name", "identity_number", "date_of_birth", "phone", "email")


class PassportRegistrationForm(_PersonForm):
    """For foreigners and people abroad: a passport, and an e-mail address in place of a phone."""

    nationality = forms.ChoiceField(
        label=_("Quốc tịch ghi trên hộ chiếu"),
        choices=[("", _("Chọn nước")), *COUNTRIES.items()],
        error_messages={"required": _("Chọn quốc tịch ghi trên hộ chiếu.")},
    )
    identity_number = PassportField()
    asked = ("full_name", "nationality", "identity_number", "date_of_birth", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].help_text = _("Như trên hộ chiếu")
        self.fields["email"].required = True
        self.fields["email"].help_text = _("Mã xác nhận và tin về hồ sơ sẽ gửi đến địa chỉ này.")
        self.fields["email"].error_messages["required"] = _("Nhập thư điện tử.")


class EidAccountForm(forms.Form):
    """The consent to an account of somebody whom an electronic identity has named."""

    consent = forms.BooleanField(
        label=_("Tôi đồng ý để cổng xử lý dữ liệu cá nhân của tôi như nêu trên"),
        error_messages={"required": _("Cần đánh dấu đồng ý thì cổng mới được lưu thông tin.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Mở tài khoản"))
        self.helper.layout = Layout(
            HTML("{% include 'accounts/parts/consent.html' with points=consent_points only %}"),
            "consent",
        )


class PasswordForm(forms.Form):
    """The account's own password, asked for again before something weighty."""

    password = password_field(
        label=_("Mật khẩu của tài khoản này"), autocomplete="current-password"
    )

    def __init__(self, *args: Any, submit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=submit)


class CodeForm(forms.Form):
    code = CodeField()

    def __init__(self, *args: Any, submit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=submit)


class SignInForm(forms.Form):
    name = forms.CharField(
        label=_("Số định danh, số điện thoại, thư điện tử hoặc số hộ chiếu"),
        max_length=254,
        error_messages={
            "required": _("Nhập số định danh, số điện thoại, thư điện tử hoặc số hộ chiếu.")
        },
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = password_field(label=_("Mật khẩu"), autocomplete="current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Đăng nhập"))


class StaffSignInForm(SignInForm):
    name = forms.CharField(
        label=_("Tên đăng nhập"),
        max_length=64,
        error_messages={"required": _("Nhập tên đăng nhập.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class SecondStepForm(forms.Form):
    code = AppCodeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Đăng nhập"))


class EnrolForm(forms.Form):
    code = AppCodeField(recovery=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Hoàn tất cài đặt"))


class ProofForm(forms.Form):
    """Asked before a weighty act; stands inside the form of the act, hence its own field name."""

    ma_xac_thuc = AppCodeField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class _ChoiceForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Đăng nhập"))


class IdentityChoiceForm(_ChoiceForm):
    answer = PaperNumberField()


class EmailChoiceForm(_ChoiceForm):
    answer = forms.EmailField(
        label=_("Thư điện tử"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Thư điện tử cần có dạng ten@noicap.vn.")},
    )


class PhoneChoiceForm(_ChoiceForm):
    answer = PhoneField()


class RecoveryForm(forms.Form):
    identity_number = PaperNumberField()
    contact = ContactField(
        help_text=_("Số điện thoại của tài khoản, ví dụ 0912 345 678, hoặc thư điện tử đã xác nhận")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Nhận mã xác nhận"))


class NewPasswordForm(forms.Form):
    password = password_field(
        label=_("Mật khẩu mới"), autocomplete="new-password", help_text=NOT_PERSONAL
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = PortalFormHelper(self, submit=_("Lưu mật khẩu mới"))
        self.helper.layout = Layout(
            # Tells a password keeper whose password it is.
            HTML('<input type="text" autocomplete="username" value="{{ username }}" hidden>'),
            "password",
            password_rules(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if password := cleaned.get("password"):
            check_password(self, password, self.user)
        return cleaned


def check_password(form: forms.Form, password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        form.add_error("password", error)
