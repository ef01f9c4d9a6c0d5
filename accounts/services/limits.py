"""Counting against the table of limits: one atomic statement a hit, kept whatever follows."""

import ipaddress
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from django.db import connection
from django.utils.translation import gettext as _, ngettext

from accounts.limits import COUNTER_FACTOR, DAY, POLICY, REMEMBERED, Bucket, Limit
from accounts.models import CounterNetwork, RateCounter
from portal.core.crypto import keyed_hash
from portal.core.db import refuses_transaction
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# The row lock that the upsert takes makes parallel hits queue up: none is lost, and none waits
# for more than one statement of another.
_COUNT: Final = """
    INSERT INTO accounts_ratecounter (bucket, key_hash, window_start, count) VALUES {rows}
    ON CONFLICT (bucket, key_hash, window_start)
    DO UPDATE SET count = accounts_ratecounter.count + excluded.count
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


class RobotCheckNeeded(TooManyRequests):
    """
    The address asked so often that the page now shows the robot check: nobody is refused yet.

    Where no script runs, the wait of this exception is what remains.
    """

    @property
    def sentence(self) -> str:
        return _(
            "Có nhiều yêu cầu từ cùng một mạng nên cổng kiểm tra tự động một lần. Chờ dòng “Đã "
            "kiểm tra xong” ở cuối phần này rồi bấm lại. Trình duyệt không chạy được kiểm tra tự "
            "động thì thử lại sau khoảng %(wait)s."
        ) % {"wait": self.wait}


class Visitor(str):
    """
    The address of a client whose page is able to show the robot check.

    `checked` says that it was solved with this very request. A plain address is one of a page
    that shows none: it meets only the limit far above.
    """

    __slots__ = ("checked",)
    checked: bool

    def __new__(cls, address: str, *, checked: bool = False) -> Self:
        visitor = super().__new__(cls, address)
        visitor.checked = checked
        return visitor


@dataclass(frozen=True, slots=True)
class Verdict:
    allowed: bool
    # How long until the last of the windows that refused it opens anew; zero when allowed.
    retry_after: timedelta
    # How long until an address need not solve the robot check; zero if it need not now.
    check_for: timedelta = timedelta()


@refuses_transaction
def hit(bucket: Bucket, *key: str, at: datetime, times: int = 1) -> Verdict:
    """
    Count one try under `key` and say whether it is still within the limits of `bucket`.

    However a phone, an identity number or an address was typed, it is one key. If the counter
    cannot be written the error goes to the caller: nothing is allowed uncounted.
    """
    limits = POLICY[bucket]
    counts = _count(_rows(bucket, key, at=at), times=times)
    found = list(zip(limits, counts, strict=True))
    if any(count > _lowest(limit) for limit, count in found) and _is_counter(key):
        found = [(limit, math.ceil(count / COUNTER_FACTOR)) for limit, count in found]
    check_for = _wait([limit for limit, count in found if count > _lowest(limit)], at=at)
    retry_after = _wait([limit for limit, count in found if count > limit.times], at=at)
    return Verdict(allowed=not retry_after, retry_after=retry_after, check_for=check_for)


def require(bucket: Bucket, *key: str, at: datetime) -> None:
    """
    Count one try and refuse it when it is one too many.

    :raises TooManyRequests: if a limit of `bucket` is used up.
    :raises RobotCheckNeeded: if its first threshold is passed by a `Visitor` who has not solved
        the robot check.
    """
    verdict = hit(bucket, *key, at=at)
    if not verdict.allowed:
        raise TooManyRequests(verdict.retry_after)
    if verdict.check_for and any(isinstance(one, Visitor) and not one.checked for one in key):
        raise RobotCheckNeeded(verdict.check_for)


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
    # What was claimed once bears the end of its time, which is over.
    named = {f"{bucket}:{_seconds(limit)}" for bucket in POLICY for limit in POLICY[bucket]}
    over = RateCounter.objects.filter(window_start__lt=at - DAY).exclude(bucket__in=named)
    deleted, _by_model = over.delete()
    for bucket, limits in POLICY.items():
        for limit in limits:
            since = at - max(2 * limit.within, REMEMBERED.get(bucket, timedelta()))
            closed = RateCounter.objects.filter(
                bucket=f"{bucket}:{_seconds(limit)}", window_start__lt=since
            )
            deleted += closed.delete()[0]
    return deleted


def counts_at(bucket: Bucket, *, moments: Sequence[datetime]) -> list[int]:
    """Return what was counted, under no key, in the windows of these moments (one query)."""
    rows = [_rows(bucket, (), at=moment)[0] for moment in moments]
    [(name, hashed, _start), *_more] = rows
    found = dict(
        RateCounter.objects.filter(
            bucket=name, key_hash=hashed, window_start__in=[start for _n, _h, start in rows]
        ).values_list("window_start", "count")
    )
    return [found.get(start, 0) for _name, _hashed, start in rows]


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
            f"{bucket}:{_seconds(limit)}",
            hashed,
            _window_start(limit, at=at),
        )
        for limit in POLICY[bucket]
    ]


def _window_start(limit: Limit, *, at: datetime) -> datetime:
    seconds = _seconds(limit)
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)


def _seconds(limit: Limit) -> int:
    return int(limit.within.total_seconds())


def _lowest(limit: Limit) -> int:
    return limit.times if limit.checked_after is None else limit.checked_after


def _wait(passed: Sequence[Limit], *, at: datetime) -> timedelta:
    """Return how long until the last of the windows that were used up opens anew."""
    waits = [_window_start(limit, at=at) + limit.within - at for limit in passed]
    return max(waits, default=timedelta())


def _is_counter(key: Sequence[str]) -> bool:
    """Tell whether an address of the key is one of a one-stop shop; asked only past a limit."""
    addresses = []
    for part in key:
        try:
            addresses.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            continue
    if not addresses:
        return False
    open_ones = CounterNetwork.objects.filter(is_open=True).values_list("network", flat=True)
    networks = [ipaddress.ip_network(text, strict=False) for text in open_ones]
    return any(_within(one, network) for one in addresses for network in networks)


def _within(one: Network, network: Network) -> bool:
    # Of an IPv6 household the first 64 bits are counted, of which the counters may hold a part.
    return one.version == network.version and one.overlaps(network)


def _count(rows: list[tuple[str, str, datetime]], *, times: int = 1) -> list[int]:
    placeholders = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    values = [value for row in rows for value in (*row, times)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(rows=placeholders), values)
        return [int(count) for (count,) in cursor.fetchall()]
