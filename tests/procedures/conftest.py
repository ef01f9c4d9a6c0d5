"""The demonstration's catalogue, for tests that search and read it as people do."""

import pytest

from tests.factories.catalogue import seed_demo_catalogue


@pytest.fixture
def catalogue(db):
    """The demo's units by key, with its procedures published."""
    return seed_demo_catalogue()
