"""The page of a search: what was found, and help where that is nothing."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib.postgres.search import TrigramWordSimilarity

from procedures.models import Procedure
from procedures.search import Question
from procedures.selectors.filters import Filters
from procedures.selectors.life_events import Tile, list_tiles
from procedures.selectors.results import Results, get_results, short_name

_NEAR: Final = 3
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
    is_unfiltered = bool(question.words) and not found.filters.any
    return Help(
        agency=agency.name if agency and agency.phone else "",
        phone=agency.phone if agency else "",
        near=tuple(_near(question)) if is_unfiltered else (),
        events=tuple(list_tiles()),
    )


def _near(question: Question) -> list[Near]:
    likeness = TrigramWordSimilarity(" ".join(question.telling_words), "search_text")
    rows = (
        Procedure.objects.findable()
        .alias(likeness=likeness)
        .filter(likeness__gte=_LIKENESS)
        .order_by("-likeness", "sort_key", "pk")
        .values_list("code", "current_revision__everyday_name", "name")[:_NEAR]
    )
    return [Near(code, everyday or short_name(name)) for code, everyday, name in rows]
