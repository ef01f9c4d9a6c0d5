"""
The broker: how workers hold on to a message, and how a web process lets go of a dead broker.

Valkey redelivers a message that was not acknowledged only through kombu's own sweep, whose
default is so slow that a killed worker's tasks seem lost; hence the two `unacked_restore` options.
A web process must answer the citizen although the broker is down or frozen: it tries once, for at
most a second, and the row waiting in the database is found by the next sweep.
"""

from typing import Any, Final

WORKER_TRANSPORT: Final[dict[str, Any]] = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 15,
}
PUBLISHER_TRANSPORT: Final[dict[str, Any]] = {
    "socket_timeout": 1,
    "socket_connect_timeout": 0.5,
    "socket_keepalive": True,
    "retry_on_timeout": False,
    # kombu's own reconnecting: without a bound it waits for the broker for ever.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 0.5,
}


def broker_url(redis_url: str) -> str:
    """Return kombu's spelling of a Redis address, which differs for unix sockets."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


def transport_options(process: str) -> dict[str, Any]:
    """Return patient options for what consumes, impatient ones for what only publishes."""
    return dict(WORKER_TRANSPORT if process in {"worker", "beat"} else PUBLISHER_TRANSPORT)
