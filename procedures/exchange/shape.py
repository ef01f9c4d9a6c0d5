"""Documents from outside: held against the published schema, whole, and without odd signs."""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.validators import extend

from procedures.copying import CONTENT
from procedures.eform.parsing import parse_definition
from procedures.eform.schema import FormDefinitionError
from procedures.enums import FeeStatus, TimeUnit
from procedures.exchange.columns import Row, defaults, plain
from procedures.models import (
    Case,
    CaseQuestion,
    FeeRule,
    Offer,
    Paper,
    PrintableForm,
    ProcessingTime,
    Revision,
)

FORMAT: Final = "portal.procedures"
VERSION: Final = 1
SCHEMA_PATH: Final = Path(__file__).with_name("schema.json")
MAX_DEPTH: Final = 40
_SHOWN: Final = 200
# Signs that show what follows in another order than it is read; no Vietnamese text has one.
_TURNED: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


class WrongShape(Exception):
    """A document that cannot be taken in; the sentence says where and why."""


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


def _whole_pattern(
    _validator: object, pattern: str, given: object, _schema: object
) -> Iterator[ValidationError]:
    """Hold a text against a pattern; what Python's `$` lets pass, a final line break, is none."""
    if isinstance(given, str) and (given.endswith("\n") or not re.search(pattern, given)):
        yield ValidationError(f"{given!r} does not match {pattern!r}")


@cache
def _validator() -> Draft202012Validator:
    whole = schema()
    strict: type[Draft202012Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _whole_pattern}
    )
    return strict({**whole["$defs"]["procedure"], "$defs": whole["$defs"]})


def read_document(given: object) -> Row:
    """
    Return a document with every part that it left out, its letters composed.

    :raises WrongShape: if it is none, or refers to what it does not have.
    """
    composed = _compose(given, depth=0)
    fault = best_match(_validator().iter_errors(composed))
    if fault is not None:
        raise WrongShape(_explain(fault))
    document: Row = complete(composed)
    if document["revision"] is not None:
        _check_revision(document["revision"])
    places = len(document["workflows"])
    for offer in document["offers"]:
        if bool(offer["unit"]) == bool(offer["tier"]):
            raise WrongShape(_("một dịch vụ phải ghi đơn vị hoặc cấp, không ghi cả hai"))
        if offer["workflow"] is not None and offer["workflow"] > places:
            raise WrongShape(_("dịch vụ nói đến quy trình không có trong tệp"))
    return document


def complete(given: Mapping[str, Any]) -> Row:
    """Return a document with what it leaves out as a new row would have it."""
    blank: Row = {
        "tiers": [], "state": "LISTED", "repeal_decision": "", "replaced_by": None,
        "revision": None, "workflows": [], "offers": [],
    }  # fmt: skip
    document = {**blank, **given}
    if document["revision"] is not None:
        document["revision"] = _complete_revision(document["revision"])
    document["workflows"] = [
        {"decision_number": "", "decision_date": None, **one} for one in document["workflows"]
    ]
    units = {"unit": None, "receiving": None, "deciding": None, "workflow": None}
    document["offers"] = [{**units, **defaults(Offer), **one} for one in document["offers"]]
    return document


def blank_revision(name: str) -> Row:
    return _complete_revision({"name": name})


def _complete_revision(given: Mapping[str, Any]) -> Row:
    blank = {
        name: plain(Revision._meta.get_field(name).get_default())  # type: ignore[union-attr]  # noqa: SLF001
        for name in CONTENT
    }
    revision = {
        **blank, "form": None, "cases": [], "case_questions": [], "papers": [],
        "printable_forms": [], **given,
    }  # fmt: skip
    cases = revision["cases"] or [
        {"key": "thong-thuong", "name": "Thông thường", "is_default": True}
    ]
    revision["cases"] = [
        {
            **defaults(Case),
            **case,
            "times": [{**defaults(ProcessingTime), **one} for one in case.get("times", [])],
            "fees": [{**defaults(FeeRule), **one} for one in case.get("fees", [])],
        }
        for case in cases
    ]
    revision["case_questions"] = [
        {**defaults(CaseQuestion), **one} for one in revision["case_questions"]
    ]
    revision["papers"] = [{**defaults(Paper), **one} for one in revision["papers"]]
    revision["printable_forms"] = [
        {**defaults(PrintableForm), "paper": None, **one} for one in revision["printable_forms"]
    ]
    return revision


def _check_revision(revision: Row) -> None:
    """Refuse keys that stand twice, and references to keys that are not there."""
    cases = _distinct(revision["cases"], "key", _("trường hợp"))
    if sum(case["is_default"] for case in revision["cases"]) > 1:
        raise WrongShape(_("có hai trường hợp mặc định"))
    for case in revision["cases"]:
        _check_case(case)
    _check_questions(revision, cases)
    _check_papers(revision, cases)
    if revision["form"] is not None:
        try:
            parse_definition(revision["form"]["definition"])
        except FormDefinitionError as error:
            raise WrongShape(_("tờ khai điện tử: %s") % error) from error


def _check_case(case: Row) -> None:
    _distinct(case["fees"], "key", _("khoản thu"))
    _distinct(case["times"], "channel", _("thời hạn"))
    for fee in case["fees"]:
        if (fee["status"] == FeeStatus.AMOUNT) != bool(fee["amount_vnd"]):
            raise WrongShape(
                _("khoản thu “%s”: có mức thu khi và chỉ khi trạng thái là AMOUNT") % fee["key"]
            )
    for time in case["times"]:
        if time["unit"] not in {TimeUnit.SAME_DAY, TimeUnit.NONE_GIVEN} and not time["amount"]:
            raise WrongShape(_("trường hợp “%s”: thời hạn thiếu số") % case["key"])


def _check_questions(revision: Row, cases: set[str]) -> None:
    _distinct(revision["case_questions"], "key", _("câu hỏi"))
    for question in revision["case_questions"]:
        _distinct(question["options"], "key", _("câu trả lời"))
        if unknown := {case for one in question["options"] for case in one["cases"]} - cases:
            raise WrongShape(
                _("câu hỏi “%(question)s” nói đến trường hợp không có: %(case)s")
                % {"question": question["key"], "case": min(unknown)}
            )


def _check_papers(revision: Row, cases: set[str]) -> None:
    papers = _distinct(revision["papers"], "key", _("giấy tờ"))
    for paper in revision["papers"]:
        if unknown := set(paper["case_keys"]) - cases:
            raise WrongShape(
                _("giấy tờ “%(paper)s” nói đến trường hợp không có: %(case)s")
                % {"paper": paper["key"], "case": min(unknown)}
            )
    _distinct(revision["printable_forms"], "key", _("biểu mẫu"))
    for form in revision["printable_forms"]:
        if form["paper"] is not None and form["paper"] not in papers:
            raise WrongShape(_("biểu mẫu “%s” nói đến giấy tờ không có") % form["key"])


def _distinct(rows: list[Row], name: str, what: str) -> set[str]:
    seen: set[str] = set()
    for row in rows:
        if row[name] in seen:
            raise WrongShape(_("%(what)s “%(key)s” có hai lần") % {"what": what, "key": row[name]})
        seen.add(row[name])
    return seen


def _compose(value: object, *, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise WrongShape(_("dữ liệu lồng nhau quá sâu"))
    if isinstance(value, str):
        composed = unicodedata.normalize("NFC", _TURNED.sub("", value))
        if "\x00" in composed or any("\ud800" <= sign <= "\udfff" for sign in composed):
            raise WrongShape(_("có ký tự không lưu được"))
        return composed
    if isinstance(value, list):
        return [_compose(one, depth=depth + 1) for one in value]
    if isinstance(value, dict):
        return {
            _compose(key, depth=depth + 1): _compose(one, depth=depth + 1)
            for key, one in value.items()
        }
    if isinstance(value, float) and not math.isfinite(value):
        raise WrongShape(_("có số không hợp lệ"))
    return value


def _explain(fault: ValidationError) -> str:
    path = ".".join(str(part) for part in fault.absolute_path)
    words = _words_of(fault)
    words = words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
    return f"{path}: {words}" if path else words


def _words_of(fault: ValidationError) -> str:
    """Return in our words what the schema says in its own."""
    asked: Any = fault.validator_value
    given: Any = fault.instance
    if fault.validator == "additionalProperties":
        # Only objects with a closed list of names say so.
        asked = fault.schema["properties"]  # type: ignore[index]
    words = _WORDS.get(str(fault.validator))
    return words(asked, given) if words else fault.message


_WORDS: Final[dict[str, Callable[[Any, Any], str]]] = {
    "required": lambda asked, given: _("thiếu %s") % ", ".join(sorted(set(asked) - set(given))),
    "additionalProperties": lambda asked, given: (
        _("có mục lạ: %s") % ", ".join(sorted(set(given) - set(asked)))
    ),
    "enum": lambda asked, given: (
        _("“%(given)s” không phải một trong: %(known)s")
        % {"given": str(given)[:60], "known": ", ".join(str(one) or "“”" for one in asked)}
    ),
    "maxLength": lambda asked, _given: _("dài quá %d ký tự") % asked,
    "maxItems": lambda asked, _given: _("có quá %d mục") % asked,
    "minLength": lambda _asked, _given: _("không được để trống"),
    "pattern": lambda _asked, given: _("“%s” không đúng dạng") % str(given)[:60],
    "type": lambda _asked, given: _("“%s” không đúng kiểu") % str(given)[:60],
    "minimum": lambda asked, given: (
        _("%(given)s nhỏ hơn %(asked)s") % {"given": given, "asked": asked}
    ),
    "maximum": lambda asked, given: (
        _("%(given)s lớn hơn %(asked)s") % {"given": given, "asked": asked}
    ),
}
