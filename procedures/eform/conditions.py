"""When a part of an e-form is shown: conditions on earlier answers, as data and never as code."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

Scalar = str | int | bool


class Operator(StrEnum):
    """How an answer is compared; each but ANSWERED is false while there is no answer."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison with one earlier answer; `wanted` holds one value unless it is IN."""

    field: str
    operator: Operator
    wanted: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = Compare | AllOf | AnyOf


def parse_condition(data: Mapping[str, Any]) -> Condition:
    """Build a condition from JSON that the schema has already approved."""
    if "all" in data:
        return AllOf(tuple(parse_condition(part) for part in data["all"]))
    if "any" in data:
        return AnyOf(tuple(parse_condition(part) for part in data["any"]))
    operator = next(one for one in Operator if one.value in data)
    wanted = data[operator.value]
    values = tuple(wanted) if operator is Operator.IN else (wanted,)
    return Compare(field=data["field"], operator=operator, wanted=values)


def condition_to_json(condition: Condition) -> dict[str, Any]:
    """Write a condition as the JSON it came from."""
    if isinstance(condition, AllOf):
        return {"all": [condition_to_json(part) for part in condition.parts]}
    if isinstance(condition, AnyOf):
        return {"any": [condition_to_json(part) for part in condition.parts]}
    many = condition.operator is Operator.IN
    wanted = list(condition.wanted) if many else condition.wanted[0]
    return {"field": condition.field, condition.operator.value: wanted}


def comparisons_in(condition: Condition) -> Iterator[Compare]:
    """List every comparison inside a condition."""
    if isinstance(condition, Compare):
        yield condition
    else:
        for part in condition.parts:
            yield from comparisons_in(part)


def holds(condition: Condition | None, answer_of: Callable[[str], Any]) -> bool:
    """
    Say whether a condition is met.

    `answer_of` gives the cleaned answer of a key, or None where there is none or it is hidden.
    """
    if condition is None:
        return True
    if isinstance(condition, AllOf):
        return all(holds(part, answer_of) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds(part, answer_of) for part in condition.parts)
    return _compare(condition, answer_of(condition.field))


def _compare(compare: Compare, answer: Any) -> bool:
    is_answered = answer is not None and answer != []
    if compare.operator is Operator.ANSWERED:
        return is_answered is compare.wanted[0]
    if not is_answered:
        return False
    given = answer if isinstance(answer, list) else [answer]
    # `1 == True` in Python: a number must never satisfy a condition on a yes or no.
    found = any(type(one) is type(want) and one == want for one in given for want in compare.wanted)
    return found is not (compare.operator is Operator.NOT_EQUALS)


def simplify(
    condition: Condition | None, settled: Callable[[Compare], bool | None]
) -> Condition | bool:
    """
    Work out the parts that are already decided, leaving only those that the page can change.

    `settled` answers True or False for a test that is decided, None for one that is not.
    """
    if condition is None:
        return True
    if isinstance(condition, Compare):
        verdict = settled(condition)
        return condition if verdict is None else verdict
    is_all = isinstance(condition, AllOf)
    rest: list[Condition] = []
    for part in condition.parts:
        simple = simplify(part, settled)
        if isinstance(simple, bool):
            if simple is not is_all:
                return simple
        else:
            rest.append(simple)
    if not rest:
        return is_all
    if len(rest) == 1:
        return rest[0]
    return AllOf(tuple(rest)) if is_all else AnyOf(tuple(rest))


def describe(
    condition: Condition, *, label_of: Callable[[str], str], text_of: Callable[[str, Scalar], str]
) -> str:
    """Say a condition in words: “Nơi sinh” là “Tại nhà” và đã điền “Họ tên”."""
    if not isinstance(condition, Compare):
        joint = _(" và ") if isinstance(condition, AllOf) else _(" hoặc ")
        parts = []
        for part in condition.parts:
            words = describe(part, label_of=label_of, text_of=text_of)
            parts.append(words if isinstance(part, Compare) else f"({words})")
        return joint.join(parts)
    names = {
        "label": label_of(condition.field),
        "values": _(" hoặc ").join(
            f"“{text_of(condition.field, one)}”" for one in condition.wanted
        ),
    }
    if condition.operator is Operator.ANSWERED:
        if condition.wanted[0]:
            return _("đã điền “%(label)s”") % names
        return _("chưa điền “%(label)s”") % names
    if condition.operator is Operator.NOT_EQUALS:
        return _("“%(label)s” không phải là %(values)s") % names
    return _("“%(label)s” là %(values)s") % names
