"""
Is this installation fit to serve: what stands behind a web process, asked with little patience.

Without its database or its storage a process can answer nobody, and the load balancer should ask
another one: *down*. Without broker, scanner or workers citizens are still served, later things
come later, and taking the web processes away would make it worse: *degraded*, for people to see.
"""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.models import Min

from dossiers.models import Slip
from portal.core import scanner
from portal.core.wakeups import PUBLISH_OPTIONS
from portal.notices.models import Notice

OK: Final = "ok"
DEGRADED: Final = "degraded"
DOWN: Final = "down"

# What waits longer than this means that no worker works, or that a provider does not.
LATE: Final = timedelta(minutes=5)
# Anybody may ask: however often, the things behind are asked once in so many seconds.
KEPT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that we stand on: `state` is ok, degraded or down; `detail` is for operators."""

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    parts: tuple[Part, ...]

    @property
    def status(self) -> str:
        states = {part.state for part in self.parts}
        return next((state for state in (DOWN, DEGRADED) if state in states), OK)


class _Last:
    """The last answer of this process, and when it was found."""

    lock = threading.Lock()
    found: Health | None = None
    until: float = 0.0


def look(*, at: datetime) -> Health:
    """Return how we are: looked at now, or seconds ago."""
    with _Last.lock:
        if _Last.found is None or time.monotonic() >= _Last.until:
            _Last.found = examine(at=at)
            _Last.until = time.monotonic() + KEPT_SECONDS
        return _Last.found


def forget() -> None:
    """Look anew next time."""
    _Last.found = None


def examine(*, at: datetime) -> Health:
    """Ask everything once; what fails is said, never raised."""
    database = _try("database", DOWN, _ask_database)
    parts = [
        database,
        _try("storage", DOWN, _write_and_read),
        _try("broker", DEGRADED, _ask_broker),
        _try("scanner", DEGRADED, _ask_scanner),
    ]
    if database.state == OK:
        parts += [
            _try("notices", DEGRADED, lambda: _refuse_old(oldest_unsent_notice(at=at), at=at)),
            _try("slips", DEGRADED, lambda: _refuse_old(oldest_unrendered_slip(at=at), at=at)),
        ]
    return Health(tuple(parts))


def oldest_unsent_notice(*, at: datetime) -> datetime | None:
    """Return since when the oldest notice waits that should have left, if one waits too long."""
    late = Notice.objects.overdue(at=at, by=LATE)
    oldest: datetime | None = late.aggregate(oldest=Min("created_at"))["oldest"]
    return oldest


def oldest_unrendered_slip(*, at: datetime) -> datetime | None:
    """Return since when the oldest slip waits for its PDF, if one waits too long."""
    late = Slip.objects.filter(file=None, withdrawn_at=None, issued_at__lte=at - LATE)
    oldest: datetime | None = late.aggregate(oldest=Min("issued_at"))["oldest"]
    return oldest


class _Trouble(Exception):
    """What an operator is told."""


def _try(name: str, when_failing: str, probe: Callable[[], str]) -> Part:
    try:
        return Part(name, OK, probe())
    except _Trouble as error:
        return Part(name, when_failing, str(error))
    except Exception as error:  # noqa: BLE001 - whatever happens behind, we answer
        return Part(name, when_failing, type(error).__name__)


def _ask_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        raise
    return ""


def _write_and_read() -> str:
    name = f"probe/{secrets.token_hex(16)}"
    kept = default_storage.save(name, ContentFile(b"1"))
    try:
        with default_storage.open(kept) as file:
            if file.read() != b"1":
                raise _Trouble("what was written is not what was read")
    finally:
        default_storage.delete(kept)
    return ""


def _ask_broker() -> str:
    with current_app.connection_for_write(transport_options=PUBLISH_OPTIONS) as broker:
        # The channel is the connection that talks; `connect` alone would retry.
        waiting = broker.default_channel.client.llen(current_app.conf.task_default_queue)
    return f"{waiting} waiting"


def _ask_scanner() -> str:
    if not settings.SCANNER_URL:
        return "none configured"
    if not scanner.ping():
        raise _Trouble("no answer")
    return ""


def _refuse_old(oldest: datetime | None, *, at: datetime) -> str:
    if oldest is not None:
        raise _Trouble(f"oldest waits {int((at - oldest).total_seconds())} s")
    return ""
