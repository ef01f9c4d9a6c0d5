"""What the portal already knows, put into the fields that ask for it and are still untouched."""

import re
from collections.abc import Mapping
from typing import Any

from procedures.eform.answers import Raw, Typed
from procedures.eform.definition import ADDRESS_PARTS, Definition, Field, FieldType
from procedures.eform.values import typed_value


def prefill(
    definition: Definition, sources: Mapping[str, Any], *, typed: Raw | None = None
) -> Typed:
    """
    Return `typed` with each untouched field filled from the source that it names.

    `sources` is flat: `{"account.full_name": "…", "account.date_of_birth": "1990-02-03",
    "account.address": "…" or {"province": …, "commune_name": …, "detail": …}}`. A field that the
    person emptied is touched, and stays empty. The person sees and can change every value.
    """
    filled: Typed = {path: list(values) for path, values in (typed or {}).items()}
    for field in definition.fields():
        known = sources.get(field.prefill) if field.prefill else None
        if not known or any(path in filled for path in _paths(field)):
            continue
        if field.type is FieldType.ADDRESS:
            filled.update(_address(field, known))
        else:
            filled[field.key] = _typed(field, known)
    return filled


def _paths(field: Field) -> list[str]:
    if field.type is FieldType.ADDRESS:
        return [f"{field.key}.{part}" for part in ADDRESS_PARTS]
    return [field.key]


def _typed(field: Field, known: Any) -> list[str]:
    text = str(known)
    if field.type is FieldType.DATE and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return [text]
    if field.type in {FieldType.DATE, FieldType.PHONE}:
        return typed_value(field, text)
    return [text]


def _address(field: Field, known: Any) -> Typed:
    if not isinstance(known, Mapping):
        return {f"{field.key}.detail": [str(known)]}
    parts = {
        "province": known.get("province") or known.get("province_name"),
        "commune": known.get("commune_name") or known.get("commune"),
        "detail": known.get("detail"),
    }
    return {f"{field.key}.{part}": [str(text)] for part, text in parts.items() if text}
