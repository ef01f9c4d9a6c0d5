"""What the search knows and does not know, for its editors; and a question tried on it."""

from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator

from procedures import missed, ranking
from procedures.book import open_book
from procedures.models import Boost, SearchMiss, Synonym
from procedures.search import Question, read_question
from procedures.vocabulary import plain, shipped_sayings

PAGE_SIZE: Final = 50
MISSES: Final = 50
TRIED: Final = 8


@dataclass(frozen=True, slots=True)
class Saying:
    said: str
    meant: tuple[str, ...]
    is_active: bool
    # Written here; the others came with the product.
    is_own: bool
    note: str


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    name: str
    # In hundredths of the first.
    share: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What becomes of a question: how it was read, what was looked for, what came."""

    typed: str
    mended: str
    sayings: tuple[tuple[str, str], ...]
    terms: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    sayings: Page[Saying]
    looked_for: str
    boosts: tuple[Boost, ...]
    misses: tuple[SearchMiss, ...]
    trial: Trial | None


def get_search_page(*, looked_for: str, page: str, typed: str) -> SearchPage:
    """Return the sayings that hold some words, the weights, what was missed, and a trial."""
    question = read_question(typed)
    words = plain(looked_for)
    sayings = [
        saying
        for saying in _sayings()
        if not words or words in plain(f"{saying.said} {' '.join(saying.meant)}")
    ]
    return SearchPage(
        sayings=Paginator(sayings, PAGE_SIZE).get_page(page),
        looked_for=looked_for,
        boosts=tuple(Boost.objects.select_related("procedure")),
        misses=tuple(
            SearchMiss.objects.filter(days__gte=missed.COMMON_ON)
            .exclude(words="")
            .order_by("-days", "-times", "words")[:MISSES]
        ),
        trial=_try(question) if question.words else None,
    )


def find_saying(said: str) -> Saying | None:
    """Return what stands for a saying now, here or shipped."""
    folded = plain(said)
    own = Synonym.objects.filter(folded=folded).first()
    if own is not None:
        return _own(own)
    shipped = shipped_sayings().get(folded)
    return Saying(shipped.said, shipped.meant, True, False, "") if shipped else None


def _sayings() -> list[Saying]:
    own = {synonym.folded: _own(synonym) for synonym in Synonym.objects.all()}
    shipped = {
        folded: Saying(one.said, one.meant, True, False, "")
        for folded, one in shipped_sayings().items()
    }
    # What was written here leads, then all by their words.
    merged = {**shipped, **own}
    return [merged[folded] for folded in sorted(merged, key=lambda one: (one not in own, one))]


def _own(synonym: Synonym) -> Saying:
    return Saying(synonym.said, tuple(synonym.meant), synonym.is_active, True, synonym.note)


def _try(question: Question) -> Trial:
    book = open_book()
    sought = ranking.read_question_terms(question.all_words, book)
    words = sought.mended.words if sought.mended else question.all_words
    worths = {term: share * book.rarity(term) for term, share in sought.shares.items()}
    telling = sorted((term for term in worths if worths[term]), key=lambda term: -worths[term])
    rows = ranking.rank(question, book)[:TRIED]
    return Trial(
        typed=question.typed,
        mended=" ".join(sought.mended.words) if sought.mended else "",
        sayings=tuple(
            (said, "; ".join(meant)) for said, meant in book.vocabulary.sayings(tuple(words))
        ),
        terms=", ".join(telling[:8]),
        answers=tuple(
            Answer(row["code"], row["name"], round(100 * row["score"] / rows[0]["score"]))
            for row in rows
        ),
    )
