"""Where somebody is signed in, for that person."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.sessions.models import Session

from accounts import sessions
from accounts.models import User, UserSession


@dataclass(frozen=True, slots=True)
class Device:
    id: int
    name: str
    signed_in_at: datetime
    # To the minute at best: a living session is written once a minute.
    seen_at: datetime
    is_this: bool


def list_devices(user: User, *, session_key: str, at: datetime) -> list[Device]:
    """Return the living sessions of a person, this one first, then the last used (two queries)."""
    noted = {one.session_key: one for one in UserSession.objects.filter(user=user)}
    living = Session.objects.filter(session_key__in=noted, expire_date__gt=at)
    found = []
    for session in living:
        one, marks = noted[session.session_key], session.get_decoded()
        if sessions.is_over(marks, user, at=at):
            continue
        seen = datetime.fromtimestamp(marks[sessions.SEEN], tz=UTC)
        is_this = one.session_key == session_key
        found.append(Device(one.pk, one.device, one.signed_in_at, seen, is_this))
    return sorted(found, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))
