"""Whose a dossier is, when two accounts of one person become one."""

from dossiers.models import Dossier, Draft
from portal.core.db import requires_transaction


@requires_transaction
def move_to(*, from_id: int, to_id: int) -> int:
    """Give all dossiers and drafts of one account to another; return how many dossiers."""
    Draft.objects.filter(owner=from_id).update(owner=to_id)
    return Dossier.objects.filter(owner=from_id).update(owner=to_id)
