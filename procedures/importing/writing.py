"""Rows of imported records, written in bulk inside the import's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from portal.core.db import requires_transaction
from portal.core.text import fold, new_slug, sort_key
from procedures.enums import ProcedureState, RevisionState
from procedures.importing.findings import open_kinds
from procedures.importing.records import Content, Record
from procedures.levels import content_levels, with_parts
from procedures.models import (
    Case,
    FeeRule,
    Field,
    FindingReview,
    ImportedRecord,
    Paper,
    Procedure,
    ProcessingTime,
    Revision,
)
from procedures.search import search_lines

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Writing:
    """One record and what it meets: a procedure already there, and what was imported before."""

    record: Record
    procedure: Procedure | None
    known: ImportedRecord | None
    number: int = 1
    is_published: bool = False
    # The source knows only a name, the catalogue more: only the record is kept.
    keeps_content: bool = False
    # The untouched draft of an earlier import, which gives way.
    replaces: int | None = None

    @property
    def shows(self) -> bool:
        """Whether the public sees this record; a draft and a mere name change nothing there."""
        return not self.keeps_content and (self.record.content is None or self.is_published)

    @property
    def lists(self) -> bool:
        """Whether the record makes public what until now only its editors saw, under its name."""
        return self.procedure is not None and self.procedure.is_withheld

    @property
    def names(self) -> bool:
        """Whether the words of the record become the procedure's own."""
        return self.shows or self.lists


Pair = tuple[Writing, Procedure]


@requires_transaction
def write(writings: Sequence[Writing], *, at: datetime) -> list[int]:
    """Store the records and return the ids of the procedures whose public words changed."""
    fields = _fields(writings)
    Revision.objects.filter(pk__in=[one.replaces for one in writings if one.replaces]).delete()
    touched: list[int] = []
    for start in range(0, len(writings), BATCH):
        touched += _write_batch(writings[start : start + BATCH], fields, at=at)
    return touched


def _write_batch(
    writings: Sequence[Writing], fields: dict[str, Field], *, at: datetime
) -> list[int]:
    pairs = [(one, _procedure(one, fields)) for one in writings]
    Procedure.objects.bulk_create([procedure for one, procedure in pairs if one.procedure is None])
    revisions = _write_revisions(pairs, at=at)
    _write_procedures(pairs, revisions)
    _write_records(pairs, revisions, at=at)
    return [procedure.pk for one, procedure in pairs if one.names]


def _write_revisions(pairs: Sequence[Pair], *, at: datetime) -> dict[int, Revision]:
    """Store what the records say, with its parts; return it by procedure."""
    told = [(one, one.record.content, procedure) for one, procedure in pairs if one.record.content]
    Revision.objects.filter(
        procedure__in=[procedure.pk for one, _content, procedure in told if one.is_published],
        state=RevisionState.PUBLISHED,
    ).update(state=RevisionState.SUPERSEDED)
    revisions = {
        procedure.pk: _revision(one, content, procedure, at=at) for one, content, procedure in told
    }
    Revision.objects.bulk_create(revisions.values())
    _write_parts([(revisions[procedure.pk], content) for _one, content, procedure in told])
    return revisions


def _write_procedures(pairs: Sequence[Pair], revisions: Mapping[int, Revision]) -> None:
    """Let procedures say what the public sees of them from now on."""
    named = [(one, procedure) for one, procedure in pairs if one.names]
    for _one, procedure in named:
        procedure.is_withheld = False
    shown = [procedure for one, procedure in pairs if one.shows and procedure.pk in revisions]
    written = [revisions[procedure.pk].pk for procedure in shown]
    stored = with_parts(Revision.objects.filter(pk__in=written))
    levels = {revision.pk: content_levels(revision) for revision in stored}
    for procedure in shown:
        revision = revisions[procedure.pk]
        procedure.current_revision = revision
        procedure.state = ProcedureState.PUBLISHED
        procedure.content_level, procedure.paid_level = levels[revision.pk]
    # Of a new procedure only what follows from its revision is not written yet.
    Procedure.objects.bulk_update(
        shown, ["state", "current_revision", "content_level", "paid_level", "is_withheld"]
    )
    Procedure.objects.bulk_update(
        [procedure for one, procedure in named if one.procedure is not None],
        ["field", "tiers", "name", "sort_key", "folded_name", "search_text", "is_withheld"],
    )


def _write_records(
    pairs: Sequence[Pair], revisions: Mapping[int, Revision], *, at: datetime
) -> None:
    """Keep the records word for word, with what people have said of their findings."""
    reviewed = _reviewed([one for one, _procedure in pairs])
    ImportedRecord.objects.bulk_create(
        [
            _imported(
                one,
                procedure,
                revisions.get(procedure.pk),
                reviewed=reviewed.get(procedure.pk, set()),
                at=at,
            )
            for one, procedure in pairs
        ],
        update_conflicts=True,
        unique_fields=["procedure"],
        update_fields=[
            "revision", "content_hash", "source", "findings", "needs_review", "open_kinds",
            "imported_at",
        ],
    )  # fmt: skip


def _fields(writings: Sequence[Writing]) -> dict[str, Field]:
    """Return the fields by folded name; what differs only in case or accents is one."""
    known = {fold(field.name): field for field in Field.objects.all()}
    slugs = {field.slug for field in known.values()}
    for one in writings:
        name = one.record.field_name
        if fold(name) in known:
            continue
        slug = new_slug(name, taken=slugs, plain="linh-vuc", letters=56)
        slugs.add(slug)
        known[fold(name)] = Field.objects.create(slug=slug, name=name)
    return known


def _procedure(one: Writing, fields: dict[str, Field]) -> Procedure:
    """Return the procedure with the words of the record, unless the catalogue's are to stay."""
    record = one.record
    if one.procedure is not None and not one.names:
        return one.procedure
    procedure = one.procedure or Procedure(code=record.code)
    procedure.field = fields[fold(record.field_name)]
    procedure.tiers = list(record.tiers)
    procedure.name = record.name
    procedure.sort_key, procedure.folded_name = sort_key(record.name), fold(record.name)
    keywords = record.content.revision["keywords"] if record.content else []
    procedure.search_text = search_lines(
        [record.name, *keywords, procedure.field.name, procedure.code]
    )
    return procedure


def _revision(one: Writing, content: Content, procedure: Procedure, *, at: datetime) -> Revision:
    published = {"state": RevisionState.PUBLISHED, "published_at": at} if one.is_published else {}
    return Revision(procedure=procedure, number=one.number, **content.revision, **published)


def _write_parts(pairs: Sequence[tuple[Revision, Content]]) -> None:
    """Store the parts of revisions."""
    cases = {
        revision.pk: Case(
            revision=revision, key="thong-thuong", name="Thông thường", is_default=True
        )
        for revision, _content in pairs
    }
    Case.objects.bulk_create(cases.values())
    times, fees, papers = [], [], []
    for revision, content in pairs:
        case = cases[revision.pk]
        times += [ProcessingTime(case=case, **row) for row in content.times]
        fees += [FeeRule(case=case, **row) for row in content.fees]
        papers += [Paper(revision=revision, **row) for row in content.papers]
    ProcessingTime.objects.bulk_create(times, batch_size=2000)
    FeeRule.objects.bulk_create(fees, batch_size=2000)
    Paper.objects.bulk_create(papers, batch_size=2000)


def _reviewed(writings: Sequence[Writing]) -> dict[int, set[str]]:
    """Return, by procedure, the digests of findings that somebody has looked at already."""
    looked_at: dict[int, set[str]] = {}
    rows = FindingReview.objects.filter(record__in=[one.known for one in writings if one.known])
    for procedure, digest in rows.values_list("record__procedure_id", "digest"):
        looked_at.setdefault(procedure, set()).add(digest)
    return looked_at


def _imported(
    one: Writing,
    procedure: Procedure,
    revision: Revision | None,
    *,
    reviewed: set[str],
    at: datetime,
) -> ImportedRecord:
    findings = one.record.findings
    waiting = open_kinds(findings, reviewed=reviewed)
    before = one.known.revision_id if one.known is not None else None
    return ImportedRecord(
        procedure=procedure,
        revision_id=revision.pk if revision is not None else before,
        content_hash=one.record.content_hash,
        source=dict(one.record.source),
        findings=[finding.to_json() for finding in findings],
        needs_review=bool(waiting),
        open_kinds=waiting,
        imported_at=at,
    )
