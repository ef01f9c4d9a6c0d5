"""The clock of the desk's pages."""

import pytest
import time_machine

from tests.dossiers.desk import TUESDAY


@pytest.fixture
def tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield
