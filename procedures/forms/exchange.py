"""The form that brings a file of the catalogue in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.core.forms import PortalFormHelper
from procedures.enums import ExchangeKind
from procedures.exchange.package import MOST_BYTES


class BringInForm(forms.Form):
    kind = forms.ChoiceField(label=_("Tệp này là"), choices=ExchangeKind, widget=forms.RadioSelect)
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
