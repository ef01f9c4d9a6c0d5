"""The table of attacks in docs/threat-model.md, and the tag that it puts on tests."""

import re
from pathlib import Path

import pytest

TABLE = Path(__file__).resolve().parents[1] / "docs" / "threat-model.md"
ROW = re.compile(r"^\| ([ABGHJ]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
TEST = re.compile(r"`([a-z_/]+\.py)::(test_\w+)`")


def read_table() -> dict[str, str]:
    """Return what stands in the last column, by id."""
    return {row[1]: row[4] for row in ROW.finditer(TABLE.read_text(encoding="utf-8"))}


def named_tests() -> dict[tuple[str, str], list[str]]:
    """Return the ids that each named test plays, by its file and name."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, cell in read_table().items():
        for file, test in TEST.findall(cell):
            found.setdefault((file, test), []).append(key)
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tag tests with the attacks that they play, as the table says: one place, both ways."""
    named = named_tests()
    root = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(root):
            name = getattr(item, "originalname", None) or item.name
            for key in named.get((item.path.relative_to(root).as_posix(), name), ()):
                item.add_marker(pytest.mark.attack(id=key))
