"""Fixtures of the tests of accounts: the clock stands at NOW, and may be moved on."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.accounts import NOW, sign_on


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at NOW; `clock.shift(seconds)` moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def vneid(settings: Any) -> Iterator[sign_on.Running]:
    """Run the simulated sign-on and let the portal use it."""
    running = sign_on.start()
    settings.EID = sign_on.provider(running.url)
    settings.BASE_URL = "http://testserver"
    yield running
    sign_on.stop(running)
