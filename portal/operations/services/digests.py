"""Sealing, once a day, everything that nobody may change; and copies outside the database."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model
from pghistory.models import Event

from accounts.models import SecurityEvent
from dossiers.models import DossierAccess, DossierEvent
from payments.models import LedgerEntry
from portal.core import audit
from portal.core.dates import LOCAL_ZONE, local_day
from portal.core.db import wait_in_line
from portal.operations.models import AuditDigest

# What was begun before midnight has been committed by then.
SETTLED: Final = timedelta(minutes=15)
_LOCK: Final = 0x41444947
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Source:
    """A table that is sealed, and the column that says when a row was written."""

    model: type[Model]
    moment: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table  # noqa: SLF001 -- Django's documented API

    @property
    def columns(self) -> list[str]:
        fields = self.model._meta.concrete_fields  # noqa: SLF001 -- Django's documented API
        return [field.attname for field in fields]

    def rows(self, columns: Iterable[str], *, after: int, upto: int) -> Iterable[tuple[Any, ...]]:
        """Return (id, *values) of the rows with these ids, by id."""
        found = self.model._default_manager.filter(pk__gt=after, pk__lte=upto)  # noqa: SLF001
        return found.order_by("pk").values_list("pk", *columns).iterator(chunk_size=2000)


def sources() -> list[Source]:
    """Return every table that is sealed: chains, looks, security events, versions."""
    own = [
        Source(DossierEvent, "occurred_at"),
        Source(LedgerEntry, "recorded_at"),
        Source(DossierAccess, "at"),
        Source(SecurityEvent, "at"),
    ]
    versions = [
        Source(model, "pgh_created_at")
        for model in apps.get_models()
        if issubclass(model, Event) and model._meta.app_label != "pghistory"  # noqa: SLF001
    ]
    return own + sorted(versions, key=lambda source: source.table)


@transaction.atomic(durable=True)
def seal_due(*, at: datetime) -> list[date]:
    """
    Seal every day that is over and not sealed yet; return those days. Twice does no harm.

    The first seal of a table covers all that was written before.
    """
    wait_in_line(_LOCK)
    yesterday = local_day(at - SETTLED) - DAY
    last = AuditDigest.objects.aggregate(day=Max("day"))["day"]
    day = last + DAY if last else yesterday
    sealed = []
    while day <= yesterday:
        _seal(day, at=at)
        sealed.append(day)
        day += DAY
    return sealed


def _seal(day: date, *, at: datetime) -> None:
    last = AuditDigest.objects.order_by("-sequence").first()
    for source in sources():
        digest = _digest(source, day, last=last, at=at)
        digest.save(force_insert=True)
        last = digest


def _digest(source: Source, day: date, *, last: AuditDigest | None, at: datetime) -> AuditDigest:
    before = AuditDigest.objects.filter(table=source.table).order_by("-sequence").first()
    after = before.upto if before else 0
    ends = datetime.combine(day + DAY, time(), tzinfo=LOCAL_ZONE)
    written = source.model._default_manager.filter(**{f"{source.moment}__lt": ends})  # noqa: SLF001
    upto = max(after, written.aggregate(upto=Max("pk"))["upto"] or 0)
    columns = source.columns
    ids: list[int] = []
    leaves = bytearray()
    whole = hashlib.sha256()
    for row in source.rows(columns, after=after, upto=upto):
        row_hash = audit.hash_of(row[1:])
        ids.append(row[0])
        leaves += audit.leaf(row[0], row_hash)
        whole.update(row_hash)
    digest = AuditDigest(
        sequence=last.sequence + 1 if last else 1,
        day=day,
        table=source.table,
        columns=columns,
        after=after,
        upto=upto,
        count=len(ids),
        first_id=ids[0] if ids else None,
        last_id=ids[-1] if ids else None,
        leaves=bytes(leaves),
        sha256=whole.hexdigest(),
        previous_hash=last.hash if last else "",
        made_at=at,
    )
    digest.hash = hash_of(digest)
    return digest


def hash_of(digest: AuditDigest) -> str:
    """Return the SHA-256 that binds a seal to the one before it."""
    content = [
        digest.sequence,
        digest.day,
        digest.table,
        digest.columns,
        digest.after,
        digest.upto,
        digest.count,
        digest.first_id,
        digest.last_id,
        hashlib.sha256(bytes(digest.leaves)).hexdigest(),
        digest.sha256,
        digest.previous_hash,
    ]
    return audit.hash_of(content).hex()


def copy_out() -> list[Path]:
    """
    Write the seals of each day into the folder outside the database; return the new files.

    Never over a file that is there: what has left is not corrected from the database.
    """
    folder = settings.AUDIT_DIGEST_DIR
    if not folder:
        return []
    Path(folder).mkdir(parents=True, exist_ok=True)
    days = AuditDigest.objects.order_by("day").values_list("day", flat=True).distinct()
    written = []
    for day in days:
        path = Path(folder) / f"{day:%Y-%m-%d}.json"
        if not path.exists():
            _write(path, day)
            written.append(path)
    return written


def _write(path: Path, day: date) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(published(day), indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def published(day: date) -> list[dict[str, str | int]]:
    """Return what a copy says of the seals of one day: names, counts and hashes, no row."""
    return [
        {
            "sequence": digest.sequence,
            "table": digest.table,
            "count": digest.count,
            "upto": digest.upto,
            "sha256": digest.sha256,
            "previous_hash": digest.previous_hash,
            "hash": digest.hash,
        }
        for digest in AuditDigest.objects.filter(day=day).defer("leaves")
    ]
