"""Taking the national record into the catalogue: all or nothing, and twice changes nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from portal.core import edition
from portal.core.db import wait_in_line
from portal.core.text import fold
from procedures.enums import ProcedureState, RevisionState
from procedures.importing.findings import WORDS, Finding, Kind
from procedures.importing.records import Record, Unreadable
from procedures.importing.writing import Writing, write
from procedures.indexing import index_procedures
from procedures.models import ImportedRecord, Procedure, Revision

# One import at a time, whoever starts it; any number that nothing else takes.
IMPORT_LOCK: Final = 5_774_001


class Outcome(StrEnum):
    """What becomes of one record."""

    PUBLISHED = "published"
    DRAFTED = "drafted"
    LISTED = "listed"
    UNCHANGED = "unchanged"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Told:
    """One record in the report."""

    line: int
    code: str
    outcome: Outcome
    findings: tuple[Finding, ...]

    @property
    def needs_review(self) -> bool:
        return any(finding.needs_review for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ImportReport:
    told: tuple[Told, ...]

    @property
    def outcomes(self) -> Counter[Outcome]:
        return Counter(one.outcome for one in self.told)

    @property
    def kinds(self) -> Counter[Kind]:
        """How many records have each defect."""
        return Counter(
            kind for one in self.told for kind in {finding.kind for finding in one.findings}
        )


class UnreadableFile(Exception):
    """Some lines are no records, or two say different things of one code; nothing was stored."""

    def __init__(self, lines: Iterable[Unreadable]) -> None:
        self.lines = tuple(lines)
        super().__init__(f"{len(self.lines)} unreadable lines")


class _DryRun(Exception):
    """Takes back what was written for a look."""


def import_records(
    read: Iterable[Record | Unreadable], *, at: datetime, dry_run: bool = False
) -> ImportReport:
    """
    Store the records of a file, all in one transaction, or only say what would be stored.

    :raises UnreadableFile: naming every line that stops the import.
    """
    records = _settle(read)
    report: list[Told] = []
    with suppress(_DryRun):
        _store(records, report, at=at, dry_run=dry_run)
    return ImportReport(tuple(report))


def describe_kind(kind: Kind) -> str:
    return str(WORDS[kind])


@transaction.atomic(durable=True)
def _store(records: list[Record], report: list[Told], *, at: datetime, dry_run: bool) -> None:
    wait_in_line(IMPORT_LOCK)
    writings: list[Writing] = []
    for record, outcome, writing in _plan(records):
        report.append(Told(record.line, record.code, outcome, record.findings))
        if writing is not None:
            writings.append(writing)
    index_procedures(write(writings, at=at))
    if writings:
        edition.renew_on_commit()
    if dry_run:
        # Written and taken back: what the database refuses is found by a dry run as well.
        raise _DryRun


def _settle(read: Iterable[Record | Unreadable]) -> list[Record]:
    """Return one record a code, each knowing the codes that share its name."""
    wrong: list[Unreadable] = []
    by_code: dict[str, Record] = {}
    for one in read:
        if isinstance(one, Unreadable):
            wrong.append(one)
            continue
        twin = by_code.get(one.code)
        if twin is None:
            by_code[one.code] = one
        elif bool(twin.suffix) == bool(one.suffix):
            wrong.append(
                Unreadable(one.line, f"mã {one.code} đã có ở dòng {twin.line} của tệp này")
            )
        else:
            kept, gone = (twin, one) if one.suffix else (one, twin)
            told = Finding(Kind.DELETED_TWIN, "code", f"dòng {gone.line}: {gone.name}")
            by_code[one.code] = replace(kept, findings=(*kept.findings, told))
    if wrong:
        raise UnreadableFile(wrong)
    records = sorted(by_code.values(), key=lambda record: record.line)
    names: dict[str, list[str]] = {}
    for record in records:
        names.setdefault(fold(record.name), []).append(record.code)
    return [_with_namesakes(record, names[fold(record.name)]) for record in records]


def _with_namesakes(record: Record, codes: list[str]) -> Record:
    others = ", ".join(code for code in codes if code != record.code)
    if not others:
        return record
    shared = Finding(Kind.SHARED_NAME, "name", others)
    return replace(record, findings=(*record.findings, shared))


def _plan(records: list[Record]) -> Iterator[tuple[Record, Outcome, Writing | None]]:
    codes = [record.code for record in records]
    procedures = {
        procedure.code: procedure
        for procedure in Procedure.objects.locked().filter(code__in=codes).order_by("pk")
    }
    ids = [procedure.pk for procedure in procedures.values()]
    imported = {
        one.procedure_id: one
        for one in ImportedRecord.objects.filter(procedure__in=ids).defer("source")
    }
    revisions: dict[int, list[Revision]] = {}
    for revision in Revision.objects.filter(procedure__in=ids).only(
        "pk", "procedure_id", "number", "state", "edited_by_id"
    ):
        revisions.setdefault(revision.procedure_id, []).append(revision)
    for record in records:
        procedure = procedures.get(record.code)
        if procedure is None:
            outcome = Outcome.PUBLISHED if record.content else Outcome.LISTED
            yield record, outcome, Writing(record, None, None, is_published=True)
            continue
        known = imported.get(procedure.pk)
        if known is not None and known.content_hash == record.content_hash:
            yield record, Outcome.UNCHANGED, None
            continue
        yield _change(record, procedure, known, revisions.get(procedure.pk, []))


def _change(
    record: Record,
    procedure: Procedure,
    known: ImportedRecord | None,
    revisions: list[Revision],
) -> tuple[Record, Outcome, Writing | None]:
    if procedure.state == ProcedureState.REPEALED:
        # A person has said so, under a decision; the source is only slower.
        return record, Outcome.LEFT, None
    if record.content is None:
        kept = Writing(record, procedure, known, keeps_content=bool(revisions))
        return record, Outcome.LEFT if revisions else Outcome.LISTED, kept
    last = max((revision.number for revision in revisions), default=0)
    own = known.revision_id if known else None
    stands = [one for one in revisions if one.state != RevisionState.SUPERSEDED]
    is_edited = any(one.pk != own or one.edited_by_id is not None for one in stands)
    # The draft that an earlier import left, and that nobody has touched since, gives way.
    stale = next(
        (
            one.pk
            for one in stands
            if one.pk == own and one.state == RevisionState.DRAFT and one.edited_by_id is None
        ),
        None,
    )
    is_draft_only = stale is not None and procedure.current_revision_id is None
    published = not is_edited or (is_draft_only and len(stands) == 1)
    writing = Writing(
        record, procedure, known, number=last + 1, is_published=published, replaces=stale
    )
    return record, Outcome.PUBLISHED if published else Outcome.DRAFTED, writing
