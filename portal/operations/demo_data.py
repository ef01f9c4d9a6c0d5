"""The demonstration's data files: read, with days counted from the moment of filing."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from accounts.services.second_factor import DEMO_MARK
from procedures.eform.definition import ADDRESS_PARTS, Definition, Field, FieldType
from procedures.eform.values import typed_value

FOLDER: Final = Path(__file__).with_name("demo")


def load_units() -> list[dict[str, Any]]:
    """Return the units of the demonstration province, parents before children."""
    units: list[dict[str, Any]] = _read("units.json")["units"]
    return units


def load_accounts() -> list[dict[str, Any]]:
    """Return where the agencies of the demonstration collect money."""
    accounts: list[dict[str, Any]] = _read("accounts.json")["accounts"]
    return accounts


def load_people() -> dict[str, Any]:
    """Return `password`, `staff` and `citizens`."""
    people: dict[str, Any] = _read("people.json")
    return people


def demo_secret(username: str) -> str:
    """
    Return the secret of a made-up member of staff's authenticator app, the same in every demo.

    It carries a mark by which it proves nothing outside the demonstration.
    """
    digest = hashlib.sha256(f"trinh-dien:{username}".encode()).digest()
    return (DEMO_MARK + base64.b32encode(digest).decode())[:32]


def load_residents() -> list[dict[str, Any]]:
    """Return the citizens in whose names the stored dossiers are, beside those of `people`."""
    residents: list[dict[str, Any]] = _read("residents.json")["residents"]
    return residents


def citizens_by_key() -> dict[str, dict[str, Any]]:
    """Return every citizen of the demonstration by key; `partner` names a husband or wife."""
    return {row["key"]: row for row in (*load_people()["citizens"], *load_residents())}


def load_articles() -> dict[str, Any]:
    """Return `articles`, and `pictures` with what each shows, in words."""
    articles: dict[str, Any] = _read("articles.json")
    return articles


def read_article_picture(key: str) -> tuple[int, int, bytes]:
    """Return the width, the height and the bytes of a screenshot of our own, a PNG."""
    data = (FOLDER / "pictures" / f"{key}.png").read_bytes()
    # The first chunk of every PNG holds its sides.
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"), data


def load_procedures() -> list[dict[str, Any]]:
    """Return the procedures in the order of their codes."""
    paths = sorted((FOLDER / "procedures").glob("*.json"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def typed_answers(
    definition: Definition, answers: Mapping[str, Any], *, filed_on: date
) -> dict[str, list[str]]:
    """Write an answer set of the files as a person filing on that day would have typed it."""
    return dict(_typed_fields(definition, answers, filed_on))


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def _typed_fields(
    definition: Definition, answers: Mapping[str, Any], filed_on: date
) -> Iterator[tuple[str, list[str]]]:
    for field in definition.fields():
        value = answers.get(field.key)
        if value is None:
            continue
        if field.type is FieldType.GROUP:
            columns = {column.key: column for column in field.fields}
            for number, row in enumerate(value):
                for key, cell in row.items():
                    path = f"{field.key}.{number}.{key}"
                    yield from _typed(columns[key], path, cell, filed_on)
        else:
            yield from _typed(field, field.key, value, filed_on)


def _typed(field: Field, path: str, value: Any, filed_on: date) -> Iterator[tuple[str, list[str]]]:
    if field.type is FieldType.ADDRESS:
        for part in ADDRESS_PARTS:
            yield f"{path}.{part}", [str(value[part])]
    elif isinstance(value, Mapping):
        yield path, typed_value(field, _day(value, filed_on).isoformat())
    else:
        yield path, typed_value(field, value)


def _day(value: Mapping[str, int], filed_on: date) -> date:
    """Turn {"days_before_filing": 12} or {"days_after_filing": 12} into a day."""
    return filed_on + timedelta(
        days=value.get("days_after_filing", 0) - value.get("days_before_filing", 0)
    )
