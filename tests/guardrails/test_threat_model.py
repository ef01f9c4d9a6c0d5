"""The table of attacks: every id has a line, every line a test that exists or a reason."""

import ast
from pathlib import Path

import pytest

from tests.attacks import TEST, named_tests, pytest_collection_modifyitems, read_table

TESTS = Path(__file__).resolve().parents[1]
IDS = {
    f"{letter}{number}"
    for letter, last in {"A": 12, "B": 9, "G": 13, "H": 11, "J": 7}.items()
    for number in range(1, last + 1)
}


def test_every_attack_has_its_line():
    assert set(read_table()) == IDS


@pytest.mark.parametrize(("key", "cell"), sorted(read_table().items()))
def test_a_line_names_a_test_or_says_why_there_is_none(key, cell):
    assert TEST.search(cell) or cell.startswith("none: "), key


def test_every_test_that_is_named_exists():
    missing = []
    for file, name in named_tests():
        path = TESTS / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module([], [])
        if name not in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}:
            missing.append(f"{file}::{name}")

    assert missing == []


class Item:
    """As much of a collected test as the tag looks at."""

    def __init__(self, file, name):
        self.path, self.originalname, self.marks = TESTS / file, name, []

    def add_marker(self, mark):
        self.marks.append(mark.kwargs)


def test_the_tag_comes_from_the_table():
    tagged = Item("security/test_perimeter.py", "test_nothing_is_changed_without_the_token")
    other = Item("security/test_perimeter.py", "test_of_another_name")

    pytest_collection_modifyitems([tagged, other])

    assert (tagged.marks, other.marks) == ([{"id": "G8"}], [])
