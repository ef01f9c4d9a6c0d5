"""What somebody meant to type: slips, missing spaces, accents typed as letters or digits."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log
from typing import Final

from procedures.book import Book, lost_letter

# How much less a reading counts for each way in which it differs from what was typed.
_SAME, _ALIKE_SOUND, _SPACE, _TYPING, _SLIP, _BEGINNING = 0.0, 0.8, 1.0, 0.6, 1.8, 2.2
_SLIP_OF_KNOWN: Final = 3.2
_NONSENSE: Final = 6.0
_MOST_CANDIDATES: Final = 12
_LONGEST_RUN: Final = 40
_MOST_WORDS: Final = 16

_TELEX: Final = (
    ("dd", "d"), ("aa", "a"), ("aw", "a"), ("ee", "e"), ("oo", "o"), ("ow", "o"), ("uw", "u"),
)  # fmt: skip
_TONE_LETTERS: Final = re.compile(r"(?<=[aeiouy])([sfrxj])|([sfrxj])$")
_DIGITS_IN_WORD: Final = re.compile(r"(?<=[a-z])[1-9]")
# Letters that sound alike somewhere in the country, or that are written either way.
_SOUNDS: Final = (
    ("ngh", "ng"), ("gh", "g"), ("gi", "d"), ("ch", "tr"), ("ph", "f"), ("qu", "w"), ("x", "s"),
    ("c", "k"), ("q", "k"), ("z", "d"), ("y", "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mended:
    """The words as they were probably meant."""

    words: tuple[str, ...]
    # Whether a word was typed that nobody knows, so that the answers are only alike.
    is_guess: bool


def mend(words: tuple[str, ...], book: Book, *, is_typing: bool = False) -> Mended | None:
    """
    Return what was probably meant, None where it is what was typed.

    :param is_typing: the last word may only be begun.
    """
    words = words[:_MOST_WORDS]
    doubted = [_is_doubted(place, words, book) for place in range(len(words))]
    if not any(doubted) or book.is_empty:
        return None
    last = len(words) - 1
    choices = [
        _candidates(word, book, is_last=place == last, is_typing=is_typing)
        if doubted[place]
        else _as_typed(word)
        for place, word in enumerate(words)
    ]
    meant = _most_likely(choices, book)
    if meant == words:
        return None
    return Mended(meant, is_guess=any(not book.knows(word) for word in words))


def _is_doubted(place: int, words: tuple[str, ...], book: Book) -> bool:
    word = words[place]
    if not word.isascii() or len(word) < 2 or "." in word or word.isdigit():
        return False
    if not book.knows(word):
        return True
    if word in book.vocabulary.weak:
        # "ki" and "ky", but no "mot" for "moi".
        return False
    beside = [
        pair
        for pair in (words[place - 1 : place + 1] if place else (), words[place : place + 2])
        if len(pair) == 2
    ]
    return bool(beside) and not any(book.count(" ".join(pair)) for pair in beside)


def _as_typed(word: str) -> list[tuple[tuple[str, ...], float]]:
    return [((word,), _SAME)]


def _candidates(
    word: str, book: Book, *, is_last: bool, is_typing: bool
) -> list[tuple[tuple[str, ...], float]]:
    known = book.knows(word)
    found: dict[tuple[str, ...], float] = {(word,): _SAME if known else _NONSENSE}
    readings = _near_readings(word, book, slip=_SLIP_OF_KNOWN if known else _SLIP)
    if not known:
        readings = chain(readings, _other_readings(word, book))
    if is_last and (is_typing or (len(word) > 2 and not known)):
        readings = chain(readings, (((one,), _BEGINNING) for one in _longer(word, book)))
    for one, cost in readings:
        found[one] = min(found.get(one, cost), cost)
    ranked = sorted(
        found.items(), key=lambda one: (one[1] - 0.4 * _commonness(one[0], book), one[0])
    )
    return ranked[:_MOST_CANDIDATES]


def _near_readings(
    word: str, book: Book, *, slip: float
) -> Iterator[tuple[tuple[str, ...], float]]:
    for near in _near(word, book):
        if _sound(near) == _sound(word):
            yield (near,), _ALIKE_SOUND
        elif len(word) > 2:
            # One of two letters may be any word at all.
            yield (near,), slip


def _other_readings(word: str, book: Book) -> Iterator[tuple[tuple[str, ...], float]]:
    """Yield what else the letters may be: accents typed as letters, words without a space."""
    for bare in _untyped(word) if len(word) > 2 else ():
        if book.knows(bare):
            yield (bare,), _TYPING
        else:
            yield from (((near,), _TYPING + _SLIP) for near in _near(bare, book))
    yield from ((split, _SPACE) for split in _splits(word, book))


def _commonness(words: tuple[str, ...], book: Book) -> float:
    return min(log(1 + book.count(word)) for word in words)


def _near(word: str, book: Book) -> Iterator[str]:
    """Yield the words one slip away: a letter lost, added, changed, or two in the wrong order."""
    for left in lost_letter(word):
        for near in book.near.get(left, ()):
            if near != word and _is_one_slip(word, near):
                yield near


def _is_one_slip(typed: str, meant: str) -> bool:
    if abs(len(typed) - len(meant)) == 1:
        # Both lost to the same letters: one of them has one letter more.
        return True
    if len(typed) != len(meant):
        return False
    differ = [place for place in range(len(typed)) if typed[place] != meant[place]]
    if len(differ) == 1:
        return True
    return (
        len(differ) == 2
        and differ[1] == differ[0] + 1
        and typed[differ[0]] == meant[differ[1]]
        and typed[differ[1]] == meant[differ[0]]
    )


def _untyped(word: str) -> set[str]:
    """Return a word without the letters or digits that stand for its accents."""
    bare = _DIGITS_IN_WORD.sub("", word)
    for typed, letter in _TELEX:
        bare = bare.replace(typed, letter)
    found = {bare, *(bare[: at.start()] + bare[at.end() :] for at in _TONE_LETTERS.finditer(bare))}
    found |= {one.replace("w", "u") for one in found if "w" in one}
    return found - {word}


def _splits(word: str, book: Book) -> Iterator[tuple[str, ...]]:
    """Yield a run of letters as two words that stand together, or as several that all do."""
    if not word.isalpha() or not 4 <= len(word) <= _LONGEST_RUN:
        return
    # The likeliest way to read each beginning, by the pairs that its words make.
    best: dict[int, dict[str, tuple[float, tuple[str, ...]]]] = {0: {"": (0.0, ())}}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 7), end):
            part = word[start:end]
            if start not in best or len(part) < 2 or not book.count(part):
                continue
            for before, (score, told) in best[start].items():
                pair = book.count(f"{before} {part}") if before else 1
                if pair:
                    gained = score + (log(1 + pair) if before else 0.0) - 1.0
                    here = best.setdefault(end, {})
                    if part not in here or here[part][0] < gained:
                        here[part] = (gained, (*told, part))
    whole = sorted(best.get(len(word), {}).values(), reverse=True)[:2]
    yield from (told for _score, told in whole if len(told) > 1)


def _longer(word: str, book: Book) -> list[str]:
    """Return the commonest words that begin so."""
    return sorted(book.beginning_with(word), key=book.count, reverse=True)[:4]


def _sound(word: str) -> str:
    for written, said in _SOUNDS:
        word = word.replace(written, said)
    return word


def _most_likely(choices: list[list[tuple[tuple[str, ...], float]]], book: Book) -> tuple[str, ...]:
    """Return the reading whose words stand together best for what they cost."""
    paths: dict[str, tuple[float, tuple[str, ...]]] = {"": (0.0, ())}
    for candidates in choices:
        further: dict[str, tuple[float, tuple[str, ...]]] = {}
        for told, cost in candidates:
            inside = sum(_fit(one, two, book) for one, two in pairwise(told))
            own = inside - cost + 0.15 * _commonness(told, book)
            for before, (score, path) in paths.items():
                gained = score + own + (_fit(before, told[0], book) if before else 0.0)
                if told[-1] not in further or further[told[-1]][0] < gained:
                    further[told[-1]] = (gained, (*path, *told))
        paths = further
    return max(paths.values())[1]


def _fit(first: str, second: str, book: Book) -> float:
    """Return how well two words stand together: often, and seldom apart."""
    together = book.count(f"{first} {second}")
    if not together:
        return 0.0
    bound = together / (1 + min(book.count(first), book.count(second)))
    return log(1 + together) * min(1.0, 0.25 + bound)
