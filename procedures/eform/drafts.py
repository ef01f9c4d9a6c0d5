"""What a draft holds: answers as they were typed, right or wrong, by path."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from procedures.eform.addresses import typed_address
from procedures.eform.answers import Raw, Run, Typed, row_indexes
from procedures.eform.conditions import holds
from procedures.eform.definition import Definition, Field, FieldType, Section
from procedures.eform.values import typed_value


def typed_answers(definition: Definition, answers: Mapping[str, Any]) -> Typed:
    """Write cleaned (merged) answers as a person would type them, by path."""
    typed: Typed = {}
    for field in definition.fields():
        value = answers.get(field.key)
        if value is None:
            continue
        if field.type is not FieldType.GROUP:
            typed.update(_typed_one(field, field.key, value))
            continue
        for index, row in enumerate(value):
            typed[f"{field.key}.{index}"] = [""]
            for column in field.fields:
                if row.get(column.key) is not None:
                    path = f"{field.key}.{index}.{column.key}"
                    typed.update(_typed_one(column, path, row[column.key]))
    return typed


def merge_posted(definition: Definition, section: str, *, stored: Raw, posted: Raw) -> Typed:
    """
    Put one section's posted inputs in the place of the stored ones.

    A page does not send the inputs that its conditions hide; what was typed there earlier stays,
    because the person may yet change the earlier answer back.
    """
    fields = {field.key: field for field in definition.section(section).fields}
    merged = {path: list(values) for path, values in stored.items() if head_of(path) not in fields}
    mine = {path: list(values) for path, values in posted.items() if head_of(path) in fields}
    seen = visible_paths(definition, {**merged, **mine}, section)
    hidden = {
        path: list(values)
        for path, values in stored.items()
        if head_of(path) in fields and path not in mine and _is_hidden(path, seen)
    }
    return {**merged, **mine, **hidden}


def _is_hidden(path: str, seen: set[str]) -> bool:
    head, *rest = path.split(".")
    if head not in seen:
        return True
    # Inside a group: a hidden column of a row that is still there.
    return (
        len(rest) > 1 and f"{head}.{rest[0]}" in seen and f"{head}.{rest[0]}.{rest[1]}" not in seen
    )


def visible_paths(definition: Definition, raw: Raw, section: str) -> set[str]:
    """List the paths of one section's fields and columns that the conditions show."""
    run = Run(raw, today=date.max, places=None, complete=False)
    for one in definition.sections:
        is_shown = holds(one.show_if, run.values.get)
        run.is_listing = one.key == section
        for field in one.fields:
            run.visit(field, is_shown=is_shown)
    return run.shown


def change_rows(
    section: Section, raw: Raw, *, add: str | None = None, remove: str | None = None
) -> Typed | None:
    """
    Return the answers with a row added to the group `add` or the row `remove` taken out.

    None when neither names a group of this section: no row button was pressed.
    """
    groups = {field.key: field for field in section.fields if field.type is FieldType.GROUP}
    changed = {path: list(values) for path, values in raw.items()}
    if add in groups:
        indexes = row_indexes(changed, add)
        first = max(indexes, default=groups[add].min_rows - 1) + 1
        if len(indexes) < groups[add].max_rows:
            changed[f"{add}.{first}"] = [""]
        return changed
    if remove and head_of(remove) in groups:
        return {
            path: values
            for path, values in changed.items()
            if path != remove and not path.startswith(f"{remove}.")
        }
    return None


def _typed_one(field: Field, path: str, value: Any) -> Typed:
    if field.type is FieldType.ADDRESS:
        return {f"{path}.{part}": [text] for part, text in typed_address(value).items()}
    return {path: typed_value(field, value)}


def head_of(path: str) -> str:
    """Return the key of the field or group that a path begins with."""
    return path.split(".", 1)[0]
