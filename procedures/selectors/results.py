"""The page of results: what was found, why, and the filters with counts; at most 6 queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.paginator import Page, Paginator

from accounts.models import Unit
from procedures.models import Field
from procedures.search import Match, Question, read_question
from procedures.selectors.filters import (
    Chosen,
    Entry,
    Facet,
    Filters,
    build_facets,
    list_chosen,
    write_pairs,
    write_url,
)
from procedures.selectors.kinds import Catalogue, find, get_entries
from procedures.selectors.namesakes import Namesakes, once_each
from procedures.selectors.result_rows import Row, build_rows

PAGE_SIZE: Final = 15
# Nobody reads a longer answer to its end.
_MOST_FOLDED: Final = 200
# A browsed list goes on longer, so that every service stays within three clicks of home.
BROWSE_SIZE: Final = 60


@dataclass(frozen=True, slots=True)
class Results:
    typed: str
    filters: Filters
    total: int
    # What the same question finds without any filter.
    total_unfiltered: int
    best: Row | None
    rows: tuple[Row, ...]
    page: Page[int]
    facets: tuple[Facet, ...]
    # A question that finds nothing, filtered or not, or only what looks alike.
    is_missed: bool
    # What the list is narrowed to, in words, for the heading.
    narrowed: str
    chosen: tuple[Chosen, ...]
    # The agency chosen, to be called where nothing is found.
    agency: Unit | None
    is_alike: bool
    # Nothing answers the whole question; the list only shares words with it.
    is_far: bool
    # Name and value of each filter that is on, for the search box.
    kept: tuple[tuple[str, str], ...]
    # The address's parameters without the number of the page.
    query: str
    # The address of the same question without any filter.
    url_unfiltered: str


def get_results(*, question: Question, filters: Filters, page: str, on: date) -> Results:
    """Return one page of what a question and its filters find."""
    catalogue = find(question, on=on)
    left = [kind for kind in catalogue.kinds if kind.passes(filters)]
    total = catalogue.count(left)
    size = BROWSE_SIZE if question.is_empty else PAGE_SIZE
    # An answer shows each name once. Of what is browsed (the catalogue, or all that "giấy" finds)
    # only the page that is shown is read, so the paginator counts places in the order.
    is_browsed = question.is_empty or total > _MOST_FOLDED
    answer = None if is_browsed else once_each(catalogue.read(left), filters)
    shown = Paginator(range(total if answer is None else len(answer)), size).get_page(page)
    part = range((shown.number - 1) * size, shown.number * size)
    if answer is None:
        names = [Namesakes(entry) for entry in catalogue.read(left, part)]
    else:
        names = answer[part.start : part.stop]
    rows = build_rows(names, question, filters, catalogue.units, on=on)
    has_best = shown.number == 1 and _has_best([name.first for name in names])
    agency_names = {unit.key: unit.name for unit in catalogue.units.agencies}
    facets = build_facets(
        catalogue.counts, filters, agency_names=agency_names, typed=question.typed
    )
    chosen = list_chosen(
        filters,
        field_name=_field_name(catalogue, filters),
        agency_names=agency_names,
        typed=question.typed,
    )
    return Results(
        typed=question.typed,
        filters=filters,
        total=total,
        total_unfiltered=catalogue.total,
        best=rows[0] if has_best else None,
        rows=tuple(rows[1:] if has_best else rows),
        page=shown,
        facets=tuple(facets),
        is_missed=bool(question.words) and (not catalogue.total or catalogue.is_alike),
        narrowed=", ".join(one.label for one in chosen),
        chosen=tuple(chosen),
        agency=catalogue.agency(filters.agency),
        is_alike=catalogue.is_alike,
        is_far=shown.number == 1 and all(row.is_far for row in rows),
        kept=tuple(write_pairs(filters)),
        query=write_url(question.typed, filters).partition("?")[2],
        url_unfiltered=write_url(question.typed, Filters()),
    )


def _field_name(catalogue: Catalogue, filters: Filters) -> str:
    """Return the name of the field chosen, "" for none (one query, if nothing of it is found)."""
    if not filters.field:
        return ""
    found = (kind.field_name for kind in catalogue.kinds if kind.field == filters.field)
    named = Field.objects.filter(slug=filters.field).values_list("name", flat=True)
    return next(found, "") or named.first() or ""


def _has_best(entries: list[Entry]) -> bool:
    """Say whether the first answer stands out; of many that only share a word none does."""
    if not entries or entries[0].match == Match.ALL:
        return False
    first = entries[0].match
    # What looks alike comes nearest first already.
    return len(entries) == 1 or first in {Match.EXACT, Match.ALIKE} or first > entries[1].match


def get_rows(ids: Sequence[int], *, on: date) -> dict[int, Row]:
    """Return the rows of given procedures by id, as a list shows them (4 queries)."""
    entries, units = get_entries(ids, on=on)
    names = [Namesakes(entry) for entry in entries]
    rows = build_rows(names, read_question(""), Filters(), units, on=on)
    return {entry.pk: row for entry, row in zip(entries, rows, strict=True)}
