"""The best answers to a question in everyday words, by one statement over the index."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db import connection

from procedures.book import Book, open_book
from procedures.mending import Mended, mend
from procedures.models.catalogue import FINDABLE
from procedures.search import Match, Question, bare_name
from procedures.vocabulary import Vocabulary, load_vocabulary

# Half A of a set of questions chose these; docs/adr/0015-search.md tells how.
_WEAK: Final = 0.15
_MEANT: Final = 0.65
_SLIPPED: Final = 0.9
# How much the share of the name that the question says, and the share of the question that the
# procedure knows, raise what was found.
_COVERED: Final = 2.0
_KNOWN: Final = 4.0
_COMMUNE: Final = 0.3
# What is done to something that one has already, where the question does not speak of that.
_AFTERWARDS: Final = 0.9
# What scores below this share of the best only happens to share words with the question.
_WORTH: Final = 0.35
MOST: Final = 60
_MOST_WORDS: Final = 40
# A term that weighs below this share of the weightiest is left out.
_TELLING: Final = 0.1

_COLUMNS: Final = ("pk", "code", "name", "folded_name", "search_text", "publisher", "score")

_BEST: Final = """
    WITH held AS (
        SELECT t.procedure_id, sum(s.worth * t.weight) AS score,
            sum(s.worth) FILTER (WHERE t.in_name) AS covered, sum(s.told) AS known
        FROM unnest(%(terms)s::text[], %(worths)s::float8[], %(told)s::float8[])
            AS s(term, worth, told)
        JOIN procedures_searchterm t USING (term)
        GROUP BY t.procedure_id
    ),
    summed AS (
        SELECT procedure_id, score, covered,
            score * (1 + %(knowing)s * least(1, known)) AS known_score
        FROM held
    ),
    ranked AS (
        SELECT p.id, (summed.known_score + summed.score * %(covering)s
                * least(1, coalesce(summed.covered, 0) / greatest(e.name_weight, 0.001)))
            * (CASE WHEN 'COMMUNE' = ANY(p.tiers) THEN 1 + %(commune)s ELSE 1 END)
            * coalesce(b.factor, 1) AS score
        FROM (
            -- What cannot come to be worth showing, whatever it is multiplied by, is not joined.
            SELECT * FROM summed
            WHERE known_score >= %(hopeless)s * (SELECT max(known_score) FROM summed)
        ) summed
        JOIN procedures_procedure p ON p.id = summed.procedure_id
        JOIN procedures_searchentry e ON e.procedure_id = p.id
        LEFT JOIN unnest(%(boosted)s::bigint[], %(factors)s::float8[]) AS b(id, factor)
            ON b.id = p.id
        WHERE {findable}
        ORDER BY 2 DESC LIMIT %(most)s
    )
    SELECT p.id, p.code, p.name, p.folded_name, p.search_text,
        coalesce(c.decision_agency, i.source->>'promulgating_agency', ''), r.score
    FROM ranked r
    JOIN procedures_procedure p ON p.id = r.id
    LEFT JOIN procedures_revision c ON c.id = p.current_revision_id
    -- Of what is only listed the record alone knows whose it is.
    LEFT JOIN procedures_importedrecord i
        ON i.procedure_id = p.id AND p.current_revision_id IS NULL
    ORDER BY r.score DESC, length(p.folded_name), p.sort_key, p.id
"""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for: how much each term says of the question; what was put otherwise."""

    shares: Mapping[str, float]
    # The same of the person's own words only, without what sayings put officially.
    told: Mapping[str, float]
    # The words as they were probably meant, where something else was typed.
    mended: Mended | None = None


def rank(question: Question, book: Book | None = None) -> list[dict[str, Any]]:
    """Return the procedures that answer best, each with how it matches; none if nothing does."""
    book = book or open_book()
    words = question.all_words[:_MOST_WORDS]
    sought = read_question_terms(words, book)
    rows = _first_things_first(
        _look_up(sought, book, boosts=book.boosts_for(words)), sought, book.vocabulary
    )
    if not rows:
        return []
    worth = rows[0]["score"] * _WORTH
    is_guess = sought.mended is not None and sought.mended.is_guess
    kept = [
        {**row, "found": _match(row, question, is_alike=is_guess)}
        for row in rows
        if row["score"] >= worth
    ]
    # Who types the very name means it, whatever else scores.
    return sorted(kept, key=lambda row: row["found"] != Match.EXACT)


def read_question_terms(words: tuple[str, ...], book: Book) -> Sought:
    """Return the terms of a question as typed, and as it was probably meant."""
    shares = read_terms(words, book.vocabulary)
    mended = mend(words, book)
    if mended is None:
        return Sought(shares, _read_told(words, book.vocabulary))
    shares = dict(shares)
    for term, share in read_terms(mended.words, book.vocabulary).items():
        _add(shares, term, share * _SLIPPED)
    return Sought(shares, _read_told(mended.words, book.vocabulary), mended)


def read_terms(words: tuple[str, ...], vocabulary: Vocabulary | None = None) -> dict[str, float]:
    """Return the words and word pairs to look for, with everyday sayings put officially."""
    vocabulary = vocabulary or load_vocabulary()
    meanings = vocabulary.meanings(words)
    shares = _read_told(words, vocabulary)
    if not meanings and not any(share == 1 for share in shares.values()):
        # Nothing that one procedure could be told from another by.
        return {}
    for meant in meanings:
        _add_terms(shares, meant, _MEANT, vocabulary.weak)
    return shares


def _read_told(words: tuple[str, ...], vocabulary: Vocabulary) -> dict[str, float]:
    shares: dict[str, float] = {}
    for part in vocabulary.asking.sub("|", " ".join(words)).split("|"):
        _add_terms(shares, part, 1.0, vocabulary.weak)
    return shares


def _add_terms(shares: dict[str, float], text: str, share: float, weak: frozenset[str]) -> None:
    words = text.split()
    for word in words:
        _add(shares, word, share * (_WEAK if word in weak else 1))
    for first, second in pairwise(words):
        _add(shares, f"{first} {second}", share * (_WEAK if {first, second} <= weak else 1))


def _look_up(sought: Sought, book: Book, *, boosts: Mapping[int, float]) -> list[dict[str, Any]]:
    worths = {term: share * book.rarity(term) for term, share in sought.shares.items()}
    # What thousands hold tells next to nothing, and is most of the work.
    least = max(worths.values(), default=0.0) * _TELLING
    kept = {term: worth for term, worth in worths.items() if worth > least}
    if not any(sought.shares[term] > _WEAK for term in kept):
        # Only words that tell nothing are held by anything.
        return []
    told = {term: share * book.rarity(term) for term, share in sought.told.items()}
    all_told = sum(told.values()) or 1.0
    with connection.cursor() as cursor:
        cursor.execute(
            _BEST.format(findable=FINDABLE),
            {
                "terms": list(kept),
                "worths": list(kept.values()),
                "told": [told.get(term, 0.0) / all_told for term in kept],
                "covering": _COVERED,
                "knowing": _KNOWN,
                "commune": _COMMUNE,
                "boosted": list(boosts),
                "factors": list(boosts.values()),
                "most": MOST,
                "hopeless": _WORTH
                * min([1.0, *boosts.values()])
                / ((1 + _COVERED) * (1 + _COMMUNE) * max([1.0, *boosts.values()])),
            },
        )
        return [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def _first_things_first(
    rows: list[dict[str, Any]], sought: Sought, vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    """Return the rows by what they are worth to whoever has named no more than a topic."""
    for row in rows:
        act = vocabulary.act_afterwards(bare_name(row["folded_name"]))
        if act and not act.issubset(sought.shares):
            row["score"] *= _AFTERWARDS
    return sorted(rows, key=lambda row: -row["score"])


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
