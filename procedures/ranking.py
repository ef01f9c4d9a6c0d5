"""The best answers to a question in everyday words, by one statement over the index."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db import connection

from procedures.search import Match, Question
from procedures.vocabulary import load_vocabulary

# Half A of a set of questions chose these; docs/adr/0015-search.md tells how.
_WEAK: Final = 0.15
_MEANT: Final = 0.8
_SLIPPED: Final = 0.7
_COVERED: Final = 2.0
_COMMUNE: Final = 0.4
# What scores below this share of the best only happens to share words with the question.
_WORTH: Final = 0.35
MOST: Final = 60
_MOST_WORDS: Final = 40
# A likeness of trigrams; two letters give too few to tell anything.
_ALIKE: Final = 0.38
_LEAST_LETTERS: Final = 3

_COLUMNS: Final = (
    "pk", "code", "name", "field__slug", "field__name", "field__sort_key", "tiers",
    "content_level", "paid_level", "folded_name", "search_text", "score", "slips",
)  # fmt: skip

_BEST: Final = """
    WITH asked(term, share) AS (SELECT * FROM unnest(%(terms)s::text[], %(shares)s::float8[])),
    total AS (SELECT greatest(count(*), 1)::float8 AS n FROM procedures_procedure),
    known AS (
        SELECT a.term, a.share, w.holders
        FROM asked a JOIN procedures_searchword w USING (term)
    ),
    slipped AS (
        SELECT near.term, a.share * %(slipped)s AS share, near.holders, a.term AS typed
        FROM asked a CROSS JOIN LATERAL (
            SELECT w.term, w.holders, similarity(w.term, a.term) AS likeness
            FROM procedures_searchword w
            WHERE NOT w.term LIKE '%% %%' AND w.term %% a.term
                AND similarity(w.term, a.term) >= %(alike)s
            UNION ALL
            -- Two letters in the wrong order leave few trigrams alike.
            SELECT w.term, w.holders, 1
            FROM generate_series(1, length(a.term) - 1) i
            JOIN procedures_searchword w ON w.term = left(a.term, i - 1)
                || substr(a.term, i + 1, 1) || substr(a.term, i, 1) || substr(a.term, i + 2)
            ORDER BY likeness DESC, holders DESC LIMIT 3
        ) near
        WHERE length(a.term) >= %(letters)s AND a.term = ANY(%(unsure)s)
            AND NOT EXISTS (SELECT FROM procedures_searchword w WHERE w.term = a.term)
    ),
    sought AS (
        SELECT term, max(share) AS share,
            ln(1 + (total.n - max(holders) + 0.5) / (max(holders) + 0.5)) AS rarity
        FROM (
            SELECT * FROM known UNION ALL SELECT term, share, holders FROM slipped
        ) both_kinds, total
        GROUP BY term, total.n
    ),
    summed AS (
        SELECT t.procedure_id,
            sum(s.share * s.rarity * t.weight) AS score,
            sum(s.share * s.rarity) FILTER (WHERE t.in_name) AS covered
        FROM sought s JOIN procedures_searchterm t USING (term)
        GROUP BY t.procedure_id
    ),
    ranked AS (
        SELECT p.id, summed.score
            * (1 + %(covering)s
                * least(1, coalesce(summed.covered, 0) / greatest(e.name_weight, 0.001)))
            * (CASE WHEN 'COMMUNE' = ANY(p.tiers) THEN 1 + %(commune)s ELSE 1 END) AS score
        FROM summed
        JOIN procedures_procedure p ON p.id = summed.procedure_id
        JOIN procedures_searchentry e ON e.procedure_id = p.id
        WHERE p.state <> 'REPEALED'
        ORDER BY 2 DESC LIMIT %(most)s
    )
    SELECT p.id, p.code, p.name, f.slug, f.name, f.sort_key, p.tiers, p.content_level,
        p.paid_level, p.folded_name, p.search_text, r.score,
        (SELECT jsonb_object_agg(typed, meant) FROM (
            SELECT typed, jsonb_agg(term) AS meant FROM slipped GROUP BY typed
        ) mended)
    FROM ranked r
    JOIN procedures_procedure p ON p.id = r.id
    JOIN procedures_field f ON f.id = p.field_id
    ORDER BY r.score DESC, length(p.folded_name), p.sort_key, p.id
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """The terms of a question, and how much each says of it."""

    terms: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def unsure(self) -> list[str]:
        """The words that may be slips: no numbers, no pairs, nothing that people do say."""
        said = load_vocabulary().said
        return [term for term in self.terms if term.isalpha() and term not in said]


def rank(question: Question) -> list[dict[str, Any]]:
    """Return the procedures that answer best, each with how it matches; none if nothing does."""
    words = question.all_words[:_MOST_WORDS]
    rows = _look_up(read_terms(words))
    slips = rows[0]["slips"] if rows else None
    if slips:
        # Asked again with the nearest words in place: sayings and pairs are whole once more.
        rows = _look_up(_mend(words, _read_slips(slips))) or rows
    if not rows:
        return []
    worth = rows[0]["score"] * _WORTH
    kept = [
        {**row, "found": _match(row, question, is_alike=bool(slips))}
        for row in rows
        if row["score"] >= worth
    ]
    # Who types the very name means it, whatever else scores.
    return sorted(kept, key=lambda row: row["found"] != Match.EXACT)


def read_terms(words: tuple[str, ...]) -> Sought:
    """Return the words and word pairs to look for, with everyday sayings put officially."""
    vocabulary = load_vocabulary()
    meanings = vocabulary.meanings(words)
    parts = vocabulary.asking.sub("|", " ".join(words)).split("|")
    if not meanings and not any(_tells(part, vocabulary.weak) for part in parts):
        # Nothing that one procedure could be told from another by.
        return Sought((), ())
    shares: dict[str, float] = {}
    for text, share in [*((one, 1.0) for one in parts), *((one, _MEANT) for one in meanings)]:
        told = text.split()
        for word in told:
            _add(shares, word, share * (_WEAK if word in vocabulary.weak else 1))
        for first, second in pairwise(told):
            both_weak = first in vocabulary.weak and second in vocabulary.weak
            _add(shares, f"{first} {second}", share * (_WEAK if both_weak else 1))
    return Sought(tuple(shares), tuple(shares.values()))


def _mend(words: tuple[str, ...], slips: Mapping[str, list[str]]) -> Sought:
    shares: dict[str, float] = {}
    for choice in range(max(len(near) for near in slips.values())):
        mended = tuple(
            slips[word][min(choice, len(slips[word]) - 1)] if word in slips else word
            for word in words
        )
        sought = read_terms(mended)
        for term, share in zip(sought.terms, sought.shares, strict=True):
            _add(shares, term, share)
    return Sought(tuple(shares), tuple(shares.values()))


def _read_slips(slips: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(slips) if isinstance(slips, str) else slips
    return found


def _look_up(sought: Sought) -> list[dict[str, Any]]:
    if not sought.terms:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _BEST,
            {
                "terms": list(sought.terms),
                "shares": list(sought.shares),
                "slipped": _SLIPPED,
                "alike": _ALIKE,
                "letters": _LEAST_LETTERS,
                "unsure": sought.unsure,
                "covering": _COVERED,
                "commune": _COMMUNE,
                "most": MOST,
            },
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def _tells(part: str, weak: frozenset[str]) -> bool:
    return any(word not in weak for word in part.split())


def _add(shares: dict[str, float], term: str, share: float) -> None:
    shares[term] = max(shares.get(term, 0.0), share)


def _match(row: Mapping[str, Any], question: Question, *, is_alike: bool) -> Match:
    phrase = question.phrase
    lines = [*row["search_text"].split("\n"), row["folded_name"]]
    bare = [line.removeprefix("thu tuc ") for line in lines]
    if phrase in bare or phrase in lines:
        return Match.EXACT
    if is_alike:
        return Match.ALIKE
    if any(line.startswith(f"{phrase} ") for line in bare):
        return Match.OPENING
    if any(f" {phrase} " in f" {line} " for line in lines):
        return Match.PHRASE
    return Match.WORDS
