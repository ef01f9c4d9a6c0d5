"""Fields of a draft's parts: plain text only, in composed letters, as it will be read."""

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from portal.core.forms import DayField
from portal.core.text import normalise_name

# A tag as pages have them; "dưới < 5 ngày" is none.
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:[a-zA-Z]{2,8}|#[0-9]{1,6});")
_TOO_LONG: Final = ngettext_lazy(
    "Dài quá: nhiều nhất %(limit_value)d ký tự, đang có %(show_value)d.",
    "Dài quá: nhiều nhất %(limit_value)d ký tự, đang có %(show_value)d.",
    "limit_value",
)
LONG: Final = 60_000


class PlainField(forms.CharField):
    """One line of text; several with `lines`."""

    default_error_messages = {
        "strange": _("Có ký tự lạ không in được. Gõ lại đoạn này."),
        "markup": _(
            "Chỉ ghi chữ thường: bỏ các thẻ như <b>, &nbsp; (hay có khi chép từ trang web)."
        ),
    }

    def __init__(self, *, lines: int = 0, **kwargs: Any) -> None:
        self.lines = lines
        if lines:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": lines}))
        super().__init__(**kwargs)
        for validator in self.validators:
            if isinstance(validator, MaxLengthValidator):
                validator.message = _TOO_LONG
        # Looked for below, with words of our own.
        self.validators = [
            one
            for one in self.validators
            if getattr(one, "code", "") != "null_characters_not_allowed"
        ]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # What is too long is said and kept, never cut off by the browser.
        return {
            name: value
            for name, value in super().widget_attrs(widget).items()
            if name not in {"maxlength", "minlength"}
        }

    def to_python(self, value: Any) -> str:
        text = "" if value in self.empty_values else str(value)
        if "\x00" in text:
            raise ValidationError(self.error_messages["strange"], code="strange")
        text = self._in_lines(text) if self.lines else normalise_name(text)
        if _MARKUP.search(text):
            raise ValidationError(self.error_messages["markup"], code="markup")
        return text

    def _in_lines(self, text: str) -> str:
        composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
        visible = "".join(
            one
            for one in composed
            if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf"}
        )
        joined = "\n".join(line.rstrip() for line in visible.split("\n"))
        return re.sub(r"\n{3,}", "\n\n", joined).strip()


class LinesField(PlainField):
    """A list of short texts, one a line."""

    default_error_messages = {
        "line": _("Dòng “%(line)s…” dài quá: mỗi dòng nhiều nhất %(most)d ký tự."),
        "many": _("Nhiều dòng quá: nhiều nhất %(most)d dòng."),
    }

    def __init__(self, *, most: int, line_length: int, **kwargs: Any) -> None:
        self.most, self.line_length = most, line_length
        kwargs.setdefault("lines", 3)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines = list(dict.fromkeys(normalise_name(line) for line in text.split("\n")))
        lines = [line for line in lines if line]
        if len(lines) > self.most:
            raise ValidationError(
                self.error_messages["many"], code="many", params={"most": self.most}
            )
        for line in lines:
            if len(line) > self.line_length:
                raise ValidationError(
                    self.error_messages["line"],
                    code="line",
                    params={"line": line[:30], "most": self.line_length},
                )
        return tuple(lines)


class CountField(forms.Field):
    """A whole number from `least` to `most`, written with or without dots between thousands."""

    default_error_messages = {
        "required": _("Cần ghi số."),
        "invalid": _("Chỉ ghi chữ số, ví dụ 125000 hoặc 125.000."),
        "range": _("Số phải từ %(least)s đến %(most)s."),
    }

    def __init__(self, *, least: int, most: int, money: bool = False, **kwargs: Any) -> None:
        self.least, self.most, self.money = least, most, money
        kwargs.setdefault(
            "widget",
            forms.TextInput(
                attrs={
                    "inputmode": "numeric",
                    "autocomplete": "off",
                    "class": "input-money" if money else "input-count",
                }
            ),
        )
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if self.money and isinstance(value, int) and not isinstance(value, bool):
            return f"{value:,}".replace(",", ".")
        return value

    def to_python(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        text = "".join(str(value).split())
        if not text:
            return None
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text, re.ASCII):
            text = text.replace(".", "")
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        # Python reads no number of thousands of digits; nobody means one either.
        number = int(text) if len(text) < 15 else 10**15
        if not self.least <= number <= self.most:
            raise ValidationError(
                self.error_messages["range"],
                code="range",
                params={"least": _dotted(self.least), "most": _dotted(self.most)},
            )
        return number

    def has_changed(self, initial: Any, data: Any) -> bool:
        return ("" if initial is None else str(initial)) != ("" if data is None else str(data))


class ManyField(forms.MultipleChoiceField):
    """Several of a few, as boxes to tick."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid_choice": _("Có lựa chọn không còn nữa. Chọn lại."),
        "invalid_list": _("Chọn lại."),
    }


class OneField(forms.ChoiceField):
    """One of a few, from a list."""

    default_error_messages = {"invalid_choice": _("Lựa chọn này không còn. Chọn lại.")}


class RowDayField(DayField):
    """A day in a row, where there is no room for an example."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "")
        super().__init__(**kwargs)
        self.widget.attrs["class"] = "input-day"
        self.widget.attrs["placeholder"] = "27/3/2026"


def _dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")
