"""Posting sheets: asked for by people, printed by a worker, retired when the next one hangs."""

import logging
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final

import pikepdf
from django.db import transaction

from accounts.models import Unit, User
from portal.core import wakeups
from portal.core.dates import local_day
from portal.core.files import delete_stored, store_bytes
from portal.core.pdf import render_pdf
from procedures.models import Field, PostingSheet, Procedure
from procedures.selectors import posting

logger = logging.getLogger(__name__)

WAKE_PRINTER: Final = "procedures.tasks.print_sheets"
# A sheet of a whole field takes a minute; after this a worker that took it is taken for dead.
LEASE: Final = timedelta(minutes=5)
BACKOFF: Final = timedelta(minutes=2)


class NothingToPost(Exception):
    """The agency serves nothing that is published under this procedure or field."""


@transaction.atomic(durable=True)
def ask_sheet(
    *,
    agency: Unit,
    by: User,
    at: datetime,
    procedure: Procedure | None = None,
    field: Field | None = None,
) -> PostingSheet:
    """
    Have a sheet printed of one procedure or of one field; the one before it is retired.

    :raises NothingToPost: if the agency serves nothing of it today.
    """
    # The agency's row is where two presses wait for each other.
    Unit.objects.select_for_update(of=("self",), no_key=True).get(pk=agency.pk)
    sheet = PostingSheet(
        agency=agency, procedure=procedure, field=field, asked_by=by, asked_at=at, render_due_at=at
    )
    told = posting.told_by(sheet, posting.tell_all(agency, on=local_day(at)))
    if not told.served:
        raise NothingToPost(agency.pk)
    sheet.fingerprint = told.fingerprint
    PostingSheet.objects.filter(
        agency=agency, procedure=procedure, field=field, retired_at=None
    ).update(retired_at=at)
    sheet.save(force_insert=True)
    wakeups.wake(WAKE_PRINTER)
    return sheet


@transaction.atomic(durable=True)
def retire_sheet(*, sheet_id: int, agency_ids: set[int], at: datetime) -> bool:
    """Say that a sheet hangs no longer; return whether one of these agencies had it there."""
    hanging = PostingSheet.objects.filter(pk=sheet_id, agency__in=agency_ids, retired_at=None)
    return hanging.update(retired_at=at) > 0


def print_due(*, at: datetime) -> int:
    """Print the sheets that wait, one after the other; return how many were printed."""
    printed = 0
    while (sheet := _claim_next(at=at)) is not None:
        printed += _print(sheet, at=at)
    return printed


@transaction.atomic(durable=True)
def _claim_next(*, at: datetime) -> PostingSheet | None:
    sheet = (
        PostingSheet.objects.filter(storage_key="", retired_at=None, render_due_at__lte=at)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("agency", "procedure", "field")
        .order_by("render_due_at", "pk")
        .first()
    )
    if sheet is not None:
        sheet.render_attempts += 1
        sheet.render_due_at = at + LEASE + BACKOFF * (sheet.render_attempts - 1)
        sheet.save(update_fields=["render_attempts", "render_due_at"])
    return sheet


def _print(sheet: PostingSheet, *, at: datetime) -> bool:
    """Make the PDF outside any transaction; a sheet that fails is tried again after its lease."""
    try:
        context = {
            "agency": sheet.agency,
            "pages": posting.print_pages(sheet, at=at),
            "printed_on": local_day(at),
        }
        data = render_pdf("pdf/posting_sheet.html", context)
        with pikepdf.open(BytesIO(data)) as pdf:
            pages = len(pdf.pages)
        key = store_bytes(data)
    except Exception:
        # One sheet that cannot be printed holds up no other; the log is watched.
        logger.exception("posting.unprinted sheet=%s attempts=%s", sheet.pk, sheet.render_attempts)
        return False
    kept = PostingSheet.objects.filter(
        pk=sheet.pk, storage_key="", render_attempts=sheet.render_attempts
    ).update(storage_key=key, size=len(data), pages=pages)
    if not kept:
        # Another worker was faster, since this one's lease ran out.
        delete_stored(key)
    return bool(kept)
