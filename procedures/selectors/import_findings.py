"""What an import found and nobody has looked at yet: by kind, by procedure, beside what we hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Func
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from procedures.enums import RevisionState
from procedures.importing.findings import WORDS, Finding, Kind, read_findings
from procedures.models import ImportedRecord, Procedure, Revision
from procedures.selectors.import_sides import held, said

PAGE_SIZE: Final = 50
_LINES: Final = 12
_LENGTH: Final = 400


@dataclass(frozen=True, slots=True)
class KindRow:
    kind: str
    label: str | Promise
    count: int


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding: the words of the source, and what the catalogue holds in that place."""

    finding: Finding
    label: str | Promise
    said: tuple[str, ...]
    held: tuple[str, ...]
    reviewed_by: str
    reviewed_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.finding.needs_review and self.reviewed_at is None


@dataclass(frozen=True, slots=True)
class RecordPage:
    record: ImportedRecord
    procedure: Procedure
    shown: Revision | None
    rows: tuple[FindingRow, ...]
    # The draft that the import left beside what people had edited, and the people's own.
    left: Revision | None
    working: Revision | None


def count_kinds() -> list[KindRow]:
    """Return each kind that still waits somewhere, with how many procedures, most first."""
    counted = (
        ImportedRecord.objects.filter(needs_review=True)
        .annotate(kind=Func(F("open_kinds"), function="unnest"))
        .values_list("kind")
        .annotate(number=Count("pk"))
        .order_by("-number", "kind")
    )
    known = set(Kind)
    return [KindRow(kind, WORDS[Kind(kind)], number) for kind, number in counted if kind in known]


def list_records(*, kind: str, page: str) -> Page[ImportedRecord]:
    """Return one page of the records that wait, of one kind or of all."""
    waiting = ImportedRecord.objects.filter(needs_review=True)
    if kind in set(Kind):
        waiting = waiting.filter(open_kinds__contains=[kind])
    rows = waiting.defer("source").select_related("procedure__field").order_by("procedure__code")
    return Paginator(rows, PAGE_SIZE).get_page(page)


def open_findings(record: ImportedRecord, *, kind: str) -> list[str]:
    """Return in a few words what waits in a record, for its line in the list."""
    return [
        f"{WORDS[one.kind]}: {_short(one.was)}" if one.was else str(WORDS[one.kind])
        for one in read_findings(record.findings)
        if one.kind in record.open_kinds and kind in {"", one.kind.value}
    ]


def list_left_drafts() -> list[Revision]:
    """Return the drafts that imports left beside procedures that people had edited."""
    return list(
        Revision.objects.filter(
            state=RevisionState.DRAFT,
            edited_by=None,
            pk__in=ImportedRecord.objects.exclude(revision=None).values("revision"),
        )
        .select_related("procedure")
        .order_by("procedure__code")[:200]
    )


def get_record(code: str) -> RecordPage:
    """
    Return all that was found in one record.

    :raises ImportedRecord.DoesNotExist: if no import brought this code.
    """
    record = ImportedRecord.objects.select_related(
        "procedure__field", "procedure__current_revision", "revision"
    ).get(procedure__code=code)
    procedure = record.procedure
    left = record.revision
    if left is not None and (left.state != RevisionState.DRAFT or left.edited_by_id is not None):
        left = None
    shown = procedure.current_revision or left
    reviews = {
        one.digest: one for one in record.reviews.select_related("reviewed_by").order_by("pk")
    }
    rows = []
    for finding in read_findings(record.findings):
        review = reviews.get(finding.digest)
        rows.append(
            FindingRow(
                finding=finding,
                label=WORDS[finding.kind],
                said=_bounded(said(finding, record.source)),
                held=_bounded(held(finding, procedure, shown)),
                reviewed_by=review.reviewed_by.full_name if review else "",
                reviewed_at=review.reviewed_at if review else None,
            )
        )
    rows.sort(key=lambda row: not row.is_open)
    working = procedure.revisions.worked_on().first()
    return RecordPage(record, procedure, shown, tuple(rows), left, working)


def _bounded(lines: Iterable[str]) -> tuple[str, ...]:
    distinct = list(dict.fromkeys(" ".join(line.split()) for line in lines))
    short = [_short(line) for line in distinct if line]
    if len(short) > _LINES:
        return (*short[:_LINES], _("… và %d dòng nữa") % (len(short) - _LINES))
    return tuple(short)


def _short(text: str) -> str:
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}…"
