"""Wake a worker after commit: one bounded message per transaction, safe to lose."""

import logging
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from celery import current_app
from django.db import connection, transaction

from portal.core.db import requires_transaction

logger = logging.getLogger(__name__)

# The row that the worker looks for is already safe and beat sweeps for it, so a message that
# waited longer than this only costs the worker a useless look.
MESSAGE_EXPIRES_SECONDS: Final = 300

# A citizen waits for this message: one attempt, one second and a half at the worst.
PUBLISH_OPTIONS: Final = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 1.0,
    "retry_on_timeout": False,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
}

# After a failure this process leaves a broker that does not answer alone for a while, so that not
# every request of an outage pays the time-out.
PAUSE_SECONDS: Final = 5.0


class _Pause:
    until: float = 0.0


class _WakeUps:
    """The on-commit hook of one transaction; it holds the names of the tasks to wake."""

    def __init__(self) -> None:
        # Django logs a failed robust hook by its qualified name, which an instance lacks.
        self.__qualname__ = "publish_wake_ups"
        self.task_names: list[str] = []

    def __call__(self) -> None:
        publish(*self.task_names)


@requires_transaction
def wake(task_name: str) -> None:
    """
    Make a worker run `task_name` soon after the caller's transaction commits.

    However often it is called, one transaction opens one connection to the broker and sends each
    name once. A broker that is down costs at most a second and a half and raises nothing: the
    task that is woken looks for rows, and beat runs it anyway.
    """
    # Hooks of a savepoint that was rolled back are gone from this list, so one that is still in
    # it will run exactly if its caller's work is kept.
    hooks = (hook for _, hook, *_ in connection.run_on_commit if isinstance(hook, _WakeUps))
    wake_ups = next(hooks, None)
    if wake_ups is None:
        wake_ups = _WakeUps()
        transaction.on_commit(wake_ups, robust=True)
    if task_name not in wake_ups.task_names:
        wake_ups.task_names.append(task_name)


def publish(*task_names: str, countdown: float = 0) -> bool:
    """
    Send one message per name, to be run after `countdown` seconds.

    Return False, and raise nothing, if the broker is out of reach.
    """
    if time.monotonic() < _Pause.until:
        return False
    try:
        # A connection of its own: the shared pool has the workers' patient time-outs.
        with current_app.connection_for_write(transport_options=PUBLISH_OPTIONS) as broker:
            for name in task_names:
                current_app.send_task(
                    name,
                    connection=broker,
                    retry=False,
                    countdown=countdown or None,
                    expires=MESSAGE_EXPIRES_SECONDS,
                )
    except Exception as error:  # noqa: BLE001 - whatever the broker does, the request is answered
        _Pause.until = time.monotonic() + PAUSE_SECONDS
        logger.warning("wakeups.broker-unreachable %s: %s", ",".join(task_names), error)
        return False
    return True


def forget_pause() -> None:
    """Try the broker again at the next wake-up, however recently it failed."""
    _Pause.until = 0.0


@contextmanager
def silence() -> Iterator[None]:
    """Publish nothing meanwhile, for a load of many rows: the sweeps find them all."""
    before = _Pause.until
    _Pause.until = math.inf
    try:
        yield
    finally:
        _Pause.until = before
