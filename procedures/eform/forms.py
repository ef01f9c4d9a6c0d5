"""One section of an e-form as a Django form that crispy renders and that works without script."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.datastructures import MultiValueDict

from procedures.eform.answers import Checked, Raw, Typed, check, merge, row_indexes
from procedures.eform.conditions import (
    AllOf,
    Compare,
    Condition,
    Operator,
    describe,
    holds,
    simplify,
)
from procedures.eform.definition import (
    ADDRESS_PARTS,
    MAX_ROWS,
    Definition,
    Field,
    FieldType,
    next_by_key,
)
from procedures.eform.display import value_text
from procedures.eform.drafts import change_rows, merge_posted
from procedures.eform.layout import (
    NEW_ROW,
    AddressPiece,
    DefaultButton,
    GroupPiece,
    TextPiece,
    shown_if,
)
from procedures.eform.values import Places
from procedures.eform.widgets import TypedField, build_inputs, hint

PREFIX: Final = "f"
ADD: Final = f"{PREFIX}-add"
REMOVE: Final = f"{PREFIX}-remove"


def posted_answers(data: Mapping[str, Any]) -> Typed:
    """Take the e-form's inputs out of a POST (a QueryDict), by path; all else is left behind."""
    start = f"{PREFIX}-"
    posted = data if isinstance(data, MultiValueDict) else MultiValueDict({**data})
    return {
        name.removeprefix(start): [str(one) for one in values]
        for name, values in posted.lists()
        if name.startswith(start) and name not in {ADD, REMOVE}
    }


class NewRowForm(forms.Form):
    """Holds the inputs of the empty row that the script copies."""

    use_required_attribute = False
    # What crispy would set on a form that it draws as a whole.
    rendered_fields: set[str]
    crispy_field_template: None

    def __init__(self, *, prefix: str) -> None:
        """Start without inputs; the layout's builder adds them."""
        super().__init__(prefix=prefix)
        self.rendered_fields = set()
        self.crispy_field_template = None


class SectionForm(forms.Form):
    """
    The page of one section.

    Build it with `typed` (all the draft holds, by path) and, on POST, with `data`. `checked` then
    holds the outcome for the whole e-form, errors for this section only. When a row button was
    pressed `row_button_pressed` is true: keep `checked.typed` and show the form again.
    """

    use_required_attribute = False
    helper: FormHelper

    def __init__(
        self,
        definition: Definition,
        section: str,
        *,
        today: date,
        typed: Raw | None = None,
        data: Mapping[str, Any] | None = None,
        places: Places | None = None,
        communes_url: str = "",
        default_button: tuple[str, str] = ("", ""),
    ) -> None:
        """Check what was posted, then build inputs and layout around it."""
        self.definition = definition
        self.section = definition.section(section)
        self.places = places
        self.communes_url = communes_url
        raw: Raw = typed or {}
        self.row_button_pressed = False
        if data is not None:
            raw = merge_posted(definition, section, stored=raw, posted=posted_answers(data))
            pressed = change_rows(self.section, raw, add=data.get(ADD), remove=data.get(REMOVE))
            self.row_button_pressed = pressed is not None
            raw = pressed if pressed is not None else raw
        is_final = data is not None and not self.row_button_pressed
        self.checked: Checked = check(
            definition, raw, today=today, places=places, section=section, complete=is_final
        )
        self.typed: Typed = {**self.checked.typed, **self.checked.sealed_typed}
        named = {f"{PREFIX}-{path}": values for path, values in self.typed.items()}
        super().__init__(
            data=MultiValueDict(named) if is_final else None,
            initial=self._initial(),
            prefix=PREFIX,
        )
        _Builder(self, default_button).build()
        if data is not None and self.row_button_pressed:
            self._begin_row(str(data.get(ADD) or ""))

    def clean(self) -> dict[str, Any]:
        """Hand the check's sentences to the fields that they belong to."""
        for path, sentence in self.checked.errors.items():
            self.add_error(path if path in self.fields else None, sentence)
        return self.cleaned_data

    def _begin_row(self, group: str) -> None:
        """Put the cursor into the row that was added, where no script does."""
        inputs = [name for name in self.fields if name.startswith(f"{group}.")]
        if group and inputs:
            row = inputs[-1].split(".")[1]
            first = next(name for name in inputs if name.startswith(f"{group}.{row}."))
            self.fields[first].widget.attrs["autofocus"] = True

    def _initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {}
        for path, values in self.typed.items():
            try:
                is_many = self.definition.field_at(path).type is FieldType.MANY_OF
            except KeyError:
                continue
            initial[path] = values if is_many else values[-1]
        return initial


class _Builder:
    """Turns one section into form fields and a layout."""

    def __init__(self, form: SectionForm, default_button: tuple[str, str]) -> None:
        self.form = form
        self.default_button = default_button
        self.values = merge(form.checked.answers, form.checked.sealed)
        self.on_page: set[str] = set()

    def build(self) -> None:
        parts: list[Any] = []
        if any(field.type is FieldType.GROUP for field in self.form.section.fields):
            parts.append(DefaultButton(*self.default_button))
        for field in self.form.section.fields:
            condition = simplify(field.show_if, self.settled(()))
            if condition is not False:
                self.on_page.add(field.key)
                parts.append(self.part(field, field.key, condition, self.form, ()))
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(Div(*parts, **{"data-eform": ""}))
        self.form.helper = helper

    def settled(self, columns: Sequence[str]) -> Any:
        """Decide comparisons with answers that this page does not ask."""

        def verdict(compare: Compare) -> bool | None:
            if compare.field in columns or compare.field in self.on_page:
                return None
            return holds(compare, self.values.get)

        return verdict

    def part(
        self,
        field: Field,
        path: str,
        condition: Condition | bool,
        form: forms.Form,
        row: tuple[str, Field] | tuple[()],
    ) -> Any:
        wire, words = "", ""
        if not isinstance(condition, bool):
            wire = json.dumps(self.wire(condition, row), ensure_ascii=False)
            words = self.words(condition, row)
        if not field.takes_answer:
            return shown_if(TextPiece(field), wire)
        if field.type is FieldType.GROUP:
            return shown_if(self.group(field, words), wire)
        typed = self.form.typed
        province = " ".join(typed.get(f"{path}.{ADDRESS_PARTS[0]}", ())[-1:])
        inputs = build_inputs(
            field,
            path,
            condition=words,
            places=self.form.places,
            province=province,
        )
        form.fields.update(inputs)
        if field.type is not FieldType.ADDRESS:
            return shown_if(path, wire)
        communes = self.form.places(province) if self.form.places and province else ()
        piece = AddressPiece(
            path,
            field,
            hint(field, words),
            tuple(inputs),
            communes,
            self.form.communes_url,
            self.form.checked.choices.get(path, ()),
        )
        return shown_if(piece, wire)

    def group(self, group: Field, words: str) -> GroupPiece:
        # Takes the group's own error; the layout never draws it.
        self.form.fields[group.key] = TypedField(label=group.label, required=False)
        count = min(max(len(row_indexes(self.form.typed, group.key)), group.min_rows), MAX_ROWS)
        new_row_form = NewRowForm(prefix=PREFIX)
        return GroupPiece(
            field=group,
            prefix=PREFIX,
            hint=hint(group, words),
            rows=[self.row(group, str(index), self.form) for index in range(count)],
            new_row=self.row(group, NEW_ROW, new_row_form),
            new_row_form=new_row_form,
        )

    def row(self, group: Field, index: str, form: forms.Form) -> list[Any]:
        parts: list[Any] = []
        built: list[str] = []
        start = f"{group.key}.{index}"
        for column in group.fields:
            condition = simplify(column.show_if, self.settled(built))
            if condition is not False:
                built.append(column.key)
                path = f"{start}.{column.key}"
                parts.append(self.part(column, path, condition, form, (start, group)))
        return parts

    def wire(self, condition: Condition, row: tuple[str, Field] | tuple[()]) -> dict[str, Any]:
        """Write a condition with the names of the page's inputs, for the script."""
        if not isinstance(condition, Compare):
            joint = "all" if isinstance(condition, AllOf) else "any"
            return {joint: [self.wire(part, row) for part in condition.parts]}
        name = f"{PREFIX}-{condition.field}"
        if row and condition.field in {column.key for column in row[1].fields}:
            name = f"{PREFIX}-{row[0]}.{condition.field}"
        if condition.operator is Operator.ANSWERED:
            return {"name": name, "answered": condition.wanted[0]}
        values = [
            ("yes" if one else "no") if isinstance(one, bool) else str(one)
            for one in condition.wanted
        ]
        is_number = any(type(one) is int for one in condition.wanted)
        is_not = condition.operator is Operator.NOT_EQUALS
        return {"name": name, "in": values, "not": is_not, "number": is_number}

    def words(self, condition: Condition, row: tuple[str, Field] | tuple[()]) -> str:
        def field_of(key: str) -> Field:
            if row and key in {column.key for column in row[1].fields}:
                return next_by_key(row[1].fields, key)
            return self.form.definition.field(key)

        return describe(
            condition,
            label_of=lambda key: field_of(key).label,
            text_of=lambda key, value: value_text(
                field_of(key),
                [value] if field_of(key).type is FieldType.MANY_OF else value,
            ),
        )
