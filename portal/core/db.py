"""Transaction vocabulary: use cases open one, steps inside a use case only require one."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection

P = ParamSpec("P")
R = TypeVar("R")


class TransactionRequired(RuntimeError):
    """A step that must commit together with its caller ran on its own."""


class TransactionForbidden(RuntimeError):
    """What must survive its caller's rollback ran inside its caller's transaction."""


def requires_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """Make `function` refuse to run unless its caller has opened a transaction."""

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        # The block that TestCase opens around a test does not count: otherwise this guard would
        # be silent in exactly the place that is meant to catch a missing transaction.
        if all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise TransactionRequired(function.__qualname__)
        return function(*args, **kwargs)

    return guarded


def refuses_transaction(function: Callable[P, R]) -> Callable[P, R]:
    """
    Make `function` refuse to run inside its caller's transaction.

    What it writes must stay written when the caller fails: a wrong guess counts although the
    sign-in that it belonged to was refused.
    """

    @wraps(function)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise TransactionForbidden(function.__qualname__)
        return function(*args, **kwargs)

    return guarded


@requires_transaction
def wait_in_line(number: int) -> None:
    """Wait until nobody else holds this number, and hold it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
