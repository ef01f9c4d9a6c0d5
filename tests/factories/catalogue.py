"""The demonstration's catalogue and people in the test database, as the demo has them."""

from datetime import UTC, date, datetime

from accounts.models import Unit
from portal.operations.services import seed_catalogue
from procedures.services.default_life_events import add_default_events
from tests.factories.snapshots import once

SEEDED_AT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)


def seed_demo_catalogue() -> dict[str, Unit]:
    """Store the demo's units and publish its procedures; return the units by key."""
    once("catalogue", _catalogue)
    return _units()


def seed_demo_people() -> dict[str, Unit]:
    """Store the demo's catalogue, its staff and its citizens; return the units by key."""
    once("people", _people)
    return _units()


def _catalogue() -> dict[str, Unit]:
    units = seed_catalogue.seed_units(valid_from=date(2026, 7, 1))
    seed_catalogue.seed_procedures(units, at=SEEDED_AT)
    add_default_events()
    return units


def _people() -> None:
    seed_catalogue.seed_people(_catalogue(), at=SEEDED_AT)


def _units() -> dict[str, Unit]:
    return {unit.key: unit for unit in Unit.objects.select_related("agency")}
