"""
Fraud with SMS: codes sent in bulk to numbers that somebody earns by.

Two signs, both read from the counters of whole hours: far more codes than at this hour of the last
seven days, and codes that nobody types. The first is a breaker: until the hour is over nobody who
is not signed in is sent a code without the robot check. Both are a security event and a line in
the log.
"""

import logging
from datetime import datetime, timedelta
from statistics import median

from django.db import transaction

from accounts.limits import (
    DAY,
    HOUR,
    SURGE_FACTOR,
    SURGE_FLOOR,
    USED_FLOOR,
    USED_SHARE,
    USUAL_DAYS,
    Bucket,
)
from accounts.security import SecurityEventKind
from accounts.services import limits, security
from accounts.services.limits import RobotCheckNeeded, Visitor

logger = logging.getLogger(__name__)


def require_no_surge(client: str, *, at: datetime) -> None:
    """
    Ask for the robot check while unusually many codes leave.

    A plain address is one of somebody signed in, whom the quotas of the account bind.

    :raises RobotCheckNeeded: if `client` has not solved it.
    """
    if isinstance(client, Visitor) and not client.checked and is_surging(at=at):
        raise RobotCheckNeeded(_end_of_hour(at) - at)


def is_surging(*, at: datetime) -> bool:
    """Tell whether this hour sends far more codes than the same hour usually does (one query)."""
    days = [at - number * DAY for number in range(USUAL_DAYS + 1)]
    now, *before = limits.counts_at(Bucket.CODE_SENT, moments=days)
    return now >= max(SURGE_FLOOR, SURGE_FACTOR * median(before))


def note_sent(*, at: datetime) -> None:
    limits.hit(Bucket.CODE_SENT, at=at)


def note_used(*, at: datetime) -> None:
    limits.hit(Bucket.CODE_USED, at=at)


def watch_codes(*, at: datetime) -> None:
    """Raise both alarms for whom it concerns, each once an hour; running twice does no harm."""
    if is_surging(at=at):
        _alarm(SecurityEventKind.SMS_SURGE, "SMS codes: far more than usual this hour", at=at)
    # The last whole hour: codes of this one may still be typed.
    sent, used = (
        limits.counts_at(bucket, moments=[at - HOUR])[0]
        for bucket in (Bucket.CODE_SENT, Bucket.CODE_USED)
    )
    if sent >= USED_FLOOR and used < USED_SHARE * sent:
        _alarm(SecurityEventKind.SMS_UNUSED, "SMS codes: few of the last hour were typed", at=at)


def _alarm(kind: SecurityEventKind, sentence: str, *, at: datetime) -> None:
    if limits.claim_once(kind.value, value="all", until=_end_of_hour(at)):
        logger.warning(sentence)
        with transaction.atomic():
            security.record(kind, at=at)


def _end_of_hour(at: datetime) -> datetime:
    return at + timedelta(seconds=3600 - at.timestamp() % 3600)
