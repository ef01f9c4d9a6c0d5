"""The catalogue of the demonstration, those who edit and publish, and a Monday morning."""

import pytest
import time_machine

from accounts.enums import Role
from procedures import missed
from tests.factories.accounts import StaffFactory
from tests.factories.catalogue import seed_demo_catalogue
from tests.procedures.writing import NOW


@pytest.fixture(autouse=True)
def _nothing_missed_yet():
    """What earlier tests looked for in vain is not written in the middle of another."""
    missed.start_anew()


@pytest.fixture
def catalogue(db):
    """The demo's units by key, with its procedures published."""
    return seed_demo_catalogue()


@pytest.fixture
def editor():
    return StaffFactory(role=Role.EDITOR, full_name="Lê Biên")


@pytest.fixture
def publisher():
    return StaffFactory(role=Role.PUBLISHER, full_name="Hồ Công")


@pytest.fixture
def monday():
    with time_machine.travel(NOW, tick=False):
        yield
