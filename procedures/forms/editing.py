"""Forms about a procedure as a whole: entered, sent, published, taken back."""

from typing import Any

from crispy_forms.layout import Field as Shown, Layout, Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from portal.core.forms import PortalFormHelper
from portal.core.text import normalise_name
from procedures.models import Field


class EditorForm(forms.Form):
    """What forms of the editors have: one button named after what it does."""

    submit_label: str | Promise = _("Lưu")
    submit_class = "btn btn-primary"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = PortalFormHelper(self)
        self.helper.layout = Layout(
            *self.layout(), Submit("submit", self.submit_label, css_class=self.submit_class)
        )

    def layout(self) -> list[Any]:
        """Return the fields in the order of the page."""
        return [Shown(name) for name in self.fields]


class CreateForm(EditorForm):
    submit_label = _("Tạo thủ tục và bắt đầu soạn")

    code = forms.CharField(
        label=_("Mã thủ tục"),
        max_length=32,
        help_text=_("Mã trên cơ sở dữ liệu quốc gia, ví dụ 1.001193. Không đổi được về sau."),
    )
    name = forms.CharField(
        label=_("Tên chính thức"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Ghi đúng như quyết định công bố."),
    )
    field = forms.ModelChoiceField(
        label=_("Lĩnh vực"), queryset=Field.objects.all(), empty_label=_("Chọn lĩnh vực")
    )
    tiers = forms.TypedMultipleChoiceField(
        label=_("Cấp thực hiện"),
        choices=Tier.choices,
        coerce=Tier,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()

    def clean_name(self) -> str:
        return normalise_name(self.cleaned_data["name"])
