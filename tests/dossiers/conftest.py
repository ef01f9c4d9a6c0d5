"""The clock of filing and of the desk, and a citizen who is signed in."""

import pytest
import time_machine

from tests.dossiers.desk import TUESDAY
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY_9AM, tick=True):
        yield


@pytest.fixture
def tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def owner():
    return CitizenFactory()


@pytest.fixture
def citizen(client, owner):
    """The client of `owner`, signed in."""
    client.force_login(owner)
    return client
