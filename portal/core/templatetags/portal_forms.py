"""What the crispy templates in templates/bootstrap5/ ask about a field."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet

register = template.Library()


@dataclass(frozen=True, slots=True)
class SummaryLine:
    text: str
    anchor: str


@register.filter
def is_optional(field: BoundField) -> bool:
    """
    Return whether a field's label says "(không bắt buộc)".

    A tick box alone is never marked: leaving it is an answer. A field that some answers make
    mandatory sets `conditionally_required = True`; a form whose fields are filters, not questions,
    sets `mark_optional = False`.
    """
    if field.field.required or field.field.disabled:
        return False
    if type(field.field.widget) is forms.CheckboxInput:
        return False
    if getattr(field.field, "conditionally_required", False):
        return False
    return bool(getattr(field.form, "mark_optional", True))


@register.filter
def is_day(field: BoundField) -> bool:
    """Return whether a field asks for a day in one text box."""
    return isinstance(field.field, forms.DateField) and not field.use_fieldset


@register.filter
def is_group(field: BoundField) -> bool:
    """Return whether a field consists of several controls, named together by a legend."""
    return field.use_fieldset and not isinstance(field.field.widget, forms.FileInput)


@register.filter
def has_own_template(field: BoundField) -> bool:
    """Return whether a field's options are radio buttons or tick boxes."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def control_id(field: BoundField) -> str:
    """Return the id of the first control of a field: where a link from the error summary goes."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def summary_lines(form: forms.BaseForm) -> list[SummaryLine]:
    """Return what the error summary of a form lists, in the order of the page."""
    return list(_lines(form))


@register.filter
def formset_summary_lines(formset: BaseFormSet[forms.BaseForm]) -> list[SummaryLine]:
    """Return what the one error summary above a formset lists."""
    own = [SummaryLine(text=str(error), anchor="") for error in formset.non_form_errors()]
    return own + [line for form in formset.forms for line in _lines(form)]


def _lines(form: forms.BaseForm) -> Iterator[SummaryLine]:
    for error in form.non_field_errors():
        yield SummaryLine(text=str(error), anchor="")
    for field in _in_page_order(form):
        anchor = "" if field.is_hidden else control_id(field)
        for error in field.errors:
            yield SummaryLine(text=f"{field.label}: {error}", anchor=anchor)


def _in_page_order(form: forms.BaseForm) -> list[BoundField]:
    """Return the fields in the order of the page, which a layout may change."""
    fields = list(form)
    layout = getattr(getattr(form, "helper", None), "layout", None)
    if layout is None:
        return fields
    shown = [pointer.name for pointer in layout.get_field_names()]
    places = {name: place for place, name in enumerate(shown)}
    return sorted(fields, key=lambda field: places.get(field.name, len(places)))
