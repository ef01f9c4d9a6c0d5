"""What somebody may be typing: procedures whose words begin so, from what a process keeps."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from math import log
from typing import Final

from procedures.book import Book, open_book
from procedures.mending import mend
from procedures.models import Procedure
from procedures.naming import short_name
from procedures.search import Question, bare_name
from procedures.vocabulary import plain

MOST: Final = 7
# Of a saying that is only begun, and of the words that it stands for.
_BEGUN: Final = 0.75
_PUT: Final = 0.3
_MEANT: Final = 0.8
_MEANT_IF_BEGUN: Final = 0.3
_MOST_SAYINGS: Final = 4
# Fewer letters begin too many sayings.
_BEGUN_SAYING: Final = 8
# How far words that nobody tells a procedure by count, and the pleasure of the right order.
_WEAK: Final = 0.25
_IN_ORDER: Final = 1.8
_OPENS: Final = 1.25
_COMMUNE: Final = 1.25
_COVERED: Final = 2.0
_COMMON: Final = 1.3
# What is done to something that one has already, while nothing of that is typed.
_AFTERWARDS: Final = 0.9
# So many of the likeliest are looked at closely.
_LOOKED_AT: Final = 250


@dataclass(frozen=True, slots=True)
class Suggestion:
    code: str
    title: str
    # The official name where the title is the everyday one.
    official: str


@dataclass(frozen=True, slots=True)
class _Name:
    code: str
    name: str
    everyday: str
    # The names as they compare, without "thủ tục".
    lines: tuple[str, ...]
    weight: float
    factor: float
    # The words of its act, if that is none to begin with.
    act: frozenset[str]


@dataclass(frozen=True, slots=True)
class Names:
    """Every procedure that may be suggested, by the words of its names."""

    token: str | None
    names: tuple[_Name, ...]
    postings: dict[str, tuple[int, ...]]
    words: tuple[str, ...]
    sayings: tuple[str, ...]

    def beginning_with(self, letters: str) -> tuple[str, ...]:
        start = bisect_left(self.words, letters)
        return self.words[start : bisect_left(self.words, letters + "\x7f")]

    def sayings_from(self, phrase: str) -> tuple[str, ...]:
        start = bisect_left(self.sayings, phrase)
        return self.sayings[start : bisect_left(self.sayings, phrase + "\x7f")]


_names: Names | None = None


def suggest(question: Question) -> list[Suggestion]:
    """Return the likeliest procedures for what stands in the box (one query)."""
    words = question.words
    if not words or len(question.phrase) < 2:
        return []
    book = open_book()
    names = _open_names(book)
    found = _best(_slots(words, names, book), words, names)
    if not found or found[0][0] < _enough(words, book):
        mended = mend(words, book, is_typing=True)
        if mended is not None:
            found = _best(_slots(mended.words, names, book), mended.words, names)
    return _once(names.names[place] for _score, place in found)


def _slots(words: tuple[str, ...], names: Names, book: Book) -> list[dict[str, float]]:
    """Return, for each word and each saying, the words that may answer and what they are worth."""
    *whole, begun = words
    # What a saying puts otherwise is hardly looked for as it stands: "mở quán" is no authority.
    put = {word for said, _meant in book.vocabulary.sayings(words) for word in said.split()}
    slots = [{word: _worth(word, book) * (_PUT if word in put else 1)} for word in whole]
    slots.append(_longer(begun, names, book) if begun not in put else {begun: _PUT})
    for meant, share in _meanings(words, names, book).items():
        slots += [{word: _worth(word, book) * share} for word in meant.split()]
    return slots


def _longer(begun: str, names: Names, book: Book) -> dict[str, float]:
    """Return the words that begin so: a beginning tells the same of all, of common ones more."""
    longer = names.beginning_with(begun)
    holders = {word: len(names.postings[word]) for word in longer}
    all_holders = sum(holders.values()) or 1
    worth = log(1 + len(names.names) / all_holders) + 0.5
    found = {
        word: worth * (_BEGUN + (1 - _BEGUN) * count / all_holders)
        for word, count in holders.items()
    }
    if begun in found:
        found[begun] = max(found[begun], _worth(begun, book))
    return found


def _meanings(words: tuple[str, ...], names: Names, book: Book) -> dict[str, float]:
    """Return what sayings mean: those that stand there, and less surely those that are begun."""
    meant = dict.fromkeys(book.vocabulary.meanings(words), _MEANT)
    told = [word for word in words if word not in book.vocabulary.passed_over]
    for start in range(min(len(told), 3)):
        phrase = " ".join(told[start:])
        # A saying begins with what is typed, or after words that tell nothing.
        skips = bool(start) and told[start - 1] not in book.vocabulary.weak
        if skips or phrase in book.vocabulary.synonyms:
            break
        if len(phrase) >= _BEGUN_SAYING:
            begun = sorted(names.sayings_from(phrase), key=len)[:_MOST_SAYINGS]
            for one in (one for said in begun for one in book.vocabulary.synonyms[said]):
                meant.setdefault(one, _MEANT_IF_BEGUN)
            if begun:
                break
    return dict(list(meant.items())[:_MOST_SAYINGS])


def _worth(word: str, book: Book) -> float:
    return book.rarity(word) * (_WEAK if word in book.vocabulary.weak else 1)


def _enough(words: tuple[str, ...], book: Book) -> float:
    """Return what the best must reach for the words to be taken as they stand."""
    unknown = any(not book.knows(word) for word in words[:-1])
    begun = words[-1]
    unknown = unknown or not (book.knows(begun) or book.beginning_with(begun))
    return float("inf") if unknown else 0.0


def _best(
    slots: list[dict[str, float]], words: tuple[str, ...], names: Names
) -> list[tuple[float, int]]:
    scores: dict[int, float] = {}
    for slot in slots:
        held: dict[int, float] = {}
        for word, worth in slot.items():
            for place in names.postings.get(word, ()):
                if held.get(place, 0.0) < worth:
                    held[place] = worth
        for place, worth in held.items():
            scores[place] = scores.get(place, 0.0) + worth
    if not scores:
        return []
    likely = nlargest(
        _LOOKED_AT, scores, key=lambda place: scores[place] * _share(scores[place], place, names)
    )
    phrase = " ".join(words)
    asked = {word for slot in slots for word in slot}
    ranked = [
        (
            scores[place]
            * _share(scores[place], place, names)
            * _order(phrase, place, names)
            * (1.0 if names.names[place].act <= asked else _AFTERWARDS),
            place,
        )
        for place in likely
    ]
    ranked.sort(key=lambda one: (-one[0], len(names.names[one[1]].name), one[1]))
    return ranked


def _share(score: float, place: int, names: Names) -> float:
    """Weigh a name up by how much of it is typed: the plain one before its special cases."""
    name = names.names[place]
    return name.factor * (1 + _COVERED * min(1.0, score / name.weight))


def _order(phrase: str, place: int, names: Names) -> float:
    lines = names.names[place].lines
    if any(line.startswith(phrase) for line in lines):
        return _IN_ORDER * _OPENS
    return _IN_ORDER if any(f" {phrase}" in f" {line}" for line in lines) else 1.0


def _once(names: Iterable[_Name]) -> list[Suggestion]:
    """Return the first of each name: the record holds one procedure under several codes."""
    found: dict[str, Suggestion] = {}
    for name in names:
        key = name.lines[0]
        if key not in found:
            found[key] = Suggestion(
                code=name.code,
                title=name.everyday or short_name(name.name),
                official=short_name(name.name) if name.everyday else "",
            )
            if len(found) == MOST:
                break
    return list(found.values())


def _open_names(book: Book) -> Names:
    """Return the names of this moment, read anew after something has changed (one query then)."""
    global _names  # noqa: PLW0603 -- one a process; whoever reads it twice at once reads the same
    known = _names
    if known is not None and book.token is not None and known.token == book.token:
        return known
    factors = dict.fromkeys(book.common, _COMMON) | dict(book.boosts.get("", ()))
    names: list[_Name] = []
    postings: dict[str, list[int]] = {}
    rows = Procedure.objects.findable().order_by("sort_key", "pk")
    for pk, code, name, folded, tiers, everyday, keywords in rows.values_list(
        "pk",
        "code",
        "name",
        "folded_name",
        "tiers",
        "current_revision__everyday_name",
        "current_revision__keywords",
    ):
        official = bare_name(folded)
        lines = (official, *(plain(one) for one in (everyday, *(keywords or ())) if one))
        told = set(official.split())
        for word in told.union(*(line.split() for line in lines[1:])):
            postings.setdefault(word, []).append(len(names))
        names.append(
            _Name(
                code=code,
                name=name,
                everyday=everyday or "",
                lines=lines,
                weight=max(sum(_worth(word, book) for word in told), 0.001),
                factor=factors.get(pk, 1.0) * (_COMMUNE if "COMMUNE" in tiers else 1.0),
                act=book.vocabulary.act_afterwards(official),
            )
        )
    _names = Names(
        token=book.token,
        names=tuple(names),
        postings={word: tuple(places) for word, places in postings.items()},
        words=tuple(sorted(postings)),
        sayings=tuple(sorted(book.vocabulary.synonyms)),
    )
    return _names
