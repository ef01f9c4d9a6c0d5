"""Answers of an e-form as lines and rows for a page; the reader may see the sealed ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procedures.eform import display
from procedures.eform.definition import Definition


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its answer in words, "" where there is none."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LineTable:
    """A repeating group: each row is a small list of lines."""

    label: str
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One section of the e-form."""

    key: str
    title: str
    lines: tuple[Line, ...]
    tables: tuple[LineTable, ...]


def answer_parts(
    definition: Definition, answers: Mapping[str, Any], *, sealed: Mapping[str, Any]
) -> list[AnswerPart]:
    """Return the sections that apply, with every answer in words."""
    return [
        AnswerPart(
            key=section.key,
            title=section.title,
            lines=tuple(
                Line(row.label, row.text if row.is_answered else "")
                for row in section.rows
                if isinstance(row, display.Row) and row.kind != "heading"
            ),
            tables=tuple(
                _table(table) for table in section.rows if isinstance(table, display.Table)
            ),
        )
        for section in display.rows(definition, answers, sealed=sealed)
    ]


def _table(table: display.Table) -> LineTable:
    return LineTable(
        label=table.label,
        rows=tuple(
            tuple(Line(header, text) for header, text in zip(table.headers, cells, strict=True))
            for cells in table.rows
        ),
    )
