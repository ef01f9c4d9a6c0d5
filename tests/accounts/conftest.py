"""Fixtures of the tests of accounts: the clock stands at NOW, and may be moved on."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.accounts import NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the clock at NOW; `clock.shift(seconds)` moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
