"""A whole set of answers: what is shown, what is missing, what is wrong, what must be sealed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.core.places import Candidate
from procedures.eform.addresses import AddressError, clean_address, typed_address
from procedures.eform.conditions import holds
from procedures.eform.definition import (
    ADDRESS_PARTS,
    MAX_ROWS,
    Definition,
    Field,
    FieldType,
    Section,
)
from procedures.eform.values import (
    MAX_TYPED,
    FieldError,
    Places,
    Value,
    clean,
    tidy_text,
)

Raw = Mapping[str, Sequence[str]]
Typed = dict[str, list[str]]
ROW_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,3}")
CHOSEN: Final = frozenset({FieldType.ONE_OF, FieldType.YES_NO})


@dataclass(frozen=True, slots=True)
class Checked:
    """
    The outcome of one check.

    `answers` and `sealed` are cleaned and hold only what is shown; `typed` and `sealed_typed` are
    what the person wrote, right or wrong, shown or hidden, for the draft and for showing the form
    again. Personal fields are only ever in the sealed ones, by path. `choices` holds, by the path
    of an address, the communes that the page must ask between.
    """

    answers: dict[str, Any] = dataclass_field(default_factory=dict)
    sealed: dict[str, Any] = dataclass_field(default_factory=dict)
    errors: dict[str, str] = dataclass_field(default_factory=dict)
    choices: dict[str, tuple[Candidate, ...]] = dataclass_field(default_factory=dict)
    typed: Typed = dataclass_field(default_factory=dict)
    sealed_typed: Typed = dataclass_field(default_factory=dict)


def check(
    definition: Definition,
    raw: Raw,
    *,
    today: date,
    places: Places | None = None,
    section: str | None = None,
    complete: bool = True,
) -> Checked:
    """
    Check the answers of an e-form, recomputing every condition.

    `raw` is all that was typed so far, by path. With `section`, only that section's errors are
    reported. Without `complete` (autosave) nothing is required and empty rows are kept.
    """
    run = Run(raw, today=today, places=places, complete=complete)
    for one in definition.sections:
        run.is_reporting = section is None or one.key == section
        is_shown = holds(one.show_if, run.values.get)
        for field in one.fields:
            run.visit(field, is_shown=is_shown)
    return run.outcome


def merge(answers: Mapping[str, Any], sealed: Mapping[str, Any]) -> dict[str, Any]:
    """Put sealed answers back in their places among the others."""
    merged = {
        key: [dict(row) for row in value] if _is_rows(value) else value
        for key, value in answers.items()
    }
    for path, value in sealed.items():
        key, *rest = path.split(".")
        if not rest:
            merged[key] = value
        elif _is_rows(merged.get(key)) and int(rest[0]) < len(merged[key]):
            merged[key][int(rest[0])][rest[1]] = value
    return merged


def visible_sections(definition: Definition, answers: Mapping[str, Any]) -> tuple[Section, ...]:
    """List the sections that apply, given cleaned (merged) answers."""
    return tuple(one for one in definition.sections if holds(one.show_if, answers.get))


def row_indexes(raw: Iterable[str], group: str) -> list[int]:
    """List the row numbers of a group that occur among the paths, in order."""
    start = f"{group}."
    names = {path[len(start) :].split(".", 1)[0] for path in raw if path.startswith(start)}
    return sorted(int(name) for name in names if ROW_INDEX.fullmatch(name))


def row_title(group: Field, position: int) -> str:
    """Name a row by its place: "Giấy tờ 2"."""
    return f"{group.row_title or _('Dòng')} {position + 1}"


class Run:
    """One pass over a definition, top to bottom, so that a condition finds what it needs."""

    def __init__(self, raw: Raw, *, today: date, places: Places | None, complete: bool) -> None:
        self.raw = raw
        self.today = today
        self.places = places
        self.complete = complete
        self.is_reporting = True
        self.is_listing = True
        self.row_name = ""
        self.values: dict[str, Any] = {}
        self.shown: set[str] = set()
        self.outcome = Checked()
        self.refused: set[str] = set()

    def visit(self, field: Field, *, is_shown: bool) -> None:
        is_shown = is_shown and holds(field.show_if, self.values.get)
        if is_shown and self.is_listing:
            self.shown.add(field.key)
        if field.type is FieldType.GROUP:
            self.visit_group(field, is_shown=is_shown)
        elif field.takes_answer:
            value = self.take(field, field.key, field.key, is_shown=is_shown)
            if value is not None:
                self.values[field.key] = value
                kept = self.outcome.sealed if field.is_personal else self.outcome.answers
                kept[field.key] = value

    def visit_group(self, group: Field, *, is_shown: bool) -> None:
        indexes = row_indexes(self.raw, group.key)
        filled = [index for index in indexes if self.is_filled(group, index)]
        # Empty rows ask for nothing, except those still needed to make up the fewest.
        empty = [index for index in indexes if index not in filled]
        wanted = {*filled, *empty[: max(group.min_rows - len(filled), 0)]}
        rows: list[dict[str, Any]] = []
        for position, index in enumerate(indexes[:MAX_ROWS]):
            self.outcome.typed[f"{group.key}.{position}"] = [""]
            if is_shown and self.is_listing:
                self.shown.add(f"{group.key}.{index}")
            is_asked = is_shown and (index in wanted or not self.complete)
            # Two rows may lack the same answer: a list of errors must tell them apart.
            self.row_name = f"{row_title(group, position)}: " if len(indexes) > 1 else ""
            row = self.visit_row(group, index, position, len(rows), is_shown=is_asked)
            self.row_name = ""
            if is_shown and (row or not self.complete):
                rows.append(row)
        if is_shown:
            self.report_count(group, rows=len(rows), filled=len(filled))
        if rows:
            self.outcome.answers[group.key] = [
                {key: value for key, value in row.items() if not _column(group, key).is_personal}
                for row in rows
            ]
            self.values[group.key] = [row for row in rows if row]

    def visit_row(
        self, group: Field, index: int, position: int, number: int, *, is_shown: bool
    ) -> dict[str, Any]:
        row: dict[str, Any] = {}
        columns = {column.key for column in group.fields}

        def answer_of(key: str) -> Any:
            return row.get(key) if key in columns else self.values.get(key)

        for column in group.fields:
            is_column_shown = is_shown and holds(column.show_if, answer_of)
            source = f"{group.key}.{index}.{column.key}"
            path = f"{group.key}.{position}.{column.key}"
            if is_column_shown and self.is_listing:
                self.shown.add(f"{group.key}.{index}.{column.key}")
            value = self.take(column, source, path, is_shown=is_column_shown)
            if value is not None:
                row[column.key] = value
                if column.is_personal:
                    self.outcome.sealed[f"{group.key}.{number}.{column.key}"] = value
        return row

    def is_filled(self, group: Field, index: int) -> bool:
        """Say whether anything was typed in a row."""
        paths = (
            path
            for column in group.fields
            for path in _inputs(column, f"{group.key}.{index}.{column.key}")
        )
        return any(self.texts(path) for path in paths)

    def report_count(self, group: Field, *, rows: int, filled: int) -> None:
        start = f"{group.key}."
        has_errors = any(path.startswith(start) for path in self.outcome.errors)
        if filled > group.max_rows:
            self.report(
                group.key,
                _("Chỉ được tối đa %(limit)d dòng; hãy xóa bớt.") % {"limit": group.max_rows},
            )
        elif self.complete and rows < group.min_rows and not has_errors:
            self.report(
                group.key,
                _("Điền ít nhất %(limit)d dòng ở “%(label)s”.")
                % {"limit": group.min_rows, "label": group.label},
            )

    def take(self, field: Field, source: str, path: str, *, is_shown: bool) -> Value | None:
        """Remember what was typed; return the cleaned value of a shown field that has one."""
        kept = self.outcome.sealed_typed if field.is_personal else self.outcome.typed
        for came_as, goes_as in zip(_inputs(field, source), _inputs(field, path), strict=True):
            if came_as in self.raw:
                kept[goes_as] = self.texts(came_as) or [""]
        if not is_shown:
            return None
        value: Value | None
        if field.type is FieldType.ADDRESS:
            value = self.take_address(field, source, path, kept)
        else:
            value = self.take_one(field, source, path)
        if value is None and field.required and self.complete and path not in self.refused:
            is_address = field.type is FieldType.ADDRESS
            self.report(f"{path}.province" if is_address else path, _missing(field))
        return value

    def take_one(self, field: Field, source: str, path: str) -> Value | None:
        try:
            return clean(field, self.texts(source), today=self.today)
        except FieldError as error:
            self.refused.add(path)
            self.report(path, error.sentence)
        return None

    def take_address(
        self, field: Field, source: str, path: str, kept: Typed
    ) -> dict[str, str] | None:
        texts = {part: self.texts(f"{source}.{part}") for part in ADDRESS_PARTS}
        # Beside the typed name of a commune may stand the code that the page offered for it.
        typed = {part: " ".join(found[:1]) for part, found in texts.items()}
        picked = texts["commune"][-1] if len(texts["commune"]) > 1 else ""
        commune = f"{path}.commune"
        if commune in kept:  # a choice is made anew with the next page
            kept[commune] = kept[commune][:1]
        try:
            value = clean_address(field, typed, places=self.places, picked=picked)
        except AddressError as error:
            self.refused.add(path)
            if error.choices and self.is_reporting:
                self.outcome.choices[path] = error.choices
            if self.complete or not error.is_missing:
                self.report(f"{path}.{error.part}", error.sentence)
            return None
        if value and self.places:
            # An old name or an unmarked one was understood: the page goes on with today's name.
            kept |= {f"{path}.{part}": [text] for part, text in typed_address(value).items()}
        return value

    def texts(self, path: str) -> list[str]:
        """Return what was typed at a path, tidied, without the empty ones."""
        values = self.raw.get(path, ())
        listed = [values] if isinstance(values, str) else list(values)[: MAX_ROWS * 4]
        tidy = (tidy_text(str(one)[:MAX_TYPED]) for one in listed)
        return [one for one in tidy if one]

    def report(self, path: str, sentence: str) -> None:
        if self.is_reporting:
            self.outcome.errors[path] = f"{self.row_name}{sentence}"


def _missing(field: Field) -> str:
    names = {"label": field.label}
    if field.type in CHOSEN:
        return _("Chọn một câu trả lời cho “%(label)s”.") % names
    if field.type is FieldType.MANY_OF:
        return _("Chọn ít nhất một mục ở “%(label)s”.") % names
    if field.type is FieldType.ADDRESS:
        return _("Chọn tỉnh hoặc thành phố cho “%(label)s”.") % names
    return _("Nhập “%(label)s”.") % names


def _inputs(field: Field, path: str) -> Iterator[str]:
    if field.type is FieldType.ADDRESS:
        yield from (f"{path}.{part}" for part in ADDRESS_PARTS)
    else:
        yield path


def _column(group: Field, key: str) -> Field:
    return next(column for column in group.fields if column.key == key)


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)
