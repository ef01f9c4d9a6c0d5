"""How typed words find procedures: phrase, then all words, then words that look alike."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, F, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Concat, Length

from procedures.models.catalogue import ProcedureQuerySet
from procedures.vocabulary import plain, split_words

QUERY_LENGTH: Final = 200
MAX_WORDS: Final = 12
# Below this share of common trigrams two phrases only happen to share letters.
ALIKE: Final = 0.5

# The official name opens with it, and nobody types it.
_OPENING: Final = "thu tuc"
# Words of a question that no procedure is found by.
_FILLERS: Final = frozenset(
    """
    toi minh em muon can cho hoi ve o dau nhu the nao lam sao thu tuc bao nhieu lau tien mat la gi
    phai di
    """.split()  # noqa: SIM905 -- words, not a tuple of them, are what somebody will edit
)


class Match(IntEnum):
    """How well a procedure answers, best last; everything matches an empty question."""

    ALL = 0
    ALIKE = 1
    WORDS = 2
    PHRASE = 3
    OPENING = 4
    EXACT = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody typed: shown as it is, compared by its plain words."""

    typed: str
    words: tuple[str, ...]
    # Without the cut that keeps a search for all words affordable.
    all_words: tuple[str, ...] = ()

    @property
    def phrase(self) -> str:
        return " ".join(self.words)

    @property
    def is_empty(self) -> bool:
        return not self.typed

    @property
    def telling_words(self) -> tuple[str, ...]:
        """The words without those of a mere question, unless nothing would be left."""
        return tuple(word for word in self.words if word not in _FILLERS) or self.words


def read_question(typed: str) -> Question:
    """Return a question from whatever stands in the address: cut, without control characters."""
    visible = "".join(
        sign if unicodedata.category(sign) != "Cc" else " " for sign in typed[:QUERY_LENGTH]
    )
    shown = " ".join(visible.split())
    words = tuple(split_words(shown))
    return Question(typed=shown, words=words[:MAX_WORDS], all_words=words)


def search_lines(phrases: Iterable[str]) -> str:
    """Return what the search looks through: the plain phrases, each once, one a line."""
    lines = dict.fromkeys(plain(phrase) for phrase in phrases)
    return "\n".join(line for line in lines if line)


# A name and its folded shape, of every procedure: the same come with every answer.
@lru_cache(maxsize=16_000)
def bare_name(name: str) -> str:
    """Return what two names that read the same have in common: "Tách thửa." is "Tách thửa"."""
    return plain(name).removeprefix(f"{_OPENING} ")


def matching(procedures: ProcedureQuerySet, question: Question) -> ProcedureQuerySet:
    """Narrow to the procedures that hold all words of a question, the plainest first."""
    if not question.words:
        # Only signs were typed: nothing answers them. Nothing typed: everything does.
        everything = procedures.alias(match=Value(int(Match.ALL))).order_by("sort_key", "pk")
        return everything if question.is_empty else everything.none()
    # The word alone is what the trigram index can look up; that it opens a word is checked then.
    held = Q()
    for word in question.telling_words:
        held &= Q(search_text__contains=word) & (
            Q(lines__contains=f" {word}") | Q(lines__contains=f"\n{word}")
        )
    return (
        procedures.alias(lines=_lines())
        .filter(held)
        .alias(match=_match(question))
        .order_by("-match", Length("folded_name"), "sort_key", "pk")
    )


def alike(procedures: ProcedureQuerySet, question: Question) -> ProcedureQuerySet:
    """Narrow to the procedures whose words look like those of a question, the nearest first."""
    phrase = " ".join(question.telling_words)
    return (
        procedures.alias(match=Value(int(Match.ALIKE)))
        .alias(likeness=TrigramWordSimilarity(phrase, "search_text"))
        .filter(likeness__gte=ALIKE)
        .order_by("-likeness", Length("folded_name"), "sort_key", "pk")
    )


def _lines() -> Concat:
    return Concat(Value("\n"), F("search_text"), Value("\n"), output_field=TextField())


def _match(question: Question) -> Case:
    phrase = question.phrase
    starts = [f"\n{phrase}", f"\n{_OPENING} {phrase}"]
    return Case(
        *(When(lines__contains=f"{start}\n", then=Value(int(Match.EXACT))) for start in starts),
        *(When(lines__contains=f"{start} ", then=Value(int(Match.OPENING))) for start in starts),
        When(
            Q(lines__contains=f" {phrase}") | Q(lines__contains=starts[0]),
            then=Value(int(Match.PHRASE)),
        ),
        default=Value(int(Match.WORDS)),
        output_field=IntegerField(),
    )
