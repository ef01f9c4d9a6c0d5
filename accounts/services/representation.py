"""Beginning and ending to act for another: noted as a security event, never kept anywhere else."""

from datetime import datetime

from django.db import transaction

from accounts.acting import find_acting
from accounts.models import Acting, User
from accounts.security import SecurityEventKind
from accounts.services.security import record


class MayNotAct(Exception):
    """The person may not act in this context (any more)."""


@transaction.atomic(durable=True)
def begin_acting(*, user: User, key: str, at: datetime) -> Acting:
    """
    Note that a person goes on acting for another.

    :raises MayNotAct: if there is no such context for them now.
    """
    acting = find_acting(user, key=key, at=at)
    if acting is None:
        raise MayNotAct(key)
    record(
        SecurityEventKind.ACTING_BEGUN, at=at, user=user, actor=user, data={"acting": acting.key}
    )
    return acting


@transaction.atomic(durable=True)
def end_acting(*, user: User, key: str, at: datetime) -> None:
    """Note that a person acts for themselves again."""
    record(SecurityEventKind.ACTING_ENDED, at=at, user=user, actor=user, data={"acting": key[:40]})
