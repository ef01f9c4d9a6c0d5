"""Form parts that every app shares: the day field and the crispy helper."""

from datetime import date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d")


def speak_plainly() -> None:
    """Replace Django's "Trường này là bắt buộc" by words that say what to do."""
    forms.Field.default_error_messages["required"] = _("Cần điền mục này.")
    for chosen in (forms.ChoiceField, forms.ModelChoiceField):
        chosen.default_error_messages["required"] = _("Cần chọn một mục.")
    for several in (forms.MultipleChoiceField, forms.ModelMultipleChoiceField):
        several.default_error_messages["required"] = _("Cần chọn ít nhất một mục.")
    forms.FileField.default_error_messages["required"] = _("Cần chọn một tệp.")
    forms.BooleanField.default_error_messages = {"required": _("Cần đánh dấu vào ô này.")}


class DayField(forms.DateField):
    """A day typed as people write it, in one box: 5/3/1990, 05-03-1990 or 05031990."""

    default_error_messages = {
        "invalid": _("Ngày cần ghi đủ ngày, tháng, năm, ví dụ 27/3/1990."),
        "required": _("Cần ghi ngày, tháng, năm."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Ví dụ: 27/3/1990"))
        kwargs.setdefault("input_formats", DAY_FORMATS)
        kwargs.setdefault(
            "widget",
            forms.DateInput(
                format="%d/%m/%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}
            ),
        )
        super().__init__(**kwargs)

    def to_python(self, value: str | date | datetime | None) -> date | None:
        if isinstance(value, str):
            value = value.strip().strip("./-")
        return super().to_python(value)


class PortalFormHelper(FormHelper):  # type: ignore[misc]  # crispy has no types
    """The crispy helper of a page: our own error words, one press is one submission."""

    def __init__(
        self, form: forms.BaseForm | None = None, *, submit: str | Promise = "", modules: str = ""
    ) -> None:
        super().__init__(form)
        self.attrs = {"novalidate": "", "data-module": f"submit-once {modules}".strip()}
        if submit:
            self.add_input(Submit("submit", submit))
