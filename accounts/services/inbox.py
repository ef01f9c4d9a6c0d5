"""A person's inbox on the portal."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from portal.notices.models import Notice


@transaction.atomic(durable=True)
def mark_all_read(*, user: User, at: datetime) -> int:
    """Note that a person has seen what stands in their inbox; return how many were new."""
    return Notice.objects.for_recipient(user.pk, context=user.acting_key).mark_read(at=at)
