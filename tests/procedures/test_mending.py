"""Slips, missing spaces and accents typed as letters or digits are read as they were meant."""

from itertools import pairwise

import pytest

from procedures.book import Book
from procedures.mending import mend
from procedures.vocabulary import extend

PHRASES = (
    "dang ky khai sinh", "dang ky ket hon", "dang ky tam tru", "khai bao tam vang",
    "dang ky thuong tru", "cap giay phep lai xe", "cap ho chieu pho thong", "xay dung nha o",
    "hom nay", "ki thuat",
)  # fmt: skip


@pytest.fixture(scope="module")
def book():
    holders = {}
    for phrase in PHRASES:
        words = phrase.split()
        pairs = (" ".join(pair) for pair in pairwise(words))
        for term in [*words, *pairs]:
            holders[term] = holders.get(term, 0) + 30
    return Book(
        token="t", vocabulary=extend({}), total=len(PHRASES) * 30, holders=holders, boosts={}
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        # Several slips at once; "ki" for "ky" is a saying, and so left alone.
        ("dang ki khai snh", "dang ki khai sinh"),
        ("ket hom", "ket hon"),
        ("giay khai shinh", "giay khai sinh"),
        ("dang ky tam tru tam vangs", "dang ky tam tru tam vang"),
        ("khia sinh", "khai sinh"),
        ("giay phep lai xee", "giay phep lai xe"),
        # No spaces.
        ("khaisinh", "khai sinh"),
        ("dangkykhaisinh", "dang ky khai sinh"),
        # A keyboard that did not compose: Telex and VNI.
        ("ddawng kys khai sinh", "dang ky khai sinh"),
        ("dang9 ky1 khai sinh", "dang ky khai sinh"),
        ("thuowngf trus", "thuong tru"),
        # The north and the south write what they hear.
        ("say dung nha o", "xay dung nha o"),
    ],
)
def test_slips_are_read_as_they_were_meant(book, typed, meant):
    mended = mend(tuple(typed.split()), book)

    assert mended is not None
    assert " ".join(mended.words) == meant


@pytest.mark.parametrize(
    "typed", ["dang ky khai sinh", "me toi moi mat", "giay", "1.001193", "", "a", "or 1 1"]
)
def test_what_is_right_is_left_alone(book, typed):
    assert mend(tuple(typed.split()), book) is None


def test_known_words_are_no_guess_and_unknown_ones_are(book):
    assert not mend(("ket", "hom"), book).is_guess
    assert mend(("ket", "honn"), book).is_guess


def test_beginning_of_a_word_is_read_on_while_it_is_typed(book):
    assert mend(("khia", "si"), book, is_typing=True).words == ("khai", "sinh")


def test_long_nonsense_costs_no_time(book):
    assert mend(("x" * 80,) * 40, book) is None
