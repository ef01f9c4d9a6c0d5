"""The papers of a draft, and the printable forms that some of them begin as."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core.db import requires_transaction
from portal.core.files import Kind, UnsafeFile, delete_stored, inspect_upload, store_bytes
from procedures import printing
from procedures.enums import PaperSource
from procedures.models import Paper, PrintableForm, Revision
from procedures.services.drafting import NO_PAGE, PageMark
from procedures.services.parts import (
    NeedsConsent,
    RowProblem,
    RowsRefused,
    settle_keys,
    store_rows,
    take_up,
)

_TAKEN: Final = (Kind.PDF, Kind.DOCX)


class NoForm(Exception):
    """The draft has no e-form of its own."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    key: str
    name: str
    plain_name: str
    case_keys: tuple[str, ...]
    originals: int
    copies: int
    is_mandatory: bool
    condition: str
    hint: str
    source: str
    reuse_key: str
    must_be_signed: bool


@dataclass(frozen=True, slots=True)
class Papers:
    papers: tuple[PaperRow, ...]


@dataclass(frozen=True, slots=True)
class FormFile:
    """A file in the store that becomes a printable form."""

    storage_key: str
    mime: str
    size: int
    pages: int | None


@dataclass(frozen=True, slots=True)
class FormRow:
    """A printable form: `file` is a new one, None where the stored one stays."""

    key: str
    name: str
    # The key of the paper that it becomes, "" for none.
    paper_key: str
    file: FormFile | None = None


@dataclass(frozen=True, slots=True)
class Forms:
    forms: tuple[FormRow, ...]


def read_papers(revision: Revision) -> Papers:
    """Return what a revision says of this part, as it is saved."""
    return Papers(tuple(_row(paper) for paper in revision.papers.all()))


def read_forms(revision: Revision) -> Forms:
    """Return what a revision says of this part, as it is saved."""
    return Forms(
        tuple(
            FormRow(form.key, form.name, form.paper.key if form.paper else "")
            for form in revision.printable_forms.select_related("paper")
        )
    )


@transaction.atomic(durable=True)
def save_papers(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Papers,
    page: PageMark = NO_PAGE,
    agreed: Collection[str] = (),
) -> int:
    """
    Save the papers of a draft in their order; return the draft's version.

    The form of a paper that is taken away stays, and belongs to none.

    :param agreed: the keys of the papers whose forms may be left alone.
    :raises NeedsConsent: if forms would be left alone without that.
    :raises RowsRefused: if a row names a case that the draft has not.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: read_papers(stored) == data,
    )
    if changes:
        _write_papers(revision, data.papers, agreed=frozenset(agreed))
    return revision.version


@transaction.atomic(durable=True)
def save_forms(
    *,
    revision_id: int,
    version: int,
    editor: User,
    at: datetime,
    data: Forms,
    page: PageMark = NO_PAGE,
) -> int:
    """
    Save the printable forms of a draft in their order, new files included.

    Return the draft's version.

    A file that another one replaces stays in the store: what is published may still hand it out.

    :raises RowsRefused: if a new row has no file, or a row names a paper that the draft has not.
    :raises NotEditable, StaleRevision: as lock_for_edit.
    """
    revision, changes = take_up(
        revision_id=revision_id,
        version=version,
        page=page,
        editor=editor,
        at=at,
        is_same=lambda stored: read_forms(stored) == data,
    )
    if changes:
        _write_forms(revision, data.forms)
    return revision.version


def take_form_file(file: BinaryIO, *, name: str) -> FormFile:
    """
    Look at an uploaded file, and keep it when it may become a printable form.

    :raises UnsafeFile: with the sentence for whoever sent it.
    :raises StorageUnavailable: if it could not be kept.
    """
    facts = inspect_upload(file, name)
    if facts.kind not in _TAKEN:
        raise UnsafeFile(
            _("Biểu mẫu là tệp PDF hoặc Word (.docx). Hãy lưu lại tệp này thành PDF rồi tải lên."),
            reason="extension",
        )
    file.seek(0)
    return FormFile(store_bytes(file.read()), facts.mime, facts.size, facts.pages)


def draw_blank_form(revision: Revision) -> FormFile:
    """
    Print the e-form of a draft with empty lines, to be filled in by hand.

    :raises NoForm: if the draft has no e-form of its own.
    :raises eform.definition.FormDefinitionError: if its definition does not hold.
    """
    version = revision.form_version
    if version is None:
        raise NoForm(revision.pk)
    made = printing.print_blank_form(title=version.name, definition=version.definition)
    return FormFile(made.storage_key, "application/pdf", made.size, made.pages)


def paper_of_eform(revision: Revision) -> str:
    """Return the key of the paper that the e-form becomes, "" unless there is exactly one."""
    keys = list(revision.papers.filter(source=PaperSource.EFORM).values_list("key", flat=True)[:2])
    return keys[0] if len(keys) == 1 else ""


def drop_form_files(files: Collection[FormFile]) -> None:
    """Remove files that were kept for a save that did not happen."""
    for file in files:
        delete_stored(file.storage_key)


@requires_transaction
def _write_papers(revision: Revision, rows: Sequence[PaperRow], *, agreed: frozenset[str]) -> None:
    cases = set(revision.cases.values_list("key", flat=True))
    problems = [
        RowProblem(number, "case_keys", _("Có trường hợp không còn nữa. Chọn lại."))
        for number, row in enumerate(rows)
        if not set(row.case_keys) <= cases
    ]
    if problems:
        raise RowsRefused(*problems)
    stored = list(revision.papers.all())
    keys = settle_keys(
        ((row.key, row.plain_name or row.name) for row in rows),
        known=[paper.key for paper in stored],
        plain="giay-to",
    )
    gone = [paper for paper in stored if paper.key not in keys]
    consequences = list(_left_alone(revision, gone))
    if consequences and not {paper.key for paper in gone} <= agreed:
        raise NeedsConsent(keys=[paper.key for paper in gone], consequences=consequences)
    revision.printable_forms.filter(paper__in=gone).update(paper=None)
    wanted = {
        key: _columns(row) | {"position": position}
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    }
    store_rows(stored, wanted, make=lambda key: Paper(revision=revision, key=key))


@requires_transaction
def _write_forms(revision: Revision, rows: Sequence[FormRow]) -> None:
    papers = {paper.key: paper for paper in revision.papers.all()}
    stored = list(revision.printable_forms.select_related("paper"))
    known = [form.key for form in stored]
    keys = settle_keys(((row.key, row.name) for row in rows), known=known, plain="bieu-mau")
    problems = []
    for number, (key, row) in enumerate(zip(keys, rows, strict=True)):
        if row.paper_key and row.paper_key not in papers:
            problems.append(
                RowProblem(number, "paper_key", _("Giấy tờ này không còn. Chọn giấy tờ khác."))
            )
        if row.file is None and key not in known:
            problems.append(RowProblem(number, "file", _("Chọn tệp của biểu mẫu này.")))
    if problems:
        raise RowsRefused(*problems)
    wanted = {
        key: {"name": row.name, "paper": papers.get(row.paper_key), "position": position}
        | (asdict(row.file) if row.file else {})
        for position, (key, row) in enumerate(zip(keys, rows, strict=True))
    }
    store_rows(stored, wanted, make=lambda key: PrintableForm(revision=revision, key=key))


def _left_alone(revision: Revision, gone: Sequence[Paper]) -> Iterator[str]:
    for form in revision.printable_forms.filter(paper__in=gone).select_related("paper"):
        yield _(
            "Biểu mẫu “%(form)s” vẫn còn, nhưng không gắn với giấy tờ nào nữa (“%(paper)s”)."
        ) % {
            "form": form.name,
            "paper": form.paper,
        }


def _columns(row: PaperRow) -> dict[str, Any]:
    said = asdict(row) | {"case_keys": list(row.case_keys)}
    del said["key"]
    return said


def _row(paper: Paper) -> PaperRow:
    said = {name: getattr(paper, name) for name in PaperRow.__dataclass_fields__}
    return PaperRow(**said | {"case_keys": tuple(paper.case_keys)})
