"""
An e-form under an editor's hands: each change gives a new definition, or says why it cannot be.

Definitions go in and come out; between them a change works on the JSON, and the parser approves
the whole again. A question is named by its key, a column of a group as `group.column`.
"""

import copy
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.core.text import fold
from procedures.eform.definition import Definition, FieldType, to_json
from procedures.eform.links import links, wanted
from procedures.eform.parsing import COMPARABLE, parse_definition
from procedures.eform.schema import FormDefinitionError

Json = dict[str, Any]
UP: Final = -1
DOWN: Final = 1
MAX_KEY: Final = 50


class EditError(ValueError):
    """A change that cannot be made; `sentence` says why, `part` which property is at fault."""

    def __init__(self, sentence: str, *, part: str = "") -> None:
        """Keep the sentence for the page."""
        super().__init__(sentence)
        self.sentence = sentence
        self.part = part


class NoSuchPart(LookupError):
    """The e-form has no such section or question (any more)."""


def make_key(label: str, *, taken: set[str]) -> str:
    """Make a key from a label once and for all: "Họ và tên" becomes `ho_va_ten`."""
    letters = (char if char.isascii() and char.isalnum() else " " for char in fold(label))
    words = "_".join("".join(letters).split())
    if not words[:1].isalpha():
        words = f"muc_{words}".rstrip("_")
    stem = words[: MAX_KEY - 4].rstrip("_")
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}_{number}"
    return key


def add_section(definition: Definition, *, title: str, first: Mapping[str, Any]) -> Definition:
    """Add a section at the end, with its first question."""
    data = to_json(definition)
    key = make_key(title, taken={one["key"] for one in data["sections"]})
    question = _with_key(data, first, None)
    data["sections"].append({"key": key, "title": title, "fields": [question]})
    return _approve(definition, data, whose=question["key"])


def edit_section(definition: Definition, key: str, parts: Mapping[str, Any]) -> Definition:
    """Say anew what a section's title, help and condition are; its key and questions stay."""
    data = to_json(definition)
    section = _section(data, key)
    fields = section["fields"]
    section.clear()
    section |= {"key": key, **parts, "fields": fields}
    return _approve(definition, data, whose=key)


def move_section(definition: Definition, key: str, step: int) -> Definition:
    """Move a section up or down by one; at the end it stays."""
    data = to_json(definition)
    _shift(data["sections"], _section(data, key), step)
    return _approve(definition, data)


def remove_section(definition: Definition, key: str) -> Definition:
    """Take a section out with its questions."""
    data = to_json(definition)
    section = _section(data, key)
    if len(data["sections"]) == 1:
        raise EditError(_("Tờ khai cần ít nhất một phần. Muốn bỏ cả tờ khai thì bỏ ở cuối trang."))
    data["sections"].remove(section)
    return _approve(definition, data)


def add_field(
    definition: Definition,
    raw: Mapping[str, Any],
    *,
    section: str = "",
    group: str = "",
    after: str = "",
) -> tuple[Definition, str]:
    """
    Add a question at the end of a section or group, or after another one of it.

    Returns the path of the new question as well.
    """
    data = to_json(definition)
    holder = _field(data, group) if group else _section(data, section)
    field = _with_key(data, raw, holder if group else None)
    places = [one["key"] for one in holder["fields"]]
    where = places.index(after) + 1 if after in places else len(places)
    holder["fields"].insert(where, field)
    path = f"{group}.{field['key']}" if group else field["key"]
    return _approve(definition, data, whose=path), path


def edit_field(definition: Definition, path: str, raw: Mapping[str, Any]) -> Definition:
    """Say anew what a question asks; its key stays, and the columns of what was a group."""
    data = to_json(definition)
    field = _field(data, path)
    changed = {**raw, "key": field["key"]}
    if raw["type"] == FieldType.GROUP and "fields" in field:
        changed["fields"] = field["fields"]
    _refuse_misfits(data, path, changed)
    field.clear()
    field |= changed
    return _approve(definition, data, whose=path)


def duplicate_field(definition: Definition, path: str) -> tuple[Definition, str]:
    """Put a copy of a question, with a key of its own, after it."""
    data = to_json(definition)
    field = copy.deepcopy(_field(data, path))
    del field["key"]
    field["label"] = _("%(label)s (bản sao)") % {"label": field["label"][:180]}
    group, _dot, key = path.rpartition(".")
    section = "" if group else _home(data, key)["key"]
    return add_field(definition, field, section=section, group=group, after=key)


def move_field(definition: Definition, path: str, step: int) -> Definition:
    """
    Move a question up or down by one; at the edge of a section it goes over into the next one.

    :raises EditError: if a condition would then ask for what comes later.
    """
    data = to_json(definition)
    field = _field(data, path)
    group = path.rpartition(".")[0]
    if group:
        _shift(_field(data, group)["fields"], field, step)
        return _approve(definition, data)
    home = _home(data, path)
    if not _shift(home["fields"], field, step):
        neighbour = data["sections"].index(home) + step
        if 0 <= neighbour < len(data["sections"]):
            _require_others(home)
            home["fields"].remove(field)
            others = data["sections"][neighbour]["fields"]
            others.insert(0 if step == DOWN else len(others), field)
    return _approve(definition, data)


def remove_field(definition: Definition, path: str) -> Definition:
    """
    Take a question out.

    :raises EditError: if a condition asks for its answer, or nothing would be left around it.
    """
    data = to_json(definition)
    field = _field(data, path)
    group = path.rpartition(".")[0]
    home = _field(data, group) if group else _home(data, path)
    _require_others(home)
    home["fields"].remove(field)
    return _approve(definition, data)


def _approve(before: Definition, data: Json, *, whose: str = "") -> Definition:
    """
    Return the changed definition, once every condition still finds the question it meant.

    :param whose: the part that the editor typed: its own faults are told by property.
    """
    _refuse_broken(to_json(before), data)
    try:
        return parse_definition(data)
    except FormDefinitionError as error:
        path, label = _part_at(data, error.path)
        if whose and path == whose:
            raise EditError(error.sentence, part=_property(error.path)) from None
        sentence = _("%(sentence)s (ở “%(label)s”)") % {"sentence": error.sentence, "label": label}
        raise EditError(sentence if label else error.sentence) from None


def _refuse_broken(before: Json, after: Json) -> None:
    now = {(link.owner, link.key): link for link in links(after)}
    there = _paths(after)
    for link in links(before):
        found = now.get((link.owner, link.key))
        if found is None or found.target == link.target:
            continue
        names = {"owner": link.owner_label, "target": link.target_label}
        if link.target in there:
            raise EditError(
                _(
                    "Không chuyển được: “%(owner)s” chỉ hiện theo câu trả lời của “%(target)s” nên "
                    "phải đứng sau câu hỏi đó."
                )
                % names
            )
        raise EditError(
            _(
                "Không xóa được “%(target)s”: điều kiện của “%(owner)s” dựa vào câu trả lời này. "
                "Sửa điều kiện của “%(owner)s” trước."
            )
            % names
        )


def _refuse_misfits(data: Json, path: str, changed: Mapping[str, Any]) -> None:
    """Refuse a new type, or the loss of an option, that a condition elsewhere relies on."""
    kind = FieldType(changed["type"])
    options = {one["value"] for one in changed.get("options", ())}
    for link in links(data):
        if link.target != path or "answered" in link.compare:
            continue
        names = {"owner": link.owner_label, "target": link.target_label}
        if kind not in COMPARABLE:
            raise EditError(
                _(
                    "Không đổi được kiểu của “%(target)s”: điều kiện của “%(owner)s” so sánh câu "
                    "trả lời này. Sửa điều kiện của “%(owner)s” trước."
                )
                % names,
                part="type",
            )
        for value in wanted(link.compare):
            if type(value) is not COMPARABLE[kind] or (options and value not in options):
                raise EditError(
                    _(
                        "Không bỏ được lựa chọn “%(value)s” của “%(target)s”: điều kiện của "
                        "“%(owner)s” đang dùng. Sửa điều kiện của “%(owner)s” trước."
                    )
                    % {**names, "value": value},
                    part="options",
                )


def _require_others(home: Mapping[str, Any]) -> None:
    if len(home["fields"]) == 1:
        raise EditError(
            _("“%(home)s” chỉ còn một câu hỏi; thêm câu khác trước, hoặc xóa cả “%(home)s”.")
            % {"home": home.get("title") or home["label"]}
        )


def _with_key(data: Json, raw: Mapping[str, Any], group: Mapping[str, Any] | None) -> Json:
    columns = (group or {}).get("fields", ())
    # A column named as a question outside would hide it from the conditions of its row.
    taken = {field["key"] for section in data["sections"] for field in section["fields"]}
    taken |= {column["key"] for column in columns}
    return {"key": make_key(raw["label"], taken=taken), **raw}


def _shift(parts: list[Json], part: Json, step: int) -> bool:
    where = parts.index(part)
    target = where + step
    if not 0 <= target < len(parts):
        return False
    parts[where], parts[target] = parts[target], parts[where]
    return True


def _section(data: Json, key: str) -> Json:
    return _by_key(data["sections"], key)


def _home(data: Json, key: str) -> Json:
    sections: list[Json] = data["sections"]
    for section in sections:
        if any(field["key"] == key for field in section["fields"]):
            return section
    raise NoSuchPart(key)


def _field(data: Json, path: str) -> Json:
    head, _dot, rest = path.partition(".")
    field = _by_key(_home(data, head)["fields"], head)
    return _by_key(field.get("fields", []), rest) if rest else field


def _by_key(parts: list[Json], key: str) -> Json:
    for part in parts:
        if part["key"] == key:
            return part
    raise NoSuchPart(key)


def _paths(data: Json) -> set[str]:
    found = set()
    for section in data["sections"]:
        for field in section["fields"]:
            found.add(field["key"])
            found |= {f"{field['key']}.{one['key']}" for one in field.get("fields", ())}
    return found


def _part_at(data: Json, path: str) -> tuple[str, str]:
    """Return the path and label of the question or section at a place in the JSON."""
    found: Any = data
    keys: list[str] = []
    label = ""
    for step in path.split("."):
        if not isinstance(found, Mapping | list):
            break
        found = found[int(step)] if isinstance(found, list) else found.get(step)
        if isinstance(found, Mapping) and "key" in found:
            keys.append(found["key"])
            label = found.get("label") or found.get("title", "")
    return ".".join(keys[1:]) or "".join(keys), label


def _property(path: str) -> str:
    """Return the property of a question that a place in the JSON lies in."""
    parts = path.split(".")
    names = [part for part in parts[2:] if not part.isdigit() and part != "fields"]
    return names[0] if names else ""
