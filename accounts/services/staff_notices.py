"""Telling staff what happened to their own account: in the inbox, and by e-mail."""

from datetime import datetime

from accounts.models import User
from portal.core.db import requires_transaction
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


@requires_transaction
def tell(user: User, *, kind: str, subject: str, body: str, at: datetime) -> None:
    """Queue one notice for each medium with the fact that it reports."""
    for medium, to in ((Medium.IN_APP, ""), (Medium.EMAIL, user.email)):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=user,
            subject_key="",
            subject=subject,
            body=body,
            dedupe_key=f"{kind}:{user.pk}:{at.timestamp()}:{medium}",
            at=at,
        )
