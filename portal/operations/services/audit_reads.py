"""The auditor's own reading is written down as well."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import limits, security

SAME_READ: Final = timedelta(minutes=10)


def note_read(user: User, *, page: str, asked: str, at: datetime) -> None:
    """Record that an auditor is about to read a page; the same one is one row in ten minutes."""
    until = at + SAME_READ - timedelta(seconds=at.timestamp() % SAME_READ.total_seconds())
    if limits.claim_once("audit-read", value=f"{user.pk}:{page}:{asked}", until=until):
        with transaction.atomic():
            security.record(SecurityEventKind.AUDIT_READ, at=at, user=user, data={"page": page})
