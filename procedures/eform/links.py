"""What the conditions of an e-form depend on, and what they may depend on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from procedures.eform.definition import Definition, Field


@dataclass(frozen=True, slots=True)
class Link:
    """A condition's comparison: `owner` is shown by the answer to `target` ("" when unknown)."""

    owner: str
    owner_label: str
    key: str
    compare: Mapping[str, Any]
    target: str = ""
    target_label: str = ""


def links(data: Mapping[str, Any]) -> Iterator[Link]:
    """List what every condition of an e-form (as JSON) depends on, in the order of the form."""
    known: dict[str, tuple[str, str]] = {}
    for section in data["sections"]:
        yield from _links_of(section, f"#{section['key']}", section["title"], known)
        for field in section["fields"]:
            yield from _links_of(field, field["key"], field["label"], known)
            columns: dict[str, tuple[str, str]] = {}
            for column in field.get("fields", ()):
                path = f"{field['key']}.{column['key']}"
                yield from _links_of(column, path, column["label"], {**known, **columns})
                columns[column["key"]] = (path, column["label"])
            known[field["key"]] = (field["key"], field["label"])


def _links_of(
    part: Mapping[str, Any], owner: str, label: str, known: Mapping[str, tuple[str, str]]
) -> Iterator[Link]:
    for compare in _compares(part["show_if"]) if "show_if" in part else ():
        key = compare["field"]
        yield Link(owner, label, key, compare, *known.get(key, ()))


def _compares(condition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    parts = condition.get("all") or condition.get("any")
    if parts is None:
        yield condition
        return
    for part in parts:
        yield from _compares(part)


def wanted(compare: Mapping[str, Any]) -> list[Any]:
    if "in" in compare:
        return list(compare["in"])
    return [compare["equals" if "equals" in compare else "not_equals"]]


def earlier_fields(
    definition: Definition, *, path: str = "", section: str = "", group: str = "", after: str = ""
) -> list[Field]:
    """
    List the questions whose answers a condition may ask for, in the order of the form.

    The condition is that of the question at `path`, of a question still to be added to `group` or
    to `section` behind the one named `after`, or, without that, of the section itself.
    """
    found: dict[str, Field] = {}
    for one in definition.sections:
        if one.key == section and not path and not after:
            return _answered(found)
        for field in one.fields:
            if field.key == (path or group).partition(".")[0]:
                until = path.partition(".")[2]
                if group or until:
                    found |= _columns_before(field, until, after=after)
                return _answered(found)
            found[field.key] = field
            if one.key == section and field.key == after:
                return _answered(found)
    return _answered(found)


def _columns_before(group: Field, until: str, *, after: str) -> dict[str, Field]:
    found = {}
    for column in group.fields:
        if column.key == until:
            break
        found[column.key] = column
        if after and column.key == after:
            break
    return found


def _answered(found: Mapping[str, Field]) -> list[Field]:
    return [field for field in found.values() if field.takes_answer]
