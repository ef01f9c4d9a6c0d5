"""What a process keeps of the search: the words of the catalogue, the sayings, the weights."""

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from typing import Final

from django.db import connection

from procedures.vocabulary import Vocabulary, common_codes, extend

# Words of sayings count as if so many procedures held them, so that slips in them are mended.
_SAID_BY: Final = 8
_LONGEST: Final = 12
# So few words only name a topic; what everybody comes for some day is then likelier by so much.
_TOPIC: Final = 4
_COMMON: Final = 1.2

# The token with each question; all the rest only when it is another one than is known here.
_READ: Final = """
    WITH found AS (SELECT (SELECT token::text FROM procedures_searchversion) AS token),
    version AS (
        SELECT token, token IS DISTINCT FROM %(known)s OR token IS NULL AS is_new FROM found
    )
    SELECT token, (SELECT count(*) FROM procedures_procedure WHERE is_new),
        CASE WHEN is_new THEN (
            SELECT jsonb_object_agg(term, holders)::text FROM procedures_searchword
            WHERE holders > 0
        ) END,
        CASE WHEN is_new THEN (
            SELECT jsonb_agg(jsonb_build_array(folded, meant, is_active))::text
            FROM procedures_synonym
        ) END,
        CASE WHEN is_new THEN (
            SELECT jsonb_agg(jsonb_build_array(procedure_id, folded, factor))::text
            FROM procedures_boost WHERE is_active
        ) END,
        CASE WHEN is_new THEN (
            SELECT jsonb_agg(p.id)::text FROM procedures_procedure p
            WHERE p.code = ANY(%(common)s) AND NOT EXISTS (
                SELECT FROM procedures_boost b WHERE b.procedure_id = p.id AND b.folded = ''
            )
        ) END
    FROM version
"""


@dataclass(frozen=True, slots=True)
class Book:
    """Everything about words that a question needs before the index is asked."""

    token: str | None
    vocabulary: Vocabulary
    # How many procedures there are, and how many hold each word or pair of words.
    total: int
    holders: Mapping[str, int]
    # Procedure and factor by the phrase that calls for it; "" for every question.
    boosts: Mapping[str, tuple[tuple[int, float], ...]]
    # What everybody comes for some day, save where an operator has set a weight.
    common: frozenset[int] = frozenset()
    # Single words that a slip may have meant, by what is left when one letter is lost.
    near: Mapping[str, tuple[str, ...]] = field(init=False)
    said_pairs: frozenset[str] = field(init=False)
    # Single words in order, for those that begin alike.
    ordered: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        words = [word for word in self.holders if word.isalpha() and len(word) <= _LONGEST]
        words += [word for word in self.vocabulary.said if word not in self.holders]
        object.__setattr__(self, "near", _by_lost_letter(words))
        object.__setattr__(self, "ordered", tuple(sorted(words)))
        pairs: set[str] = set()
        for said, meant in self.vocabulary.synonyms.items():
            for phrase in (said, *meant):
                told = phrase.split()
                pairs.update(map(" ".join, pairwise(told)))
        object.__setattr__(self, "said_pairs", frozenset(pairs))

    @property
    def is_empty(self) -> bool:
        """Whether no index has been written."""
        return not self.holders

    def knows(self, word: str) -> bool:
        return word in self.holders or word in self.vocabulary.said

    def count(self, term: str) -> int:
        """Return how common a word or pair of words is, in names and papers or in sayings."""
        held = self.holders.get(term, 0)
        if " " in term:
            return held + (_SAID_BY if term in self.said_pairs else 0)
        return held or (_SAID_BY if term in self.vocabulary.said else 0)

    def beginning_with(self, letters: str) -> tuple[str, ...]:
        """Return the single words that begin so."""
        start = bisect_left(self.ordered, letters)
        return self.ordered[start : bisect_left(self.ordered, letters + "\x7f")]

    def rarity(self, term: str) -> float:
        """Return how much a term tells, 0 for one that nobody holds."""
        holders = self.holders.get(term)
        if not holders:
            return 0.0
        return log(1 + max(self.total - holders + 0.5, 0.5) / (holders + 0.5))

    def boosts_for(self, words: Sequence[str]) -> dict[int, float]:
        """Return the factor of each procedure that weighs differently for some words."""
        text = f" {' '.join(words)} "
        factors = dict.fromkeys(self.common, _COMMON) if len(words) <= _TOPIC else {}
        for phrase, boosted in self.boosts.items():
            if not phrase or f" {phrase} " in text:
                for procedure, factor in boosted:
                    factors[procedure] = factors.get(procedure, 1.0) * factor
        return factors


_book: Book | None = None


def open_book() -> Book:
    """Return the book of this moment (one query): read anew only after something has changed."""
    global _book  # noqa: PLW0603 -- one a process; whoever reads it twice at once reads the same
    known = _book
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"known": known.token if known else None, "common": common_codes()})
        [(token, total, words, sayings, boosts, common)] = cursor.fetchall()
    if known is not None and token is not None and token == known.token:
        return known
    own = {
        folded: tuple(meant) if is_active else ()
        for folded, meant, is_active in json.loads(sayings or "[]")
    }
    by_phrase: dict[str, list[tuple[int, float]]] = {}
    for procedure, phrase, factor in json.loads(boosts or "[]"):
        by_phrase.setdefault(phrase, []).append((procedure, factor))
    _book = Book(
        token=token,
        vocabulary=extend(own),
        total=total,
        holders=json.loads(words or "{}"),
        boosts={phrase: tuple(boosted) for phrase, boosted in by_phrase.items()},
        common=frozenset(json.loads(common or "[]")),
    )
    return _book


def lost_letter(word: str) -> set[str]:
    """Return a word and all that is left of it when one letter is lost."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _by_lost_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in words:
        for left in lost_letter(word):
            found.setdefault(left, []).append(word)
    return {left: tuple(near) for left, near in found.items()}
