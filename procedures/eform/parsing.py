"""From JSON to a definition: the published schema first, then what a schema cannot say."""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from procedures.eform.conditions import (
    Compare,
    Condition,
    Operator,
    comparisons_in,
    parse_condition,
)
from procedures.eform.definition import (
    ADDRESS_PARTS,
    DEFAULT_MAX_LENGTH,
    DEFAULT_MAX_ROWS,
    MAX_FIELDS,
    MAX_INPUTS_PER_SECTION,
    TODAY,
    Definition,
    Field,
    FieldType,
    Option,
    Section,
)
from procedures.eform.patterns import PatternError, matches, require_pattern
from procedures.eform.schema import FormDefinitionError, require_shape
from procedures.eform.values import tidy_line

__all__ = ["FormDefinitionError", "parse_definition"]

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
COMPARABLE: Final = {
    FieldType.YES_NO: bool,
    FieldType.INTEGER: int,
    FieldType.ONE_OF: str,
    FieldType.MANY_OF: str,
}


def parse_definition(data: object) -> Definition:
    """
    Build a definition from JSON; the same content again is the same definition, read once.

    :raises FormDefinitionError: if the JSON is not a definition, with the first fault found.
    """
    try:
        text = json.dumps(data)
    except (TypeError, ValueError, RecursionError):
        # Not JSON at all: the schema says so in words.
        return _parse(data)
    return _parse_text(text)


# Checking the schema takes some twenty milliseconds, and every page of a filing asks.
@lru_cache(maxsize=256)
def _parse_text(text: str) -> Definition:
    return _parse(json.loads(text))


def _parse(data: object) -> Definition:
    require_shape(data)
    assert isinstance(data, Mapping)  # the schema says so; this is for the type checker
    return _Parser().definition(data)


class _Parser:
    """One reading of one definition; remembers which keys came before."""

    def __init__(self) -> None:
        self.known: dict[str, Field] = {}
        self.count = 0

    def definition(self, data: Mapping[str, Any]) -> Definition:
        sections: list[Section] = []
        for number, raw in enumerate(data["sections"]):
            path = f"sections.{number}"
            self.refuse_repeat(raw["key"], {one.key for one in sections}, f"{path}.key")
            sections.append(self.section(raw, path))
        return Definition(title=data["title"], help=data.get("help", ""), sections=tuple(sections))

    def section(self, raw: Mapping[str, Any], path: str) -> Section:
        show_if = self.condition(raw, path, self.known)
        fields: list[Field] = []
        for number, raw_field in enumerate(raw["fields"]):
            at = f"{path}.fields.{number}"
            self.refuse_repeat(raw_field["key"], self.known, f"{at}.key")
            field = self.field(raw_field, at, self.known)
            self.known[field.key] = field
            fields.append(field)
        if sum(_inputs(field) for field in fields) > MAX_INPUTS_PER_SECTION:
            raise FormDefinitionError(
                path, _("Phần này có quá nhiều ô nhập; giảm số dòng tối đa hoặc tách phần.")
            )
        return Section(
            key=raw["key"],
            title=raw["title"],
            help=raw.get("help", ""),
            show_if=show_if,
            fields=tuple(fields),
        )

    def field(self, raw: Mapping[str, Any], path: str, scope: Mapping[str, Field]) -> Field:
        self.count += 1
        if self.count > MAX_FIELDS:
            raise FormDefinitionError(
                path, _("Tờ khai có hơn %(limit)d mục; tối đa %(limit)d.") % {"limit": MAX_FIELDS}
            )
        kind = FieldType(raw["type"])
        lowest, highest = _bounds(raw, kind, path)
        min_length, max_length = _lengths(raw, kind, path)
        min_rows, max_rows = _rows(raw, kind, path)
        return Field(
            key=raw["key"],
            type=kind,
            label=raw["label"],
            help=raw.get("help", ""),
            example=raw.get("example", ""),
            required=raw.get("required", False),
            personal=raw.get("personal", False),
            min_length=min_length,
            max_length=max_length,
            pattern=_pattern(raw, path),
            pattern_hint=raw.get("pattern_hint", ""),
            minimum=lowest,
            maximum=highest,
            options=self.options(raw, path),
            prefill=raw.get("prefill", ""),
            show_if=self.condition(raw, path, scope),
            text=raw.get("text", ""),
            fields=self.columns(raw, path) if kind is FieldType.GROUP else (),
            min_rows=min_rows,
            max_rows=max_rows,
            row_title=raw.get("row_title", ""),
        )

    def columns(self, raw: Mapping[str, Any], path: str) -> tuple[Field, ...]:
        columns: dict[str, Field] = {}
        for number, raw_column in enumerate(raw["fields"]):
            at = f"{path}.fields.{number}"
            self.refuse_repeat(raw_column["key"], columns, f"{at}.key")
            # A column of the same row hides a field of the same key outside the group.
            columns[raw_column["key"]] = self.field(raw_column, at, {**self.known, **columns})
        return tuple(columns.values())

    def options(self, raw: Mapping[str, Any], path: str) -> tuple[Option, ...]:
        options: dict[str, Option] = {}
        for number, one in enumerate(raw.get("options", ())):
            at = f"{path}.options.{number}"
            if one["value"] in options or one["value"].endswith("\n"):
                raise FormDefinitionError(at, _("Giá trị lựa chọn bị trùng hoặc không hợp lệ."))
            options[one["value"]] = Option(value=one["value"], label=one["label"])
        return tuple(options.values())

    def condition(
        self, raw: Mapping[str, Any], path: str, scope: Mapping[str, Field]
    ) -> Condition | None:
        if "show_if" not in raw:
            return None
        condition = parse_condition(raw["show_if"])
        for compare in comparisons_in(condition):
            self.check_compare(compare, f"{path}.show_if", scope)
        return condition

    def check_compare(self, compare: Compare, path: str, scope: Mapping[str, Field]) -> None:
        names = {"key": compare.field}
        target = scope.get(compare.field)
        if target is None:
            raise FormDefinitionError(
                path, _("Điều kiện chỉ được dựa vào mục đứng trước; không có “%(key)s”.") % names
            )
        if not target.takes_answer:
            raise FormDefinitionError(path, _("“%(key)s” không phải mục để điền.") % names)
        if compare.operator is Operator.ANSWERED:
            return
        if target.type not in COMPARABLE:
            raise FormDefinitionError(
                path, _("Với “%(key)s” chỉ dùng được điều kiện “answered”.") % names
            )
        allowed = {one.value for one in target.options}
        for value in compare.wanted:
            if type(value) is not COMPARABLE[target.type] or (allowed and value not in allowed):
                raise FormDefinitionError(
                    path, _("Điều kiện đòi một giá trị mà “%(key)s” không bao giờ có.") % names
                )

    def refuse_repeat(self, key: str, taken: Iterable[str], path: str) -> None:
        if not KEY.fullmatch(key):  # `$` of the schema lets a final line break pass
            raise FormDefinitionError(path, _("Khóa chỉ gồm chữ thường, chữ số và gạch dưới."))
        if key in taken:
            raise FormDefinitionError(path, _("Khóa “%(key)s” bị trùng.") % {"key": key})


def _inputs(field: Field) -> int:
    if field.type is FieldType.GROUP:
        return field.max_rows * (1 + sum(_inputs(column) for column in field.fields))
    if field.type is FieldType.MANY_OF:
        return len(field.options)
    return len(ADDRESS_PARTS) if field.type is FieldType.ADDRESS else 1


def _bounds(
    raw: Mapping[str, Any], kind: FieldType, path: str
) -> tuple[Decimal | str | None, Decimal | str | None]:
    lowest, highest = (_bound(raw, name, kind, path) for name in ("min", "max"))
    if lowest is None and kind is FieldType.MONEY:
        lowest = Decimal(0)
    is_comparable = isinstance(lowest, Decimal) or TODAY not in (lowest, highest)
    if lowest is None or highest is None or not is_comparable:
        return lowest, highest
    if _is_above(lowest, highest):
        raise FormDefinitionError(path, _("Giá trị nhỏ nhất lớn hơn giá trị lớn nhất."))
    return lowest, highest


def _is_above(one: Decimal | str, other: Decimal | str) -> bool:
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return one > other
    return str(one) > str(other)  # ISO days sort as text


def _bound(raw: Mapping[str, Any], name: str, kind: FieldType, path: str) -> Decimal | str | None:
    value = raw.get(name)
    if value is None:
        return None
    at = f"{path}.{name}"
    if kind is not FieldType.DATE:
        if not math.isfinite(value):
            raise FormDefinitionError(at, _("Giá trị không hợp lệ."))
        return Decimal(str(value))
    if value != TODAY:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise FormDefinitionError(at, _("Không có ngày này trong lịch.")) from None
    return str(value)


def _lengths(raw: Mapping[str, Any], kind: FieldType, path: str) -> tuple[int, int]:
    shortest = int(raw.get("min_length", 0))
    longest = int(raw.get("max_length", DEFAULT_MAX_LENGTH.get(kind, 0)))
    if shortest > longest:
        raise FormDefinitionError(path, _("Độ dài tối thiểu lớn hơn độ dài tối đa."))
    return shortest, longest


def _pattern(raw: Mapping[str, Any], path: str) -> str:
    # Answers are compared in their composed form: so must be what they are compared with.
    pattern = unicodedata.normalize("NFC", raw.get("pattern", ""))
    if not pattern:
        return ""
    try:
        require_pattern(pattern)
    except PatternError as error:
        raise FormDefinitionError(f"{path}.pattern", error.sentence) from None
    example = raw.get("example", "")
    if example and not matches(pattern, tidy_line(example)):
        raise FormDefinitionError(f"{path}.example", _("Ví dụ không theo đúng mẫu của câu hỏi."))
    return pattern


def _rows(raw: Mapping[str, Any], kind: FieldType, path: str) -> tuple[int, int]:
    if kind is not FieldType.GROUP:
        return 0, 0
    fewest = int(raw.get("min_rows", 0))
    most = int(raw.get("max_rows", max(fewest, DEFAULT_MAX_ROWS)))
    if fewest > most:
        raise FormDefinitionError(path, _("Số dòng tối thiểu lớn hơn số dòng tối đa."))
    return fewest, most
