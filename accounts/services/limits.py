"""Counting against the table of limits: one atomic statement a hit, kept whatever follows."""

import math
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _, ngettext

from accounts.limits import LONGEST_WINDOW, POLICY, Bucket, Limit
from accounts.models import RateCounter
from portal.core.crypto import keyed_hash
from portal.core.db import refuses_transaction
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
)

# The row lock that the upsert takes makes parallel hits queue up: none is lost, and none waits
# for more than one statement of another.
_COUNT: Final = """
    INSERT INTO accounts_ratecounter (bucket, key_hash, window_start, count) VALUES {rows}
    ON CONFLICT (bucket, key_hash, window_start)
    DO UPDATE SET count = accounts_ratecounter.count + 1
    RETURNING count
"""
_FORGIVE: Final = """
    UPDATE accounts_ratecounter SET count = count - 1
    WHERE count > 0 AND (bucket, key_hash, window_start) IN ({rows})
"""


class TooManyRequests(Exception):
    """A limit is used up; the page says how long to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"retry after {retry_after}")
        self.retry_after = retry_after

    @property
    def sentence(self) -> str:
        return _(
            "Đã thử quá nhiều lần trong thời gian ngắn. Nội dung đã nhập vẫn được giữ. "
            "Thử lại sau khoảng %(wait)s."
        ) % {"wait": self.wait}

    @property
    def wait(self) -> str:
        """How long to wait, in words."""
        seconds = math.ceil(self.retry_after.total_seconds())
        if seconds < 60:
            return ngettext("%d giây", "%d giây", seconds) % seconds
        minutes = math.ceil(seconds / 60)
        return ngettext("%d phút", "%d phút", minutes) % minutes


@dataclass(frozen=True, slots=True)
class Verdict:
    allowed: bool
    # How long until the last of the windows that refused it opens anew; zero when allowed.
    retry_after: timedelta


@refuses_transaction
def hit(bucket: Bucket, *key: str, at: datetime) -> Verdict:
    """
    Count one try under `key` and say whether it is still within the limits of `bucket`.

    However a phone, an identity number or an address was typed, it is one key. If the counter
    cannot be written the error goes to the caller: nothing is allowed uncounted.
    """
    limits = POLICY[bucket]
    counts = _count(_rows(bucket, key, at=at))
    waits = [
        _window_start(limit, at=at) + limit.within - at
        for limit, count in zip(limits, counts, strict=True)
        if count > limit.times
    ]
    return Verdict(allowed=not waits, retry_after=max(waits, default=timedelta()))


def require(bucket: Bucket, *key: str, at: datetime) -> None:
    """
    Count one try and refuse it when it is one too many.

    :raises TooManyRequests: if a limit of `bucket` is used up.
    """
    verdict = hit(bucket, *key, at=at)
    if not verdict.allowed:
        raise TooManyRequests(verdict.retry_after)


@refuses_transaction
def forgive(bucket: Bucket, *key: str, at: datetime) -> None:
    """Take one try back, where only failures count and this one turned out well."""
    rows = _rows(bucket, key, at=at)
    placeholders = ", ".join(["(%s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_FORGIVE.format(rows=placeholders), [value for row in rows for value in row])


@refuses_transaction
def claim_once(name: str, *, value: str, until: datetime) -> bool:
    """Return True to the first caller with this value before `until`, False to all later ones."""
    [count] = _count([(name, keyed_hash(value, domain="once"), until)])
    return count == 1


def purge_counters(*, at: datetime) -> int:
    """Delete counters of windows that no limit looks at any more."""
    over = RateCounter.objects.filter(window_start__lt=at - 2 * LONGEST_WINDOW)
    deleted, _by_model = over.delete()
    return deleted


def normalise(text: str) -> str:
    """Return the one form of everything that means the same phone, number, address or name."""
    for clean in (clean_phone, clean_identity_number):
        try:
            return clean(text)
        except (InvalidPhone, InvalidIdentityNumber):
            continue
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _rows(bucket: Bucket, key: tuple[str, ...], *, at: datetime) -> list[tuple[str, str, datetime]]:
    hashed = keyed_hash("\x1f".join(normalise(part) for part in key), domain="limit")
    return [
        (
            f"{bucket}:{int(limit.within.total_seconds())}",
            hashed,
            _window_start(limit, at=at),
        )
        for limit in POLICY[bucket]
    ]


def _window_start(limit: Limit, *, at: datetime) -> datetime:
    seconds = int(limit.within.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)


def _count(rows: list[tuple[str, str, datetime]]) -> list[int]:
    placeholders = ", ".join(["(%s, %s, %s, 1)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=placeholders), [value for row in rows for value in row])
        return [int(count) for (count,) in cursor.fetchall()]
