"""Writing down what happens to accounts and doors; ending every session of an account."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from accounts.models import SecurityEvent, User
from accounts.security import SecurityEventKind
from portal.core.db import requires_transaction


@requires_transaction
def record(
    kind: SecurityEventKind,
    *,
    at: datetime,
    user: User | None = None,
    actor: User | None = None,
    data: Mapping[str, str | int] | None = None,
) -> None:
    """
    Store one security event in the transaction of what happened.

    :param data: ids and codes; never a name, a number, an address or a code.
    """
    SecurityEvent.objects.create(kind=kind, user=user, actor=actor, data=dict(data or {}), at=at)


@requires_transaction
def end_sessions(user: User) -> None:
    """End every session of an account: the next request of each is nobody's."""
    user.session_nonce = secrets.token_hex(16)
    user.save(update_fields=["session_nonce"])
