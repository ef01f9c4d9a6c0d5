"""Noticing what nobody asked to be recorded: sign-ins, runs of failures, probing of addresses."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.limits import HOUR, MINUTE, Bucket
from accounts.models import SecurityEvent, User
from accounts.security import SecurityEventKind
from accounts.services import limits, security
from portal.core.crypto import keyed_hash

# Of several accounts under one name so many are told of a run of failures.
MOST_TOLD: Final = 3
# A sign-in that its own use case has recorded, with more about it, is not recorded again.
SAME_SIGN_IN: Final = timedelta(seconds=10)
QUIET: Final = 10 * MINUTE


def note_sign_in(user: User, *, at: datetime) -> None:
    """Record that somebody signed in, whatever door they came through."""
    kind = SecurityEventKind.SIGNED_IN
    with transaction.atomic():
        recent = SecurityEvent.objects.filter(user=user, kind=kind, at__gt=at - SAME_SIGN_IN)
        if not recent.exists():
            security.record(kind, at=at, user=user)


def note_wrong_sign_in(name: str, users: Iterable[User], *, at: datetime) -> None:
    """
    Count a wrong password, from whatever address; a run of them is one event an hour.

    The same statements run for a name that nobody has: the clock must not say who is known.
    """
    if limits.hit(Bucket.SIGN_IN_RUN, name, at=at).allowed:
        return
    if not limits.claim_once("sign-in-run", value=limits.normalise(name), until=_end(at, HOUR)):
        return
    with transaction.atomic():
        for user in list(users)[:MOST_TOLD]:
            security.record(SecurityEventKind.SIGN_IN_FAILED, at=at, user=user)


def note_refused_address(client: str, *, at: datetime) -> None:
    """Record, once an hour, that one address tries names and passwords in bulk."""
    _record_address(SecurityEventKind.SIGN_IN_FAILED, client, every=HOUR, at=at)


def note_enumeration(client: str, *, at: datetime) -> None:
    """Record, once in ten minutes, that one address tries dossier codes or their proofs in bulk."""
    _record_address(SecurityEventKind.TRACKING_ENUMERATION, client, every=QUIET, at=at)


def note_refusal(user: User, *, at: datetime) -> None:
    """Count a page of somebody else's that `user` asked for; many in a minute are one event."""
    if limits.hit(Bucket.REFUSED, str(user.pk), at=at).allowed:
        return
    if limits.claim_once("refused-often", value=str(user.pk), until=_end(at, QUIET)):
        with transaction.atomic():
            security.record(SecurityEventKind.REFUSED_OFTEN, at=at, user=user)


def _record_address(
    kind: SecurityEventKind, client: str, *, every: timedelta, at: datetime
) -> None:
    # Keyed, so that the address cannot be read back, but the same one is known again.
    address = keyed_hash(client, domain="address")[:16]
    if limits.claim_once(kind.value, value=client, until=_end(at, every)):
        with transaction.atomic():
            security.record(kind, at=at, data={"address": address})


def _end(at: datetime, length: timedelta) -> datetime:
    """Return when the window of this length that stands now is over."""
    seconds = length.total_seconds()
    return at + timedelta(seconds=seconds - at.timestamp() % seconds)
