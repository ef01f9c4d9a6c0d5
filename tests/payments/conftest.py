"""The simulated bank, one process for all tests, well-behaved at the start of each."""

from collections.abc import Iterator

import pytest

from tests.payments.bank import Bank, start_bank, stop_bank, use_bank


@pytest.fixture(scope="session")
def shared_bank() -> Iterator[Bank]:
    bank = start_bank()
    yield bank
    stop_bank(bank)


@pytest.fixture
def bank(shared_bank, settings) -> Bank:
    """Point the settings at the simulated bank."""
    use_bank(settings, shared_bank)
    shared_bank.control(ipn="ok", query="ok", ipn_url="")
    return shared_bank
