"""Pieces of crispy layout for what plain fields cannot say: addresses, groups, text between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from crispy_forms.layout import Div
from crispy_forms.utils import TEMPLATE_PACK, render_field
from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.core.places import Candidate
from procedures.eform.answers import row_title
from procedures.eform.definition import ADDRESS_PARTS, Field

NEW_ROW: Final = "__row__"


class Piece:
    """Something in a layout; crispy asks only for `render`."""

    def render(
        self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **_rest: Any
    ) -> SafeString:
        """Draw this piece; each kind says how."""
        raise NotImplementedError


def render_all(
    parts: Sequence[Any], form: forms.Form, context: Any, template_pack: str
) -> SafeString:
    """Draw several pieces, one after another."""
    drawn = (render_field(part, form, context, template_pack=template_pack) for part in parts)
    return mark_safe("".join(drawn))  # noqa: S308 - every piece comes from a template


def shown_if(part: Any, condition: str) -> Any:
    """Wrap a piece so that the page can hide it; `condition` is JSON, or empty for always."""
    return Div(part, **{"data-show-if": condition}) if condition else part


@dataclass(slots=True)
class TextPiece(Piece):
    """A heading or an explanation; its words are data and never read as a template."""

    field: Field

    def render(
        self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **_rest: Any
    ) -> SafeString:
        """Draw the words."""
        return render_to_string("procedures/eform/text.html", {"field": self.field})


@dataclass(slots=True)
class DefaultButton(Piece):
    """What the Enter key presses, so that it never adds or removes a row."""

    name: str
    value: str

    def render(
        self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **_rest: Any
    ) -> SafeString:
        """Draw the button that only the Enter key reaches."""
        return render_to_string(
            "procedures/eform/default_button.html", {"name": self.name, "value": self.value}
        )


@dataclass(slots=True)
class AddressPiece(Piece):
    """The three inputs of an address under one legend."""

    path: str
    field: Field
    hint: str
    inputs: Sequence[str]
    communes: Sequence[tuple[str, str]]
    communes_url: str
    choices: Sequence[Candidate] = ()

    def render(
        self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **_rest: Any
    ) -> SafeString:
        """Draw the fieldset with the list of communes to choose from."""
        own = {
            "path": self.path,
            "field": self.field,
            "hint": self.hint,
            # The choices stand right below the name that they explain, before house and street.
            "inputs": render_all(self.inputs[:2], form, context, template_pack),
            "street": render_all(self.inputs[2:], form, context, template_pack),
            "communes": self.communes,
            "communes_url": self.communes_url,
            "choices": self.choices,
            "name": f"{form.prefix}-{self.path}.{ADDRESS_PARTS[1]}",
        }
        return render_to_string("procedures/eform/address.html", own)


@dataclass(slots=True)
class GroupPiece(Piece):
    """A repeating group: its rows, an empty row for the script, the button without it."""

    field: Field
    prefix: str
    hint: str
    rows: Sequence[Sequence[Any]]
    new_row: Sequence[Any]
    new_row_form: forms.Form

    def render(
        self, form: forms.Form, context: Any, template_pack: str = TEMPLATE_PACK, **_rest: Any
    ) -> SafeString:
        """Draw the group."""
        rows = [
            self.row(str(index), render_all(parts, form, context, template_pack))
            for index, parts in enumerate(self.rows)
        ]
        own = {
            "field": self.field,
            "prefix": self.prefix,
            "hint": self.hint,
            "rows": rows,
            "new_row": self.row(
                NEW_ROW, render_all(self.new_row, self.new_row_form, context, template_pack)
            ),
            "can_add": len(self.rows) < self.field.max_rows,
            "errors": form.errors.get(self.field.key, ()),
        }
        return render_to_string("procedures/eform/group.html", own)

    def row(self, index: str, inputs: SafeString) -> dict[str, Any]:
        """Collect what the template needs for one row."""
        is_new = index == NEW_ROW
        return {
            "path": f"{self.field.key}.{index}",
            "title": (self.field.row_title or _("Dòng"))
            if is_new
            else row_title(self.field, int(index)),
            "inputs": inputs,
        }
