"""Photos of handed-in papers: put together into one upright PDF, outside any transaction."""

import hashlib
import io
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pikepdf
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.text import slugify

from dossiers.enums import ScanState
from dossiers.models import DossierPaper, PaperBundle, StoredFile
from portal.core import files
from portal.core.text import fold

logger = logging.getLogger(__name__)

# Twenty photos take half a minute on a slow machine; after this a worker is taken for dead.
LEASE: Final = timedelta(minutes=6)
RUN_SECONDS: Final = 10.0
BACKOFF_FIRST: Final = timedelta(minutes=1)
BACKOFF_LONGEST: Final = timedelta(hours=1)
# Photos that could not be combined so often never will be; they are still there one by one.
GIVE_UP_AFTER: Final = 5
LONGEST_NAME: Final = 60


class BundleTaken(Exception):
    """Another worker has made the bundle, or is at it, since this one's lease ran out."""


@dataclass(frozen=True, slots=True)
class Made:
    """A combined document, ready to be kept."""

    data: bytes
    pages: int
    name: str
    scan_state: ScanState


def combine_due_photos(*, at: datetime) -> bool:
    """
    Combine what is due, one paper after the other; return whether some may be left.

    Any number of workers may do so at once. One that dies gives its bundle back by itself.
    """
    started = time.monotonic()
    is_empty = False
    while not is_empty and time.monotonic() - started < RUN_SECONDS:
        bundle = claim_next(at=at)
        is_empty = bundle is None
        if bundle is not None:
            _combine(bundle, at=at)
    return not is_empty


@transaction.atomic(durable=True)
def claim_next(*, at: datetime) -> PaperBundle | None:
    """
    Take the bundle that waits longest, for this worker alone and only for a while.

    Photos that wait for the scanner, have a virus, or were replaced meanwhile are not combined.
    """
    photos = DossierPaper.objects.filter(bundle=OuterRef("pk"))
    blocked = photos.filter(file__scan_state__in=(ScanState.QUARANTINED, ScanState.INFECTED))
    bundle = (
        _unmade()
        .filter(Exists(photos.filter(superseded_at=None)), ~Exists(blocked), due_at__lte=at)
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
        .order_by("due_at", "pk")
        .first()
    )
    if bundle is not None:
        bundle.attempts += 1
        bundle.due_at = at + LEASE
        bundle.save(update_fields=["attempts", "due_at"])
    return bundle


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th try: a minute, doubling, at most an hour."""
    return min(BACKOFF_FIRST * (1 << min(max(attempts - 1, 0), 10)), BACKOFF_LONGEST)


def _unmade() -> QuerySet[PaperBundle]:
    return PaperBundle.objects.filter(file=None, gave_up_at=None)


def _combine(bundle: PaperBundle, *, at: datetime) -> None:
    try:
        photos = list(bundle.photos.select_related("file", "dossier").order_by("position", "pk"))
        made = _make(photos)
        _keep(bundle, made, at=at)
    except BundleTaken:
        pass
    except (files.PhotosNotCombined, files.FileDamaged) as error:
        gives_up = bundle.attempts >= GIVE_UP_AFTER
        say = "bundles.given-up" if gives_up else "bundles.retry-later"
        kind = type(error).__name__
        logger.warning("%s bundle=%s attempts=%d: %s", say, bundle.pk, bundle.attempts, kind)
        _try_later(bundle, gives_up=gives_up, at=at)
    except Exception:
        # Whatever it is (no storage, no time left), the others must still be combined.
        logger.exception("bundles.retry-later bundle=%s attempts=%d", bundle.pk, bundle.attempts)
        _try_later(bundle, gives_up=False, at=at)


def _make(photos: Sequence[DossierPaper]) -> Made:
    data = files.combine_photos(
        [
            (files.read_stored(one.file.storage_key, sha256=one.file.sha256), one.file.kind)
            for one in photos
        ]
    )
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = len(pdf.pages)
    is_clean = all(one.file.scan_state == ScanState.CLEAN for one in photos)
    name = slugify(fold(photos[0].paper_name))[:LONGEST_NAME].strip("-")
    return Made(
        data=data,
        pages=pages,
        name=files.clean_name(f"ban-gop-{name}-{photos[0].dossier.code}", "pdf"),
        scan_state=ScanState.CLEAN if is_clean else ScanState.UNSCANNED,
    )


def _keep(bundle: PaperBundle, made: Made, *, at: datetime) -> None:
    key = files.store_bytes(made.data)
    try:
        _settle(bundle, made, key=key, at=at)
    except BundleTaken:
        # Nothing else is deleted here: a commit whose answer got lost may have kept its file.
        files.delete_stored(key)
        raise


@transaction.atomic(durable=True)
def _settle(bundle: PaperBundle, made: Made, *, key: str, at: datetime) -> None:
    file = StoredFile.objects.create(
        storage_key=key,
        sha256=hashlib.sha256(made.data).hexdigest(),
        size=len(made.data),
        kind=files.Kind.PDF,
        mime="application/pdf",
        name=made.name,
        pages=made.pages,
        scan_state=made.scan_state,
        created_at=at,
    )
    if not _ours(bundle).update(file=file):
        raise BundleTaken(bundle.pk)


@transaction.atomic(durable=True)
def _try_later(bundle: PaperBundle, *, gives_up: bool, at: datetime) -> None:
    if gives_up:
        _ours(bundle).update(gave_up_at=at)
    else:
        _ours(bundle).update(due_at=at + backoff(bundle.attempts))


def _ours(bundle: PaperBundle) -> QuerySet[PaperBundle]:
    # `attempts` counts the claims: whoever lost the lease writes nothing over its successor.
    return _unmade().filter(pk=bundle.pk, attempts=bundle.attempts)
