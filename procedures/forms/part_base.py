"""The form of one part of a draft, and what such forms share."""

from collections.abc import Sequence
from typing import Any

from django import forms

from procedures.forms.part_rows import RowForm, RowsForm
from procedures.models import Revision


class PartForm(RowsForm):
    """The form of one part: it reads the part from a draft and says what to save."""

    @classmethod
    def initial_of(cls, revision: Revision) -> dict[str, Any]:
        raise NotImplementedError

    def part(self) -> Any:
        """Return what the valid form says, for the part's use case."""
        raise NotImplementedError

    def stored_rows(self) -> list[RowForm]:
        """Return the rows of the part's list in the order in which they are stored."""
        return [row for name in self.lists for row in self.kept(name)]


def said_by(data: Any, *, without: str = "") -> dict[str, Any]:
    """Return the fields of a part's data by name."""
    return {name: getattr(data, name) for name in data.__dataclass_fields__ if name != without}


def choose_from(form: RowsForm, name: str, choices: Sequence[tuple[str, str]]) -> None:
    """Let a field of `form` choose from what the draft says elsewhere."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
