"""The ways into the catalogue besides words: by field, agency, tier and level."""

from dataclasses import dataclass
from datetime import date

from procedures.search import read_question
from procedures.selectors.filters import Facet, Filters, build_facets
from procedures.selectors.results import find_entries


@dataclass(frozen=True, slots=True)
class Browse:
    total: int
    facets: tuple[Facet, ...]


def get_browse(*, on: date) -> Browse:
    """Return every filter of the whole catalogue, each choice with its count (3 queries)."""
    catalogue = find_entries(read_question(""), on=on)
    facets = build_facets(
        catalogue.entries,
        Filters(),
        agency_names={unit.key: unit.name for unit in catalogue.units.agencies},
        typed="",
    )
    return Browse(total=len(catalogue.entries), facets=tuple(facets))
