"""The form that brings a file of the catalogue in."""

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portal.core.forms import PortalFormHelper
from procedures.enums import ExchangeKind
from procedures.exchange.package import MOST_BYTES


class BringInForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Tệp này là"),
        choices=lambda: [(kind.value, capfirst(str(kind.label))) for kind in ExchangeKind],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label=_("Tệp"),
        help_text=_("Gói .zip hoặc .json xuất từ hệ thống (đến 50 MB), hoặc .xlsx (đến 10 MB)."),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.zip,.xlsx"}),
        allow_empty_file=True,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.helper = PortalFormHelper(self, submit=_("Kiểm tra tệp"))

    def clean_file(self) -> object:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("Tệp lớn hơn 50 MB. Hãy chia nhỏ rồi nhập lần lượt."))
        return file

    def refuse(self, said: str) -> None:
        """Show why nothing of the file can be read; one that was taken for another kind is told."""
        name = str(self.cleaned_data["file"].name or "").lower()
        is_package = self.cleaned_data["kind"] == ExchangeKind.PACKAGE
        if is_package and name.endswith(".xlsx"):
            self.add_error("kind", _("Tệp .xlsx là một danh sách. Chọn đó là danh sách nào."))
        elif not is_package and name.endswith((".json", ".zip")):
            self.add_error("kind", _("Tệp .json, .zip là gói thủ tục đầy đủ. Chọn loại đó."))
        else:
            self.add_error("file", said)
