"""Whether everything that nobody may change is as it was written; reads only."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection

from dossiers.services.verification import find_broken_events
from payments.services.verification import find_broken_entries
from portal.core import audit
from portal.core.audit import BrokenRow
from portal.core.dates import local_day
from portal.operations.models import AuditDigest
from portal.operations.services import digests
from portal.operations.services.digests import DAY, Source

DIGESTS: Final = "operations_auditdigest"


def find_broken(*, at: datetime) -> Iterator[BrokenRow]:
    """Yield the first broken row of each chain and of each sealed table's day, seals included."""
    yield from find_broken_events()
    yield from find_broken_entries()
    yield from _find_broken_digests(at=at)
    yield from _find_differing_copies()
    yield from _find_granted_rights()


def _find_broken_digests(*, at: datetime) -> Iterator[BrokenRow]:
    known = {source.table: source for source in digests.sources()}
    previous, sequence, upto, last_day = "", 0, dict.fromkeys(known, 0), None
    for digest in AuditDigest.objects.order_by("sequence").iterator(chunk_size=50):
        sequence, last_day = sequence + 1, digest.day
        is_whole = (
            digest.sequence == sequence
            and digest.previous_hash == previous
            and digest.hash == digests.hash_of(digest)
            and digest.after == upto.get(digest.table, 0)
        )
        if not is_whole:
            yield BrokenRow(DIGESTS, digest.pk, digest.day, "the seal does not fit its chain")
        sequence, previous, upto[digest.table] = digest.sequence, digest.hash, digest.upto
        source = known.get(digest.table)
        if source is None:
            yield BrokenRow(digest.table, None, digest.day, "the sealed table is gone")
        else:
            yield from _first_difference(source, digest)
    # One day of grace: the seal of a day is made in the night after it.
    if last_day is not None and last_day < local_day(at) - 2 * DAY:
        yield BrokenRow(DIGESTS, None, last_day + DAY, "the day was never sealed")


def _first_difference(source: Source, digest: AuditDigest) -> Iterator[BrokenRow]:
    """Walk rows and sealed leaves side by side, by id, and yield where they part."""
    sealed = sorted(audit.leaves_of(bytes(digest.leaves)).items())
    stored = source.rows(digest.columns, after=digest.after, upto=digest.upto)
    for leaf, row in zip_longest(sealed, stored):
        what = _difference(leaf, row)
        if what is not None:
            yield BrokenRow(source.table, what[0], digest.day, what[1])
            return


def _difference(
    leaf: tuple[int, bytes] | None, row: tuple[Any, ...] | None
) -> tuple[int, str] | None:
    if leaf is not None and (row is None or row[0] > leaf[0]):
        return leaf[0], "the row was deleted"
    if row is not None and (leaf is None or row[0] < leaf[0]):
        return row[0], "the row was added afterwards"
    if leaf is not None and row is not None:
        row_hash = audit.hash_of(row[1:])[: audit.LEAF_HASH]
        return None if row_hash == leaf[1] else (leaf[0], "the row was changed")
    return None


def _find_differing_copies() -> Iterator[BrokenRow]:
    """Compare with what left the database: whoever rewrites all of it cannot rewrite that."""
    folder = settings.AUDIT_DIGEST_DIR
    if not folder or not Path(folder).is_dir():
        return
    for path in sorted(Path(folder).glob("????-??-??.json")):
        day = date.fromisoformat(path.stem)
        try:
            copied = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            copied = None
        if copied != digests.published(day):
            yield BrokenRow(DIGESTS, None, day, "the seals are not those of the copy")


def _find_granted_rights() -> Iterator[BrokenRow]:
    tables = [DIGESTS, *(source.table for source in digests.sources())]
    with connection.cursor() as cursor:
        for table in tables:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)",
                    [settings.DATABASE_APP_ROLE, table, right],
                )
                if cursor.fetchone() == (True,):
                    yield BrokenRow(table, None, None, f"the application's role may {right}")
