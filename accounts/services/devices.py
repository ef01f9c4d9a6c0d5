"""Where an account is signed in: noted at each sign-in, ended one by one or all at once."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User, UserSession
from accounts.security import SecurityEventKind
from accounts.services import security
from portal.core.db import requires_transaction
from portal.core.devices import describe_browser


def note_device(*, user: User, session_key: str, user_agent: str, at: datetime) -> None:
    """Keep that a session of this browser belongs to this account."""
    UserSession.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "device": describe_browser(user_agent), "signed_in_at": at},
    )


@transaction.atomic(durable=True)
def follow_key(*, old: str, new: str) -> None:
    """Keep the device of a session whose key was changed for a new one."""
    UserSession.objects.filter(session_key=old).update(session_key=new)


@transaction.atomic(durable=True)
def sign_out_device(*, user: User, device_id: int, at: datetime) -> bool:
    """End one sign-in of `user`; return whether there was such a one."""
    key = (
        UserSession.objects.filter(user=user, pk=device_id)
        .values_list("session_key", flat=True)
        .first()
    )
    if key is None:
        return False
    _end([key])
    security.record(SecurityEventKind.SIGNED_OUT_ELSEWHERE, at=at, user=user, data={"devices": 1})
    return True


@transaction.atomic(durable=True)
def sign_out_others(*, user_id: int, but: str, at: datetime) -> User:
    """End every sign-in of an account but the session `but`; its caller keeps that one alive."""
    user: User = User.objects.usable().select_for_update(of=("self",), no_key=True).get(pk=user_id)
    count = end_others(user, but=but)
    security.record(
        SecurityEventKind.SIGNED_OUT_ELSEWHERE, at=at, user=user, data={"devices": count}
    )
    return user


@requires_transaction
def end_others(user: User, *, but: str = "") -> int:
    """
    End every session of an account but one, also such as were never noted; return how many.

    The one that is left needs the new hash of `user`: its view calls `keep_signed_in`.
    """
    security.end_sessions(user)
    others = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(others.values_list("session_key", flat=True))
    _end(keys)
    return len(keys)


def purge_devices() -> None:
    """Delete what is kept of sessions that are no more."""
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


@requires_transaction
def _end(keys: list[str]) -> None:
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
