"""Writing down what happens to accounts and doors."""

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
