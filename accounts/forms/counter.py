"""Forms of the counter: the number on a paper, and what is to happen to its account."""

from collections.abc import Sequence
from typing import Any, Final

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import SeenPaper
from portal.core.forms import PortalFormHelper
from portal.core.person_fields import ContactField, PaperNumberField

SEEN: Final = "seen"
RECOVER: Final = "recover"
MERGE: Final = "merge"


class FindAccountForm(forms.Form):
    number = PaperNumberField(
        label=_("Số định danh hoặc số hộ chiếu trên giấy tờ đang cầm"),
        help_text=_(
            "Chỉ tìm khi công dân có mặt và đưa giấy tờ bản gốc. Mỗi lần tìm được ghi lại."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self, submit=_("Tìm tài khoản"))


class CounterForm(forms.Form):
    """Which account, what paper was seen, and for a recovery the new phone or e-mail."""

    use_required_attribute = False

    account = forms.TypedChoiceField(
        label=_("Tài khoản"), coerce=int, widget=forms.RadioSelect, choices=()
    )
    paper = forms.ChoiceField(
        label=_("Giấy tờ bản gốc đã đối chiếu"),
        choices=[("", _("Chọn giấy tờ")), *SeenPaper.choices],
        error_messages={"required": _("Chọn giấy tờ đã đối chiếu.")},
    )
    contact = ContactField(
        label=_("Số điện thoại mới (hoặc thư điện tử)"),
        help_text=_("Chỉ khi khôi phục tài khoản; công dân đang cầm máy để đọc mã"),
        required=False,
    )

    def __init__(
        self, *args: Any, accounts: Sequence[tuple[int, str]], act: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.act = act
        self.fields["account"].choices = accounts  # type: ignore[attr-defined]
        if len(accounts) == 1:
            self.fields["account"].initial = accounts[0][0]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.act == RECOVER and "contact" in cleaned and not cleaned["contact"]:
            self.add_error("contact", _("Nhập số điện thoại mới hoặc thư điện tử."))
        return cleaned
