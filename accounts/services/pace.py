"""
How fast one account, or one address that nobody is signed in from, asks for pages.

A counter for every request would cost every page a statement. So each process counts by itself
and tells the shared counter, a row, of every tenth request: whoever reads at the pace of a person
never costs one, whoever scrapes is counted by all processes together, a few requests late. Public
pages that a cache may keep are not counted at all: the proxy in front bounds them by address.
"""

import threading
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.limits import POLICY, Bucket
from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import limits, security

EVERY: Final = 10
# So many are known at one time; then all are forgotten, as a flood must not eat memory.
MOST: Final = 20_000

_lock = threading.Lock()
_counts: dict[tuple[Bucket, str, int], int] = {}
_refused_until: dict[tuple[Bucket, str], datetime] = {}


def require_pace(user: User | None, *, client: str, at: datetime) -> None:
    """
    Count one request.

    :raises limits.TooManyRequests: if there were too many of late.
    """
    if user is None:
        bucket, key = Bucket.REQUESTS_ADDRESS, client
    else:
        bucket = Bucket.REQUESTS_CITIZEN if user.is_citizen else Bucket.REQUESTS_STAFF
        key = str(user.pk)
    until = _refused_until.get((bucket, key))
    if until is not None and at < until:
        raise limits.TooManyRequests(until - at)
    if not _is_tenth(bucket, key, at=at):
        return
    verdict = limits.hit(bucket, key, at=at, times=EVERY)
    if verdict.allowed:
        return
    until = at + verdict.retry_after
    with _lock:
        _refused_until[bucket, key] = until
    if user is not None and limits.claim_once("requests-many", value=key, until=until):
        with transaction.atomic():
            security.record(SecurityEventKind.REQUESTS_MANY, at=at, user=user)
    raise limits.TooManyRequests(verdict.retry_after)


def forget() -> None:
    """Start anew, as a new process does."""
    with _lock:
        _counts.clear()
        _refused_until.clear()


def _is_tenth(bucket: Bucket, key: str, *, at: datetime) -> bool:
    [limit] = POLICY[bucket]
    window = int(at.timestamp() // limit.within.total_seconds())
    name = (bucket, key, window)
    with _lock:
        if len(_counts) + len(_refused_until) >= MOST:
            _counts.clear()
            _refused_until.clear()
        _counts[name] = count = _counts.get(name, 0) + 1
    return count % EVERY == 0
