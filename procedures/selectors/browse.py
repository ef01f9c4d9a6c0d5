"""The ways into the catalogue besides words: by field, agency, tier and level."""

from dataclasses import dataclass
from datetime import date

from procedures.models import Field
from procedures.search import read_question
from procedures.selectors.filters import Facet, Filters, build_facets
from procedures.selectors.kinds import find


@dataclass(frozen=True, slots=True)
class Browse:
    total: int
    facets: tuple[Facet, ...]


class NoSuchField(Exception):
    """No field has this address."""


def get_field(slug: str) -> Field:
    """
    Return the field of an address (1 query).

    :raises NoSuchField: if there is none.
    """
    field = Field.objects.filter(slug=slug).first()
    if field is None:
        raise NoSuchField(slug)
    return field


def get_browse(*, on: date) -> Browse:
    """Return every filter of the whole catalogue, each choice with its count (2 queries)."""
    catalogue = find(read_question(""), on=on)
    facets = build_facets(
        catalogue.counts,
        Filters(),
        agency_names={unit.key: unit.name for unit in catalogue.units.agencies},
        typed="",
    )
    return Browse(total=catalogue.total, facets=tuple(facets))
