"""The asked answers of a supplement: the e-form cut down to exactly those fields."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from procedures.eform.answers import Typed, merge
from procedures.eform.definition import Definition, Section
from procedures.eform.drafts import head_of, typed_answers

SECTION: Final = "bo_sung"


def cut_down(definition: Definition, keys: Iterable[str]) -> Definition | None:
    """Return the e-form with one section of the asked fields, each shown and required."""
    heads = {head_of(key) for key in keys}
    fields = tuple(
        replace(field, show_if=None, required=field.takes_answer)
        for field in definition.fields()
        if field.key in heads
    )
    if not fields:
        return None
    section = Section(key=SECTION, title=definition.title, fields=fields)
    return Definition(title=definition.title, sections=(section,))


def typed_of(definition: Definition, answers: dict[str, Any], sealed: dict[str, Any]) -> Typed:
    """Write the present answers of the asked fields as a person would type them."""
    return typed_answers(definition, merge(answers, sealed))
