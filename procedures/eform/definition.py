"""What an e-form asks: sections, typed fields and repeating groups, as frozen dataclasses."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from procedures.eform.conditions import Condition, condition_to_json

TODAY: Final = "today"
MAX_FIELDS: Final = 200
MAX_ROWS: Final = 50
MAX_INPUTS_PER_SECTION: Final = 900  # Django takes 1,000 inputs in one request


class FieldType(StrEnum):
    """The kinds of field that an e-form knows."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    ONE_OF = "one_of"
    MANY_OF = "many_of"
    IDENTITY_NUMBER = "identity_number"
    PHONE = "phone"
    EMAIL = "email"
    TAX_CODE = "tax_code"
    ADDRESS = "address"
    GROUP = "group"
    HEADING = "heading"
    EXPLANATION = "explanation"


SILENT: Final = frozenset({FieldType.HEADING, FieldType.EXPLANATION})
NUMBERS: Final = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY})
CHOICES: Final = frozenset({FieldType.ONE_OF, FieldType.MANY_OF})
ADDRESS_PARTS: Final = ("province", "commune", "detail")
DEFAULT_MAX_LENGTH: Final = {FieldType.TEXT: 200, FieldType.LONG_TEXT: 4000}
DEFAULT_MAX_ROWS: Final = 20
PLAIN_PARTS: Final = (  # of a field: the same in JSON and here, and left out when empty
    "help", "example", "required", "personal", "prefill", "text", "row_title",
    "min_length", "max_length", "pattern", "pattern_hint", "min_rows", "max_rows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that may be chosen."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """
    One question, one repeating group, or one piece of text between questions.

    `minimum` and `maximum` are numbers for numbers, and ISO days or TODAY for dates. `pattern` is
    what a whole text must match, `pattern_hint` says the same to people. `fields`, `min_rows`,
    `max_rows` and `row_title` belong to groups, `text` to explanations.
    """

    key: str
    type: FieldType
    label: str
    help: str = ""
    example: str = ""
    required: bool = False
    personal: bool = False
    min_length: int = 0
    max_length: int = 0
    pattern: str = ""
    pattern_hint: str = ""
    minimum: Decimal | str | None = None
    maximum: Decimal | str | None = None
    options: tuple[Option, ...] = ()
    prefill: str = ""
    show_if: Condition | None = None
    text: str = ""
    fields: tuple["Field", ...] = ()
    min_rows: int = 0
    max_rows: int = 0
    row_title: str = ""

    @property
    def takes_answer(self) -> bool:
        """Whether a person fills this in (not a heading or an explanation)."""
        return self.type not in SILENT

    @property
    def is_personal(self) -> bool:
        """Whether the answer must be kept sealed apart."""
        return self.personal or self.type is FieldType.IDENTITY_NUMBER

    def option_label(self, value: str) -> str:
        """Return the words of an option; an option that is gone shows as its value."""
        return next((one.label for one in self.options if one.value == value), value)


@dataclass(frozen=True, slots=True)
class Section:
    """One page of an e-form."""

    key: str
    title: str
    fields: tuple[Field, ...]
    help: str = ""
    show_if: Condition | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole e-form."""

    title: str
    sections: tuple[Section, ...]
    help: str = ""

    def section(self, key: str) -> Section:
        """
        Return a section by key.

        :raises KeyError: if the e-form has no such section.
        """
        for section in self.sections:
            if section.key == key:
                return section
        raise KeyError(key)

    def field(self, key: str) -> Field:
        """
        Return a field (not a column of a group) by key.

        :raises KeyError: if the e-form has no such field.
        """
        for field in self.fields():
            if field.key == key:
                return field
        raise KeyError(key)

    def fields(self) -> Iterator[Field]:
        """List the fields of every section in order, groups as one field each."""
        for section in self.sections:
            yield from section.fields

    def field_at(self, path: str) -> Field:
        """
        Return the field or column that a path such as `con.0.ho_ten` names.

        :raises KeyError: if the path leads nowhere.
        """
        head, *rest = path.split(".")
        found = self.field(head)
        if found.type is FieldType.GROUP and len(rest) > 1:
            return next_by_key(found.fields, rest[1])
        return found


def next_by_key(fields: tuple[Field, ...], key: str) -> Field:
    """
    Return the field with this key.

    :raises KeyError: if there is none.
    """
    for field in fields:
        if field.key == key:
            return field
    raise KeyError(key)


def to_json(definition: Definition) -> dict[str, Any]:
    """Write a definition as JSON that parses to an equal definition."""
    data: dict[str, Any] = {"version": 1, "title": definition.title}
    if definition.help:
        data["help"] = definition.help
    data["sections"] = [_section_to_json(section) for section in definition.sections]
    return data


def _section_to_json(section: Section) -> dict[str, Any]:
    data: dict[str, Any] = {"key": section.key, "title": section.title}
    if section.help:
        data["help"] = section.help
    if section.show_if is not None:
        data["show_if"] = condition_to_json(section.show_if)
    data["fields"] = [_field_to_json(field) for field in section.fields]
    return data


def _field_to_json(field: Field) -> dict[str, Any]:
    data: dict[str, Any] = {"key": field.key, "type": field.type.value, "label": field.label}
    data |= {name: value for name in PLAIN_PARTS if (value := getattr(field, name))}
    bounds = {"min": field.minimum, "max": field.maximum}
    data |= {name: _bound_to_json(bound) for name, bound in bounds.items() if bound is not None}
    if field.options:
        data["options"] = [{"value": one.value, "label": one.label} for one in field.options]
    if field.show_if is not None:
        data["show_if"] = condition_to_json(field.show_if)
    if field.fields:
        data["fields"] = [_field_to_json(column) for column in field.fields]
    return data


def _bound_to_json(bound: Decimal | str) -> str | int | float:
    if isinstance(bound, str):
        return bound
    return int(bound) if bound == bound.to_integral_value() else float(bound)
