"""One question of the finder as a GET form."""

from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.html import format_html

from portal.core.forms import PortalFormHelper
from procedures.selectors.finder_steps import QUANTITY, Choice, FinderStep, Input


class FinderForm(forms.Form):
    """The inputs of a step; the walk through the questions has judged the answers already."""

    use_required_attribute = False
    mark_optional = False

    def __init__(self, step: FinderStep) -> None:
        """Draw the step, with its sentences where an answer was missing or wrong."""
        super().__init__(data=step.values if step.errors else None, initial=step.values)
        self.found = step.errors
        for one in step.inputs:
            self.fields[one.name] = _field(one)
        self.helper = PortalFormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*(Field(one.name) for one in step.inputs))

    def clean(self) -> dict[str, Any]:
        """Say the sentences at their inputs."""
        for name, sentence in self.found.items():
            self.add_error(name, sentence)
        return self.cleaned_data


def _field(one: Input) -> forms.Field:
    if not one.choices:
        is_number = one.name.startswith(QUANTITY)
        attrs = {"inputmode": "numeric", "class": "input-short"} if is_number else {}
        return forms.CharField(
            label=one.label,
            help_text=one.help,
            required=False,
            widget=forms.TextInput(attrs={"autocomplete": "off", **attrs}),
        )
    if one.is_list:
        listed = [("", "–"), *((choice.key, choice.text) for choice in one.choices)]
        return forms.ChoiceField(label=one.label, required=False, choices=listed)
    return forms.ChoiceField(
        label=one.label,
        help_text=one.help,
        required=False,
        widget=forms.RadioSelect,
        choices=[(choice.key, _words(choice)) for choice in one.choices],
    )


def _words(choice: Choice) -> str:
    if not choice.hint:
        return choice.text
    return format_html('{}<span class="form-text d-block">{}</span>', choice.text, choice.hint)
