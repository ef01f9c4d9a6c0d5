"""What a session knows: how long a sign-in lasts, who is half signed in, when they last proved."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from accounts.enums import UserKind
from accounts.models import User

SIGNED_IN: Final = "signed_in_at"
SEEN: Final = "seen_at"
PROVED: Final = "proved_at"
SECOND_STEP: Final = "second_step"
# When the person of this session last proved who they are by electronic identity.
EID_PROVED: Final = "eid_proved_at"

# The version of the words about personal data to which this citizen has still to agree.
CONSENT_DUE: Final = "consent_due"
# For whom the person acts, as `Acting.key`.
ACTING: Final = "acting"
# What a session keeps when its owner begins to act for somebody else: who signed in, when, how.
_KEPT: Final = (
    SESSION_KEY,
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SIGNED_IN,
    SEEN,
    EID_PROVED,
    CONSENT_DUE,
)

# A living session is written once a minute, not with every request.
WRITE_EVERY: Final = timedelta(minutes=1)
# How long a proof of the second factor opens weighty acts.
FRESH_FOR: Final = timedelta(minutes=15)
# How long after the password the code may come; long enough to install an app.
SECOND_STEP_FOR: Final = timedelta(minutes=20)


def mark_signed_in(session: SessionBase, *, at: datetime) -> None:
    session[SIGNED_IN] = session[SEEN] = int(at.timestamp())


def mark_eid(session: SessionBase, *, at: datetime) -> None:
    """Note that the person of this session has just signed in by electronic identity."""
    session[EID_PROVED] = int(at.timestamp())


def is_by_eid(session: SessionBase) -> bool:
    """Tell whether the person of this session proved who they are by electronic identity in it."""
    return EID_PROVED in session


def is_over(session: SessionBase | Mapping[str, Any], user: User, *, at: datetime) -> bool:
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


def restart(session: SessionBase, *, acting: str) -> tuple[str, str]:
    """
    Give a session another key and empty it but for the sign-in, for whom its owner acts from now.

    Whatever a page had put by in the name of the one must not turn up in that of the other. Return
    the former key and the new one, for `devices.follow_key`.
    """
    former = session.session_key or ""
    kept = {name: session[name] for name in _KEPT if name in session}
    session.clear()
    session.update(kept)
    if acting:
        session[ACTING] = acting
    session.cycle_key()
    return former, session.session_key or ""


def idle_limit(user: User) -> timedelta:
    limit: timedelta = settings.SESSION_IDLE[UserKind(user.kind)]
    return limit


def mark_proved(session: SessionBase, *, at: datetime) -> None:
    """Note that the second factor was just proved."""
    session[PROVED] = int(at.timestamp())


def is_freshly_proved(session: SessionBase, *, at: datetime) -> bool:
    """Return whether the second factor was proved so lately that a weighty act needs no code."""
    proved = session.get(PROVED)
    return isinstance(proved, int) and 0 <= at.timestamp() - proved < FRESH_FOR.total_seconds()


def begin_second_step(session: SessionBase, user: User, *, at: datetime) -> None:
    """
    Remember whose password was right; nobody is signed in by it.

    A new session key, so that whoever planted the old one is not shown the second step.
    """
    session.cycle_key()
    until = int((at + SECOND_STEP_FOR).timestamp())
    session[SECOND_STEP] = [user.pk, user.get_session_auth_hash(), until]


def user_at_second_step(session: SessionBase, *, at: datetime) -> User | None:
    """Return whose password was right a moment ago, unless it or the account changed since."""
    user_id, stamp, until = session.get(SECOND_STEP, [0, "", 0])
    if at.timestamp() >= until:
        session.pop(SECOND_STEP, None)
        return None
    user: User | None = User.objects.staff().usable().filter(pk=user_id).first()
    if user is None or not constant_time_compare(stamp, user.get_session_auth_hash()):
        session.pop(SECOND_STEP, None)
        return None
    return user
