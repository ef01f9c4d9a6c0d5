"""
The edition of the public pages: a word in Valkey that changes with whatever they show.

A browser that sends back the ETag made of it is answered without asking the database
(docs/adr/0016-public-pages-are-kept.md). Valkey may be down: pages are then rendered each time.
"""

import hashlib
import logging
import math
import secrets
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings
from django.db import transaction
from redis.exceptions import RedisError

from portal.core.dates import local_day

logger = logging.getLogger(__name__)

KEY: Final = "portal:edition"
# What the tables had counted when the edition was last compared with them.
COUNTED: Final = "portal:edition:counted"
# A page that says when a result would be ready says it for this long.
MOMENT_SECONDS: Final = 900
_WAIT_SECONDS: Final = 0.1
# A Valkey that does not answer is left alone for a while, so that not every page waits for it.
PAUSE_SECONDS: Final = 5.0
# The code and the words that a page is made of.
_SOURCES: Final = ("portal", "accounts", "procedures", "dossiers", "payments", "reports",
                   "templates", "static", "locale")  # fmt: skip
_FRAME: Final = ("BASE_URL", "DEMO", "SITE_NAME", "SITE_AGENCY", "SITE_HOTLINE", "SITE_EMAIL")


class _State:
    paused_until: float = 0.0
    # A change that Valkey could not be told of; nothing is current until it has been.
    owed: bool = False


def current() -> str | None:
    """Return the edition, or None where nobody can say which it is."""
    if time.monotonic() < _State.paused_until:
        return None
    try:
        client = _client(settings.REDIS_URL)
        if _State.owed:
            client.set(KEY, _new_word())
            _State.owed = False
        word = client.get(KEY)
        if word is None:
            # A lost word is never made again: a new one only has every page sent once more.
            client.set(KEY, _new_word(), nx=True)
            word = client.get(KEY)
    except RedisError:
        _pause()
        return None
    return str(word) if word is not None else None


def renew() -> None:
    """Begin a new edition: what browsers have kept until now is not current any more."""
    try:
        _client(settings.REDIS_URL).set(KEY, _new_word())
        _State.owed = False
    except RedisError:
        _State.owed = True
        _pause()


def renew_on_commit() -> None:
    """Begin a new edition once this transaction is committed; outside of one, at once."""
    transaction.on_commit(renew, robust=True)


def compare(counted: str) -> bool:
    """Begin a new edition if the tables have counted a change since the last look."""
    try:
        client = _client(settings.REDIS_URL)
        if client.get(COUNTED) == counted:
            return False
        client.set(KEY, _new_word())
        # Last: whoever is stopped in between looks once more.
        client.set(COUNTED, counted)
    except RedisError:
        _pause()
        return False
    return True


def tag_of(address: str, *, at: datetime) -> str | None:
    """Return the ETag of a page at an address and a moment, None without an edition."""
    word = current()
    if word is None:
        return None
    frame = (str(getattr(settings, name)) for name in _FRAME)
    parts = [word, _build(), *frame, str(local_day(at)), moment(at).isoformat(), address]
    return f'"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


def moment(at: datetime) -> datetime:
    """
    Return the end of the quarter of an hour that a moment lies in.

    What a page promises for something done "now" is promised for then: it holds for as long as
    the page is kept, and whoever reads it late has not been promised too much.
    """
    seconds = math.ceil(at.timestamp() / MOMENT_SECONDS) * MOMENT_SECONDS
    return datetime.fromtimestamp(seconds, UTC)


def _new_word() -> str:
    return secrets.token_hex(8)


def _pause() -> None:
    if time.monotonic() >= _State.paused_until:
        logger.warning("Valkey does not answer: public pages are rendered each time")
    _State.paused_until = time.monotonic() + PAUSE_SECONDS


@lru_cache(maxsize=1)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=_WAIT_SECONDS,
        socket_connect_timeout=_WAIT_SECONDS,
    )


@lru_cache(maxsize=1)
def _build() -> str:
    """Return what tells this code and these templates from others, the same in every process."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        for path in sorted((settings.BASE_DIR / source).rglob("*")):
            if path.suffix in {".py", ".html", ".css", ".js", ".svg", ".json", ".mo"}:
                state = path.stat()
                digest.update(f"{path}{state.st_size}{state.st_mtime_ns}".encode())
    return digest.hexdigest()
