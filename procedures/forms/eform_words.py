"""What an editor writes about a question in one box, and the engine's JSON for it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.core.forms import DAY_FORMATS
from portal.core.text import fold
from procedures.eform.definition import CHOICES, TODAY, Field, FieldType
from procedures.eform.editing import make_key
from procedures.eform.values import format_day, format_number

VALUE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,49})\s*:\s*(.+)")
YES: Final = frozenset({"co", "yes", "dung"})
NO: Final = frozenset({"khong", "no"})
NUMBER: Final = re.compile(r"-?[0-9]{1,15}")
FRACTION: Final = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,6})?")


class BadWords(ValueError):
    """What was written cannot be read; `part` names the box of a rule."""

    def __init__(self, sentence: str, *, part: str = "value") -> None:
        """Keep the sentence for the page."""
        super().__init__(sentence)
        self.sentence = sentence
        self.part = part


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a condition as an editor sees it."""

    field: str
    operator: str
    value: str


def read_options(text: str, known: Mapping[str, str]) -> list[dict[str, str]]:
    """
    Read one option a line: `gia_tri: câu chữ`, or only the words.

    `known` are the values that words had before: words that stay keep theirs.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    written = [VALUE.fullmatch(line) for line in lines]
    taken = {match[1] for match in written if match}
    options = []
    for line, match in zip(lines, written, strict=True):
        if match:
            options.append({"value": match[1], "label": match[2]})
            continue
        value = known.get(line, "")
        if not value or value in taken:
            value = make_key(line, taken=taken)
        taken.add(value)
        options.append({"value": value, "label": line})
    values = [one["value"] for one in options]
    for value in values:
        if values.count(value) > 1:
            raise BadWords(_("Giá trị “%(value)s” có hai lần.") % {"value": value})
    return options


def write_options(options: Sequence[Mapping[str, str]]) -> str:
    """Write options as they are edited."""
    return "\n".join(f"{one['value']}: {one['label']}" for one in options)


def read_bound(text: str, kind: FieldType) -> int | float | str:
    """Read the least or greatest answer of a question."""
    if kind is FieldType.DATE:
        return _read_day(text)
    plain = text.replace(" ", "")
    if kind is FieldType.DECIMAL:
        if not FRACTION.fullmatch(plain):
            raise BadWords(_("Ghi một số, ví dụ 12,5."))
        return float(plain.replace(",", "."))
    plain = plain.replace(".", "")
    if not NUMBER.fullmatch(plain):
        raise BadWords(_("Ghi một số nguyên, ví dụ 1.000."))
    return int(plain)


def _read_day(text: str) -> str:
    if fold(text) in {"hom nay", TODAY}:
        return TODAY
    for shape in DAY_FORMATS:
        try:
            return _strptime(text, shape).isoformat()
        except ValueError:
            continue
    raise BadWords(_("Ghi ngày/tháng/năm, ví dụ 05/09/2026, hoặc “hôm nay”."))


def _strptime(text: str, shape: str) -> date:
    return datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day has no zone


def write_bound(bound: object) -> str:
    """Write a bound as it is edited."""
    if bound == TODAY:
        return _("hôm nay")
    if isinstance(bound, str):
        return format_day(date.fromisoformat(bound))
    return format_number(Decimal(str(bound)))


def read_rules(rule: Rule, earlier: Sequence[Field]) -> list[dict[str, Any]]:
    """Read one row of a condition: nothing for an empty row."""
    if not rule.field:
        if rule.operator or rule.value:
            raise BadWords(_("Chọn câu hỏi trước mà điều kiện dựa vào."), part="field")
        return []
    asked = next((one for one in earlier if one.key == rule.field), None)
    if asked is None or not rule.operator:
        raise BadWords(_("Chọn cách so sánh."), part="operator")
    if rule.operator in {"answered", "unanswered"}:
        return [{"field": asked.key, "answered": rule.operator == "answered"}]
    words = [rule.value]
    if rule.operator == "in":
        words = [word.strip() for word in rule.value.split(";") if word.strip()]
    if not any(words):
        raise BadWords(_("Ghi câu trả lời để so sánh với “%(label)s”.") % {"label": asked.label})
    values = [_read_value(word, asked) for word in words]
    return [{"field": asked.key, rule.operator: values if rule.operator == "in" else values[0]}]


def _read_value(word: str, asked: Field) -> str | int | bool:
    names = {"label": asked.label}
    if asked.type is FieldType.YES_NO:
        if fold(word) in YES | NO:
            return fold(word) in YES
        raise BadWords(_("“%(label)s” chỉ có Có hoặc Không.") % names)
    if asked.type is FieldType.INTEGER:
        if NUMBER.fullmatch(word.replace(".", "")):
            return int(word.replace(".", ""))
        raise BadWords(_("“%(label)s” là một số: ghi số để so sánh.") % names)
    if asked.type not in CHOICES:
        raise BadWords(
            _("Với “%(label)s” chỉ xét được đã trả lời hay chưa.") % names, part="operator"
        )
    for option in asked.options:
        if word == option.value or fold(word) == fold(option.label):
            return option.value
    listed = "; ".join(option.label for option in asked.options[:10])
    raise BadWords(_("“%(label)s” có các lựa chọn: %(listed)s.") % {**names, "listed": listed})


def rules_of(
    show_if: Mapping[str, Any] | None, earlier: Sequence[Field]
) -> tuple[str, list[Rule] | None]:
    """Write a condition as rows and their joint; None for one of several levels."""
    if not show_if:
        return "all", []
    joint = next((name for name in ("all", "any") if name in show_if), "")
    parts = show_if[joint] if joint else [show_if]
    if any("field" not in part for part in parts):
        return "all", None
    fields = {field.key: field for field in earlier}
    return joint or "all", [_rule_of(part, fields.get(part["field"])) for part in parts]


def _rule_of(compare: Mapping[str, Any], asked: Field | None) -> Rule:
    if "answered" in compare:
        return Rule(compare["field"], "answered" if compare["answered"] else "unanswered", "")
    operator = next(name for name in ("equals", "not_equals", "in") if name in compare)
    given = compare[operator]
    wanted = given if isinstance(given, list) else [given]
    return Rule(compare["field"], operator, "; ".join(_value_words(one, asked) for one in wanted))


def _value_words(value: object, asked: Field | None) -> str:
    if isinstance(value, bool):
        return _("Có") if value else _("Không")
    if asked is not None and isinstance(value, str):
        label = asked.option_label(value)
        # Words that hold what separates several answers would not come back as one.
        return value if ";" in label else label
    return str(value)
