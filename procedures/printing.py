"""Forms to print and fill in by hand, made from the same definitions as the e-forms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pikepdf

from portal.core.files import store_bytes
from portal.core.pdf import render_pdf
from procedures.eform.definition import Definition, Field, FieldType
from procedures.eform.parsing import parse_definition

# Empty rows printed for a repeating group that names no maximum.
GROUP_ROWS: Final = 4
LONG_ANSWER_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class StoredForm:
    """A printable form in the file store."""

    storage_key: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class BlankRow:
    """One question on paper: dotted lines, boxes to tick, or a table of empty rows."""

    kind: str  # "lines", "boxes", "table", "heading", "text"
    label: str
    hint: str
    lines: range
    boxes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """The label as it stands before an empty line."""
        return self.label if self.label.endswith("?") else f"{self.label}:"


def print_blank_form(*, title: str, definition: Mapping[str, Any]) -> StoredForm:
    """
    Print an empty form from an e-form definition and store the PDF.

    :raises eform.definition.FormDefinitionError: if the definition does not hold.
    """
    data = render_blank_form(title=title, definition=parse_definition(definition))
    with pikepdf.open(BytesIO(data)) as pdf:
        pages = len(pdf.pages)
    return StoredForm(storage_key=store_bytes(data), size=len(data), pages=pages)


def render_blank_form(*, title: str, definition: Definition) -> bytes:
    """Return the PDF of an empty form."""
    sections = [
        {"title": section.title, "rows": list(_rows(section.fields))}
        for section in definition.sections
    ]
    return render_pdf("pdf/blank_form.html", {"title": title, "sections": sections})


def _rows(fields: tuple[Field, ...]) -> Iterator[BlankRow]:
    for field in fields:
        hint = field.help
        match field.type:
            case FieldType.HEADING:
                yield BlankRow("heading", field.label, hint, range(0))
            case FieldType.EXPLANATION:
                yield BlankRow("text", field.label, field.text, range(0))
            case FieldType.YES_NO:
                yield BlankRow("boxes", field.label, hint, range(0), boxes=("Có", "Không"))
            case FieldType.ONE_OF | FieldType.MANY_OF:
                boxes = tuple(option.label for option in field.options)
                yield BlankRow("boxes", field.label, hint, range(0), boxes=boxes)
            case FieldType.GROUP:
                columns = tuple(column.label for column in field.fields)
                count = min(field.max_rows or GROUP_ROWS, GROUP_ROWS)
                yield BlankRow("table", field.label, hint, range(count), columns=columns)
            case FieldType.LONG_TEXT | FieldType.ADDRESS:
                yield BlankRow("lines", field.label, hint, range(LONG_ANSWER_LINES - 1))
            case _:
                yield BlankRow("lines", field.label, hint, range(0))
