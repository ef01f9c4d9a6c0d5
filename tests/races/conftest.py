"""What a race needs of the outbox's tests: a Valkey that can be stopped, simulated providers."""

from tests.notices.conftest import broker, shared_simulator, simulator, use_broker

__all__ = ["broker", "shared_simulator", "simulator", "use_broker"]
