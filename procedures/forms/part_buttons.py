"""
The buttons of a part's rows: one more, moved, taken away, put back.

Each sends the whole form, and gets it back with the rows in their new order.
"""

from dataclasses import dataclass

from portal.core.text import whole_number
from procedures.forms.part_rows import Data, RowsForm, heard_marks, read_marks


@dataclass(frozen=True, slots=True)
class Removed:
    """A row that was just taken away, as it was sent: a button puts it back."""

    line: str
    prefix: str
    button: str
    fields: tuple[tuple[str, str], ...]


def change_rows(data: Data, button: str) -> Data | None:
    """
    Return what was posted with a row added, removed or moved as the pressed button says.

    None where it is no button of a row.
    """
    verb, _colon, rest = button.partition(":")
    name, _colon, mark = rest.partition(":")
    if verb not in {"them", "len", "xuong", "bo", "lai"} or not name:
        return None
    marks = read_marks(data, name)
    if verb == "them":
        # A row that was just taken away is still sent along, and not to be filled in again.
        used = (whole_number(one) for one in {*marks, *heard_marks(data, name)})
        marks.append(str(max((one for one in used if one is not None), default=-1) + 1))
    elif verb == "lai":
        mark, _colon, place = mark.partition(":")
        if mark in heard_marks(data, name) - set(marks) and whole_number(mark) is not None:
            marks.insert(min(whole_number(place) or 0, len(marks)), mark)
    elif mark in marks:
        at = marks.index(mark)
        marks.remove(mark)
        if verb != "bo":
            marks.insert(max(0, at + (1 if verb == "xuong" else -1)), mark)
    changed = data.copy()
    changed.setlist(name, marks)
    return changed


def removed_row(form: type[RowsForm], data: Data, button: str) -> Removed | None:
    """Return the row that the pressed button took away, None if it said nothing."""
    verb, _colon, rest = button.partition(":")
    name, _colon, mark = rest.partition(":")
    marks = read_marks(data, name)
    if verb != "bo" or mark not in marks:
        return None
    kind: type[RowsForm] = form
    # "fees-0-tiers": the names of lists, with the marks of rows between.
    for part in name.split("-")[::2]:
        if part not in kind.lists:
            return None
        kind = kind.lists[part]
    prefix = f"{name}-{mark}"
    title = getattr(kind, "title_field", "name")
    line = str(data.get(f"{prefix}-{title}", "")).strip()[:80]
    if not line and not data.get(f"{prefix}-key_field"):
        return None
    sent = tuple(
        (field, str(value))
        for field, values in data.lists()
        if field.startswith(f"{prefix}-")
        for value in values
    )
    return Removed(line, prefix, f"lai:{name}:{mark}:{marks.index(mark)}", sent)
