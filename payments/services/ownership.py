"""Whose a payment is, when two accounts of one person become one."""

from payments.models import Payment
from portal.core.db import requires_transaction


@requires_transaction
def move_to(*, from_id: int, to_id: int) -> int:
    """Give all attempts to pay of one account to another; return how many."""
    return Payment.objects.filter(owner=from_id).update(owner=to_id)
