"""The published JSON Schema of e-forms, and what it says about a faulty one."""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError

SCHEMA_PATH: Final = Path(__file__).with_name("schema.json")
MAX_DEPTH: Final = 16
UNSTORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")


class FormDefinitionError(ValueError):
    """A definition that cannot be used; `path` says where, `sentence` what to mend."""

    def __init__(self, path: str, sentence: str) -> None:
        """Keep the place and the sentence apart, for the editor's page."""
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.path = path
        self.sentence = sentence


@cache
def schema() -> dict[str, Any]:
    """Return the published JSON Schema of e-forms."""
    loaded: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def require_shape(data: object) -> None:
    """
    Compare JSON with the schema.

    :raises FormDefinitionError: if it does not follow it, with the first fault found.
    """
    _refuse_depth(data)
    faults = sorted(_validator().iter_errors(data), key=_fault_order)
    if faults:
        raise _explain(faults[0])


def _refuse_depth(data: object) -> None:
    """
    Refuse JSON nested so deeply that reading it recursively would exhaust the stack.

    On the way: characters that the database cannot store.
    """
    level: list[object] = [data]
    for _depth in range(MAX_DEPTH):
        if any(isinstance(node, str) and UNSTORABLE.search(node) for node in level):
            raise FormDefinitionError("", _("Định nghĩa có ký tự không lưu được."))
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise FormDefinitionError("", _("Định nghĩa lồng nhau quá sâu; bớt các lớp điều kiện."))


def _children(node: object) -> Iterable[object]:
    if isinstance(node, Mapping):
        return node.values()
    return node if isinstance(node, list) else ()


def _fault_order(fault: SchemaError) -> tuple[bool, list[str]]:
    # A key counts as "unevaluated" also when the part that knows it failed: name that part first.
    return fault.validator == "unevaluatedProperties", [str(part) for part in fault.absolute_path]


def _explain(fault: SchemaError) -> FormDefinitionError:
    path = ".".join(str(part) for part in fault.absolute_path)
    sentences = {
        "required": _("Thiếu thuộc tính bắt buộc: %(detail)s."),
        "additionalProperties": _("Có thuộc tính không dùng được ở đây: %(detail)s."),
        "unevaluatedProperties": _("Có thuộc tính không dùng được ở đây: %(detail)s."),
        "type": _("Sai kiểu giá trị: %(detail)s."),
        "enum": _("Giá trị không nằm trong danh sách cho phép: %(detail)s."),
        "pattern": _("Giá trị không đúng dạng cho phép: %(detail)s."),
        "oneOf": _("Điều kiện không đúng dạng: %(detail)s."),
    }
    sentence = sentences.get(str(fault.validator), _("Giá trị không hợp lệ: %(detail)s."))
    return FormDefinitionError(path, sentence % {"detail": fault.message[:300]})
