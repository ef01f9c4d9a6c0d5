"""The demonstration's catalogue, for tests that search and read it as people do."""

import pytest

from procedures import missed
from tests.factories.catalogue import seed_demo_catalogue


@pytest.fixture(autouse=True)
def _nothing_missed_yet():
    """What earlier tests looked for in vain is not written in the middle of another."""
    missed.start_anew()


@pytest.fixture
def catalogue(db):
    """The demo's units by key, with its procedures published."""
    return seed_demo_catalogue()
