"""Inputs for one e-form field: the right keyboard, the right autocomplete, never a lost value."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures.eform.definition import ADDRESS_PARTS, Field, FieldType
from procedures.eform.values import Places

MAX_RADIOS: Final = 6

INPUT_MODES: Final[Mapping[FieldType, str]] = {
    FieldType.INTEGER: "numeric",
    FieldType.MONEY: "numeric",
    FieldType.DECIMAL: "decimal",
    FieldType.DATE: "numeric",
    FieldType.IDENTITY_NUMBER: "numeric",
    FieldType.TAX_CODE: "numeric",
    FieldType.PHONE: "tel",
    FieldType.EMAIL: "email",
}
# WCAG 1.3.5: only for what is asked about the person who is typing.
AUTOCOMPLETE: Final[Mapping[str, str]] = {
    "account.full_name": "name",
    "account.phone": "tel",
    "account.email": "email",
    "account.date_of_birth": "bday",
    "account.address": "street-address",
}
EXAMPLES: Final[Mapping[FieldType, str]] = {
    FieldType.DATE: "05/09/2026",
    FieldType.MONEY: "1.250.000",
}


class TypedField(forms.Field):
    """A form field that only carries what was typed: the engine's check judges it."""

    def clean(self, value: Any) -> Any:
        """Pass the value through."""
        return value


class TypedDay(TypedField, forms.DateField):
    """The same for a day: being a DateField, it is drawn as wide as a day."""


def build_inputs(
    field: Field, path: str, *, condition: str, places: Places | None, province: str = ""
) -> dict[str, forms.Field]:
    """
    Build the form fields of one question, by path: three for an address, else one.

    `province` is what is typed there now: a text of before the lists must not vanish from the page.
    """
    if field.type is FieldType.ADDRESS:
        return _address_inputs(field, path, places=places, province=province)
    kind = TypedDay if field.type is FieldType.DATE else TypedField
    made = kind(
        label=field.label,
        required=field.required,
        help_text=hint(field, condition),
        widget=_widget(field),
    )
    return {path: made}


def hint(field: Field, condition: str) -> SafeString:
    """Write a field's help, example and condition, as markup only where it is ours."""
    parts: list[str] = [field.help] if field.help else []
    if field.pattern_hint:
        parts.append(_("Dạng: %(hint)s.") % {"hint": field.pattern_hint.rstrip(".")})
    if example := field.example or EXAMPLES.get(field.type, ""):
        parts.append(_("Ví dụ: %(example)s.") % {"example": example.rstrip(".")})
    text = format_html("{}", " ".join(parts))
    if not condition:
        return text
    return format_html(
        "<span data-eform-condition>{} </span>{}",
        _("Chỉ điền nếu %(condition)s.") % {"condition": condition},
        text,
    )


def _widget(field: Field) -> forms.Widget:
    if field.type is FieldType.LONG_TEXT:
        return forms.Textarea(attrs={"rows": 4})
    if field.type is FieldType.YES_NO:
        return forms.RadioSelect(choices=[("yes", _("Có")), ("no", _("Không"))])
    choices = [(one.value, one.label) for one in field.options]
    if field.type is FieldType.MANY_OF:
        return forms.CheckboxSelectMultiple(choices=choices)
    if field.type is FieldType.ONE_OF:
        if len(choices) <= MAX_RADIOS:
            return forms.RadioSelect(choices=choices)
        return forms.Select(choices=[("", _("– Chọn –")), *choices])
    return _text_input(field)


def _text_input(field: Field) -> forms.Widget:
    attrs: dict[str, Any] = {}
    if field.type in INPUT_MODES:
        attrs["inputmode"] = INPUT_MODES[field.type]
    if field.prefill in AUTOCOMPLETE:
        attrs["autocomplete"] = AUTOCOMPLETE[field.prefill]
    elif field.is_personal or field.type is FieldType.DATE:
        attrs["autocomplete"] = "off"
    if field.type is FieldType.EMAIL:
        attrs["spellcheck"] = "false"
        return forms.EmailInput(attrs=attrs)
    if field.type is FieldType.PHONE:
        return forms.TextInput(attrs={**attrs, "type": "tel"})
    return forms.TextInput(attrs=attrs)


def _address_inputs(
    field: Field, path: str, *, places: Places | None, province: str
) -> dict[str, forms.Field]:
    labels = (
        _("Tỉnh, thành phố"),
        _("Xã, phường, đặc khu"),
        _("Số nhà, đường, thôn, tổ dân phố"),
    )
    is_own = field.prefill == "account.address"
    widgets = (
        _province_widget(places, is_own=is_own, typed=province),
        forms.TextInput(
            attrs={
                "list": f"list_{path}",
                "autocomplete": "address-level2" if is_own else "off",
            }
        ),
        forms.TextInput(attrs={"autocomplete": "street-address" if is_own else "off"}),
    )
    helps = (
        "",
        _("Gõ tên hiện nay hoặc tên cũ, ví dụ “Phường 1, Quận 3”.") if places else "",
        "",
    )
    return {
        f"{path}.{part}": TypedField(
            label=label,
            required=field.required and part != "detail",
            help_text=help_,
            widget=widget,
        )
        for part, label, help_, widget in zip(ADDRESS_PARTS, labels, helps, widgets, strict=True)
    }


def _province_widget(places: Places | None, *, is_own: bool, typed: str) -> forms.Widget:
    attrs = {"autocomplete": "address-level1" if is_own else "off"}
    if places is None:
        return forms.TextInput(attrs=attrs)
    known = places(None)
    stray = [(typed, typed)] if typed and typed not in {code for code, _name in known} else []
    return forms.Select(attrs=attrs, choices=[("", _("– Chọn –")), *stray, *known])
