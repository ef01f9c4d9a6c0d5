"""The page of a search: what was found, and help where that is nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import FloatField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from procedures.models import Procedure
from procedures.naming import short_name
from procedures.ranking import read_terms
from procedures.search import Question
from procedures.selectors.filters import Filters
from procedures.selectors.life_events import Tile, shown_events
from procedures.selectors.results import Results, get_results

_MOST_NEAR: Final = 3
_NEAR, _EVENT = "near", "event"
# Below what counts as alike in a list of results: a guess that is offered as one.
_LIKENESS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Near:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Help:
    """What to do where nothing was found; the agency's words are "" where none was chosen."""

    agency: str
    phone: str
    near: tuple[Near, ...]
    events: tuple[Tile, ...]

    @property
    def tel(self) -> str:
        return "".join(sign for sign in self.phone if sign.isdigit())


@dataclass(frozen=True, slots=True)
class SearchPage:
    results: Results
    help: Help | None


def get_search_page(*, question: Question, filters: Filters, page: str, on: date) -> SearchPage:
    """Return one page of what a question and its filters find, at most 6 queries."""
    found = get_results(question=question, filters=filters, page=page, on=on)
    return SearchPage(found, None if found.total else _get_help(question, found))


def _get_help(question: Question, found: Results) -> Help:
    agency = found.agency
    # "Lệ phí là bao nhiêu?" is like any name and none: only words that tell something are.
    is_told = bool(read_terms(question.all_words))
    near, events = _load(question if is_told and not found.total_unfiltered else None)
    return Help(
        agency=agency.name if agency and agency.phone else "",
        phone=agency.phone if agency else "",
        near=near,
        events=events,
    )


def _load(question: Question | None) -> tuple[tuple[Near, ...], tuple[Tile, ...]]:
    """Return the nearest names and the events, by one query: a search has few to spend."""
    events = shown_events().values_list(
        Value(_EVENT), "slug", "title", "summary", "icon", Cast("position", FloatField())
    )
    rows = events if question is None else events.union(_near(question), all=True)
    ordered = sorted(rows, key=lambda row: row[-1])
    return (
        tuple(
            Near(code, everyday or short_name(name))
            for kind, code, everyday, name, *_rest in ordered
            if kind == _NEAR
        ),
        tuple(Tile(*row) for kind, *row, _place in ordered if kind == _EVENT),
    )


def _near(question: Question) -> QuerySet[Procedure, tuple[Any, ...]]:
    # Names alone: all that a procedure is found by would take a third of a second.
    likeness = TrigramWordSimilarity(" ".join(question.telling_words), "folded_name")
    return (
        Procedure.objects.findable()
        .annotate(unlikeness=Cast(Value(1.0) - likeness, FloatField()))
        .filter(unlikeness__lte=1 - _LIKENESS)
        .order_by("unlikeness", "sort_key", "pk")
        .values_list(
            Value(_NEAR),
            "code",
            Coalesce("current_revision__everyday_name", Value("")),
            "name",
            Value(""),
            "unlikeness",
        )[:_MOST_NEAR]
    )
