"""Stored objects go after the commit that took their rows; what was missed goes with the sweep."""

import contextlib
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.core.files.storage import default_storage
from django.db import transaction

from portal.core.db import requires_transaction
from portal.operations.models import DoomedObject

# What users gave or we made for them; nothing else of the store is ever removed here.
_KEY: Final = re.compile(
    r"\A(?:kept/[0-9a-f]{2}/[0-9a-f]{40}|previews/[0-9a-f]{2}/[0-9a-f-]+\.png)\Z"
)


@requires_transaction
def doom(keys: Iterable[str], *, at: datetime) -> int:
    """Note objects whose rows go in this transaction; return how many."""
    rows = [DoomedObject(key=key, doomed_at=at) for key in set(keys) if _KEY.match(key)]
    DoomedObject.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def purge_doomed() -> int:
    """Remove what is doomed; an object that is gone already counts as removed."""
    removed = 0
    for row in list(DoomedObject.objects.order_by("pk")[:5_000]):
        with contextlib.suppress(OSError):
            default_storage.delete(row.key)
            _forget(row)
            removed += 1
    return removed


@transaction.atomic(durable=True)
def _forget(row: DoomedObject) -> None:
    row.delete()
