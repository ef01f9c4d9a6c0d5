"""Forms of one's own account: another phone, e-mail or password."""

from typing import Any

from crispy_forms.layout import HTML, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import NOT_PERSONAL, check_password, password_field, password_rules
from accounts.models import User
from portal.core.forms import PortalFormHelper
from portal.core.person_fields import PhoneField


class _ChangeForm(forms.Form):
    current = password_field(label=_("Mật khẩu đang dùng"), autocomplete="current-password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Nhận mã xác nhận"))
        self.helper.layout = Layout("new", "current")


class ChangePhoneForm(_ChangeForm):
    new = PhoneField(label=_("Số điện thoại mới"))


class ChangeEmailForm(_ChangeForm):
    new = forms.EmailField(
        label=_("Thư điện tử"),
        help_text=_("Ghi địa chỉ mới, hoặc địa chỉ đang có để xác nhận"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Nhập thư điện tử."),
            "invalid": _("Thư điện tử cần có dạng ten@noicap.vn."),
        },
    )

    def clean_new(self) -> str:
        return str(self.cleaned_data["new"]).lower()


class ConsentForm(forms.Form):
    """The consent of somebody signed in: a box that nobody ticked for them."""

    version = forms.CharField(max_length=16, widget=forms.HiddenInput)
    consent = forms.BooleanField(
        label=_("Tôi đồng ý để cổng xử lý dữ liệu cá nhân của tôi như nêu trên"),
        error_messages={"required": _("Cần đánh dấu đồng ý để tiếp tục.")},
    )

    def __init__(self, *args: Any, version: str, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": version})
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Đồng ý và tiếp tục"))
        self.helper.layout = Layout(
            HTML("{% include 'accounts/parts/consent.html' with points=consent_points only %}"),
            "version",
            "consent",
        )


class ChangePasswordForm(forms.Form):
    current = password_field(label=_("Mật khẩu đang dùng"), autocomplete="current-password")
    password = password_field(
        label=_("Mật khẩu mới"), autocomplete="new-password", help_text=NOT_PERSONAL
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.helper = PortalFormHelper(self, submit=_("Lưu mật khẩu mới"))
        self.helper.layout = Layout(
            HTML('<input type="text" autocomplete="username" value="{{ username }}" hidden>'),
            "current",
            "password",
            password_rules(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if password and password == cleaned.get("current"):
            self.add_error("password", ValidationError(_("Mật khẩu mới cần khác mật khẩu cũ.")))
        elif password:
            check_password(self, password, self.user)
        return cleaned
