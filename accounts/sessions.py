"""How long a sign-in lasts: marks in the session, set by every sign-in, read by the middleware."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from accounts.enums import UserKind
from accounts.models import User

SIGNED_IN: Final = "signed_in_at"
SEEN: Final = "seen_at"

# A living session is written once a minute, not with every request.
WRITE_EVERY: Final = timedelta(minutes=1)


def mark_signed_in(session: SessionBase, *, at: datetime) -> None:
    session[SIGNED_IN] = session[SEEN] = int(at.timestamp())


def is_over(session: SessionBase, user: User, *, at: datetime) -> bool:
    """Return whether a session was left alone too long, is too old, or has no marks at all."""
    now = at.timestamp()
    try:
        idle = timedelta(seconds=now - session[SEEN])
        age = timedelta(seconds=now - session[SIGNED_IN])
    except KeyError:
        return True
    return idle >= idle_limit(user) or age >= settings.SESSION_ABSOLUTE[user.kind]


def mark_seen(session: SessionBase, *, at: datetime) -> None:
    now = int(at.timestamp())
    if now - session[SEEN] >= WRITE_EVERY.total_seconds():
        session[SEEN] = now


def idle_limit(user: User) -> timedelta:
    limit: timedelta = settings.SESSION_IDLE[UserKind(user.kind)]
    return limit
