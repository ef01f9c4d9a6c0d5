"""Quarantined files: ask the scanner about each, outside any transaction, and keep its verdict."""

import logging
import time
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from dossiers.attachments import WAKE_COMBINER
from dossiers.enums import ScanState
from dossiers.models import Dossier, Draft, Result, StoredFile
from dossiers.notices import unsafe_files
from portal.core import files, scanner, wakeups
from portal.core.db import requires_transaction

logger = logging.getLogger(__name__)

# The scanner may think for a minute about one file; after this its worker is taken for dead.
LEASE: Final = timedelta(minutes=3)
RUN_SECONDS: Final = 30.0
BACKOFF_FIRST: Final = timedelta(seconds=30)
# People wait for their files: a scanner that is back is asked about all of them soon.
BACKOFF_LONGEST: Final = timedelta(minutes=10)
# After so many tries without a verdict the log raises the alarm; the tries go on.
ALARM_AFTER: Final = 5


def scan_due_files(*, at: datetime) -> bool:
    """
    Scan what is due, one file after the other; return whether some may be left.

    Any number of workers may do so at once. One that dies gives its file back by itself. Without
    a scanner (the demonstration) nothing is scanned; one that is down is left alone until later.
    """
    if not settings.SCANNER_URL:
        return False
    started = time.monotonic()
    is_empty, is_down = False, False
    while not (is_empty or is_down) and time.monotonic() - started < RUN_SECONDS:
        file = claim_next(at=at)
        is_empty = file is None
        if file is not None and not _scan(file, at=at):
            is_down = not scanner.ping()
    raise_alarm()
    return not (is_empty or is_down)


@transaction.atomic(durable=True)
def claim_next(*, at: datetime) -> StoredFile | None:
    """Take the file that waits longest, for this worker alone and only for a while."""
    file = (
        _quarantined()
        .filter(Q(scan_due_at=None) | Q(scan_due_at__lte=at))
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by(F("scan_due_at").asc(nulls_first=True), "created_at", "pk")
        .first()
    )
    if file is not None:
        file.scan_attempts += 1
        file.scan_due_at = at + LEASE
        file.save(update_fields=["scan_attempts", "scan_due_at"])
    return file


def raise_alarm() -> int:
    """Count the files that get no verdict, and say so."""
    stuck = _quarantined().filter(scan_attempts__gte=ALARM_AFTER).count()
    if stuck:
        logger.error("scans.without-verdict count=%d", stuck)
    return stuck


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th try: half a minute, doubling, at most ten minutes."""
    return min(BACKOFF_FIRST * (1 << min(max(attempts - 1, 0), 10)), BACKOFF_LONGEST)


def _quarantined() -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(scan_state=ScanState.QUARANTINED)


def _scan(file: StoredFile, *, at: datetime) -> bool:
    """Return whether the scanner gave a verdict on exactly the bytes that were stored."""
    try:
        data = files.read_stored(file.storage_key, sha256=file.sha256)
        verdict = scanner.scan(data)
    except Exception:
        # Whatever it is (bytes gone or changed, storage away), the other files must be scanned.
        logger.exception("scans.retry-later file=%s attempts=%d", file.pk, file.scan_attempts)
        _try_later(file, at=at)
        return True
    if verdict.state is scanner.State.UNAVAILABLE:
        logger.warning(
            "scans.unavailable file=%s attempts=%d: %s",
            file.pk,
            file.scan_attempts,
            verdict.detail,
        )
        _try_later(file, at=at)
        return False
    if verdict.state is scanner.State.INFECTED:
        logger.error("scans.infected file=%s: %s", file.pk, verdict.detail)
    _settle(file, infected=verdict.state is scanner.State.INFECTED, at=at)
    return True


@transaction.atomic(durable=True)
def _settle(file: StoredFile, *, infected: bool, at: datetime) -> None:
    state = ScanState.INFECTED if infected else ScanState.CLEAN
    if not _ours(file).update(scan_state=state, scanned_at=at, scan_due_at=None):
        return
    if infected:
        _tell(file, at=at)
    elif file.dossier_papers.filter(bundle__file=None, bundle__gave_up_at=None).exists():
        wakeups.wake(WAKE_COMBINER)


@transaction.atomic(durable=True)
def _try_later(file: StoredFile, *, at: datetime) -> None:
    _ours(file).update(scan_due_at=at + backoff(file.scan_attempts))


def _ours(file: StoredFile) -> QuerySet[StoredFile]:
    # `scan_attempts` counts the claims: whoever lost the lease writes nothing over its successor.
    return _quarantined().filter(pk=file.pk, sha256=file.sha256, scan_attempts=file.scan_attempts)


@requires_transaction
def _tell(file: StoredFile, *, at: datetime) -> None:
    """Tell everybody whose work hangs on a file that it is blocked."""
    # A draft being handed in is waited for: its file is then found with the dossier.
    drafts = list(Draft.objects.locked().filter(papers__file=file).order_by("pk"))
    for draft in drafts:
        if draft.papers.filter(file=file).exists():
            unsafe_files.queue_in_draft(draft, file, at=at)
    holders = Q(papers__file=file) | Q(supplements__items__uploads__file=file)
    ids = Dossier.objects.filter(holders).values("pk")
    for dossier in Dossier.objects.locked().filter(pk__in=ids).order_by("pk"):
        unsafe_files.queue_in_dossier(dossier, file, at=at)
    for result in Result.objects.filter(file=file).select_related("dossier"):
        unsafe_files.queue_in_result(result.dossier, file, at=at)
