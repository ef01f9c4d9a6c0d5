"""Printing issued slips: claim one, make its PDF outside any transaction, store it, tell of it."""

import hashlib
import io
import logging
import time
from datetime import datetime, timedelta
from typing import Final

import pikepdf
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from dossiers import notices
from dossiers.enums import ScanState
from dossiers.issuing import content
from dossiers.models import Slip, StoredFile
from portal.core.files import clean_name, delete_stored, store_bytes
from portal.core.text import fold
from portal.notices.models import Attachment

logger = logging.getLogger(__name__)

MIME: Final = "application/pdf"
# A slip takes a second; after this a worker that took it is taken for dead.
LEASE: Final = timedelta(minutes=3)
RUN_SECONDS: Final = 45.0
BACKOFF_FIRST: Final = timedelta(seconds=15)
BACKOFF_LONGEST: Final = timedelta(hours=1)
# After so many tries the e-mail leaves without its slip and the log raises the alarm; the tries
# go on, so that a mended worker catches up by itself.
ALARM_AFTER: Final = 5


class SlipTaken(Exception):
    """Another worker has printed the slip, or is at it, since this one's lease ran out."""


def render_due_slips(*, at: datetime) -> bool:
    """
    Print what is due, one slip after the other; return whether some may be left.

    Any number of workers may do so at once. One that dies gives its slip back by itself.
    """
    started = time.monotonic()
    is_empty = False
    while not is_empty and time.monotonic() - started < RUN_SECONDS:
        slip = claim_next(at=at)
        is_empty = slip is None
        if slip is not None:
            _render(slip, at=at)
    raise_alarm(at=at)
    return not is_empty


@transaction.atomic(durable=True)
def claim_next(*, at: datetime) -> Slip | None:
    """Take the slip that waits longest, for this worker alone and only for a while."""
    slip = (
        _unrendered()
        .filter(render_due_at__lte=at)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("render_due_at", "pk")
        .first()
    )
    if slip is not None:
        slip.render_attempts += 1
        slip.render_due_at = at + LEASE
        slip.save(update_fields=["render_attempts", "render_due_at"])
    return slip


@transaction.atomic(durable=True)
def raise_alarm(*, at: datetime) -> int:
    """Count the slips that cannot be printed, say so, and let their e-mails go without them."""
    stuck = list(_unrendered().filter(render_attempts__gte=ALARM_AFTER)[:100])
    if stuck:
        logger.error("slips.unrendered count=%d", len(stuck))
    for slip in stuck:
        notices.queue_slip_mail(slip, at=at, attachment=None)
    return len(stuck)


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th try: 15 seconds, doubling, at most an hour."""
    return min(BACKOFF_FIRST * (1 << min(max(attempts - 1, 0), 12)), BACKOFF_LONGEST)


def _unrendered() -> QuerySet[Slip]:
    return Slip.objects.filter(file=None).select_related(
        "dossier__owner",
        "dossier__procedure",
        "dossier__receiving_unit__agency",
        "dossier__deciding_unit",
    )


def _render(slip: Slip, *, at: datetime) -> None:
    key = ""
    try:
        data = content.render(slip)
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
        key = store_bytes(data)
        _settle(slip, key=key, data=data, pages=pages, at=at)
    except SlipTaken:
        # Nothing else is deleted here: a commit whose answer got lost may have kept its file.
        delete_stored(key)
    except Exception:
        # Whatever it is, the other slips must still be printed.
        logger.exception("slips.retry-later slip=%s attempts=%d", slip.pk, slip.render_attempts)
        _try_later(slip, at=at)


@transaction.atomic(durable=True)
def _settle(slip: Slip, *, key: str, data: bytes, pages: int, at: datetime) -> None:
    name = file_name(slip)
    file = StoredFile.objects.create(
        storage_key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        kind="pdf",
        mime=MIME,
        name=name,
        pages=pages,
        scan_state=ScanState.CLEAN,
        created_at=at,
    )
    settled = Slip.objects.filter(pk=slip.pk, file=None, render_attempts=slip.render_attempts)
    if not settled.update(file=file):
        raise SlipTaken(slip.pk)
    notices.queue_slip_mail(slip, at=at, attachment=Attachment(key, name, MIME))


@transaction.atomic(durable=True)
def _try_later(slip: Slip, *, at: datetime) -> None:
    # `render_attempts` counts the claims: whoever lost the lease writes nothing over its successor.
    Slip.objects.filter(pk=slip.pk, file=None, render_attempts=slip.render_attempts).update(
        render_due_at=at + backoff(slip.render_attempts)
    )


def file_name(slip: Slip) -> str:
    """Return the name under which a slip is saved: "giay-xac-nhan-da-nop-ho-so-H99….pdf"."""
    return clean_name(f"{slugify(fold(str(slip.get_kind_display())))}-{slip.dossier.code}", "pdf")
