"""Answers in words: for the review page, the clerk's page and the printed declaration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.core.identity import format_phone
from portal.core.money import format_vnd
from procedures.eform.addresses import address_text
from procedures.eform.answers import merge
from procedures.eform.conditions import holds
from procedures.eform.definition import Definition, Field, FieldType, Section
from procedures.eform.values import format_day, format_number

COVERED: Final = "••••••"
NOT_ANSWERED: Final = "–"


@dataclass(frozen=True, slots=True)
class Row:
    """One answer; `path` is its field's path, `kind` its type's name ("heading" has no text)."""

    path: str
    label: str
    text: str
    kind: str
    is_personal: bool = False
    is_answered: bool = True

    @property
    def is_table(self) -> bool:
        """Tell a template which of the two this is."""
        return False


@dataclass(frozen=True, slots=True)
class Table:
    """One repeating group: `headers` and `kinds` once, then a tuple of texts for each row."""

    path: str
    label: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kinds: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Return the rows with the kind of its column beside each text."""
        return tuple(tuple(zip(row, self.kinds, strict=True)) for row in self.rows)

    @property
    def is_table(self) -> bool:
        """Tell a template which of the two this is."""
        return True


@dataclass(frozen=True, slots=True)
class SectionRows:
    """One section's answers in the order of the form."""

    key: str
    title: str
    rows: tuple[Row | Table, ...]


def rows(
    definition: Definition,
    answers: Mapping[str, Any],
    *,
    sealed: Mapping[str, Any] | None = None,
) -> tuple[SectionRows, ...]:
    """
    List the answers of every section that applies, hidden fields left out.

    Without `sealed` (a reader who may not see them) personal answers are shown covered; pass an
    empty mapping when there are none.
    """
    everything = merge(answers, sealed or {})
    is_covered = sealed is None
    shown = []
    for section in definition.sections:
        has_answers = any(field.key in everything for field in section.fields)
        if has_answers or holds(section.show_if, everything.get):
            found = tuple(_section_rows(section, everything, is_covered=is_covered))
            if found:
                shown.append(SectionRows(key=section.key, title=section.title, rows=found))
    return tuple(shown)


def _section_rows(
    section: Section, everything: Mapping[str, Any], *, is_covered: bool
) -> list[Row | Table]:
    found: list[Row | Table] = []
    for field in section.fields:
        value = everything.get(field.key)
        # What was stored was shown; a condition on a sealed answer cannot be asked again here.
        is_shown = value is not None or holds(field.show_if, everything.get)
        if not is_shown or field.type is FieldType.EXPLANATION:
            continue
        if field.type is FieldType.GROUP:
            found.append(_table(field, value or [], is_covered=is_covered))
        else:
            found.append(_row(field, value, is_covered=is_covered))
    return found


def _row(field: Field, value: Any, *, is_covered: bool) -> Row:
    is_heading = field.type is FieldType.HEADING
    return Row(
        path=field.key,
        label=field.label,
        text="" if is_heading else _text(field, value, is_covered=is_covered),
        kind=field.type.value,
        is_personal=field.is_personal,
        is_answered=value is not None or (is_covered and field.is_personal),
    )


def _table(group: Field, values: list[dict[str, Any]], *, is_covered: bool) -> Table:
    return Table(
        path=group.key,
        label=group.label,
        headers=tuple(column.label for column in group.fields),
        rows=tuple(
            tuple(
                _text(column, row.get(column.key), is_covered=is_covered) for column in group.fields
            )
            for row in values
        ),
        kinds=tuple(column.type.value for column in group.fields),
    )


def _text(field: Field, value: Any, *, is_covered: bool) -> str:
    if is_covered and field.is_personal:
        return COVERED
    return NOT_ANSWERED if value is None else value_text(field, value)


def value_text(field: Field, value: Any) -> str:
    """Write one cleaned value as people read it."""
    return WRITERS.get(field.type, _plain)(field, value)


def _plain(field: Field, value: Any) -> str:
    return str(value)


WRITERS: Final[Mapping[FieldType, Callable[[Field, Any], str]]] = {
    FieldType.YES_NO: lambda field, value: _("Có") if value else _("Không"),
    FieldType.ONE_OF: lambda field, value: field.option_label(str(value)),
    FieldType.MANY_OF: lambda field, value: "; ".join(field.option_label(one) for one in value),
    FieldType.DATE: lambda field, value: format_day(date.fromisoformat(value)),
    FieldType.MONEY: lambda field, value: format_vnd(int(value)),
    FieldType.INTEGER: lambda field, value: format_number(int(value)),
    FieldType.DECIMAL: lambda field, value: format_number(Decimal(str(value))),
    FieldType.PHONE: lambda field, value: format_phone(str(value)),
    FieldType.ADDRESS: lambda field, value: address_text(value),
}
