"""The demonstration's catalogue in the test database: the procedures as the demo has them."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import Unit
from portal.operations.services import seed_catalogue
from procedures import printing
from procedures.services.default_life_events import add_default_events

SEEDED_AT = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)

_prints: dict[str, printing.StoredForm] = {}
_print_blank_form = printing.print_blank_form


def _print_once(*, title, definition):
    """Print each form in earnest, but only once a run: the file store outlives a test."""
    if title not in _prints:
        _prints[title] = _print_blank_form(title=title, definition=definition)
    return _prints[title]


def seed_demo_catalogue() -> dict[str, Unit]:
    """Store the demo's units and publish its procedures; return the units by key."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "print_blank_form", _print_once)
        units = seed_catalogue.seed_units(valid_from=date(2026, 7, 1))
        seed_catalogue.seed_procedures(units, at=SEEDED_AT)
    add_default_events()
    return units
