"""
Taking documents into the catalogue: all or nothing, and never straight before the public.

What a document changes becomes a draft that people review; a new code is listed with a draft.
Importing the same twice changes nothing.
"""

import io
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from portal.core import edition
from portal.core.db import requires_transaction, wait_in_line
from portal.core.files import UnsafeFile, delete_stored, inspect_upload, store_bytes
from portal.core.files.kinds import EXTENSION, MIME
from procedures.enums import ProcedureState
from procedures.exchange.columns import Row, WrongValue
from procedures.exchange.dumping import (
    dump,
    dump_revision,
    hash_stored,
    with_content,
    with_parts,
)
from procedures.exchange.given import Given
from procedures.exchange.loading import (
    Kept,
    WorkflowInTheWay,
    fill,
    find_field,
    find_or_draft_workflow,
)
from procedures.exchange.offering import Offering
from procedures.exchange.package import Package
from procedures.exchange.report import Line, Outcome, Refusal, Report
from procedures.exchange.shape import WrongShape
from procedures.exchange.telling import differing_parts, kept_words
from procedures.indexing import index_procedures
from procedures.models import Procedure, Revision, WorkflowVersion
from procedures.search import search_lines
from procedures.services.drafting import CODE, find_working
from procedures.services.importing import IMPORT_LOCK

logger = logging.getLogger(__name__)


class CatalogueMoved(Exception):
    """The file would do something else by now than what was checked; `report` says what."""

    def __init__(self, report: Report) -> None:
        super().__init__("the catalogue has changed since the check")
        self.report = report


class _TakeBack(Exception):
    """Ends the transaction of a dry run, or of one that must not stay."""


def take(
    given: Iterable[Given],
    *,
    package: Package | None,
    by: User,
    at: datetime,
    dry_run: bool,
    expected: str = "",
    confirmed_by: User | None = None,
    on_kept: Callable[[], None] | None = None,
) -> Report:
    """
    Store what a file gives, all in one transaction, or only say what would be stored.

    :param by: who brought the file in: the author of its drafts, who does not publish them.
    :param expected: the digest of the report that was confirmed.
    :param confirmed_by: who decides on the offers that it gives.
    :param on_kept: called inside the transaction once all is stored.
    :raises UnreadablePackage: if the file turns out to be damaged.
    :raises CatalogueMoved: if the report is another by now, or a line cannot be taken; nothing is
        stored then.
    """
    taking = _Taking(package=package, by=by, at=at, dry_run=dry_run, confirmed_by=confirmed_by)
    try:
        with suppress(_TakeBack):
            _store(taking, given, expected=expected, on_kept=on_kept)
    except BaseException:
        taking.forget_files()
        raise
    report = Report(tuple(taking.lines))
    if not dry_run and not taking.is_kept:
        taking.forget_files()
        raise CatalogueMoved(report)
    return report


@transaction.atomic(durable=True)
def _store(
    taking: "_Taking",
    given: Iterable[Given],
    *,
    expected: str,
    on_kept: Callable[[], None] | None,
) -> None:
    wait_in_line(IMPORT_LOCK)
    seen: dict[str, int] = {}
    for one in given:
        if one.code and one.code in seen:
            words = _("mã này đã có ở dòng %d của tệp") % seen[one.code]
            taking.tell(one, Outcome.REFUSED, words)
            continue
        seen[one.code] = one.line
        taking.take_one(one)
    index_procedures(taking.listed)
    if taking.listed or taking.gave_offers:
        edition.renew_on_commit()
    report = Report(tuple(taking.lines))
    if taking.dry_run or not report.is_clean or report.digest != expected:
        # Written and taken back: what the database refuses is found by a dry run as well.
        raise _TakeBack
    if on_kept is not None:
        on_kept()
    taking.is_kept = True


class _Taking:
    """One run over a file: what it writes, and what it says of each line."""

    def __init__(
        self,
        *,
        package: Package | None,
        by: User,
        at: datetime,
        dry_run: bool,
        confirmed_by: User | None,
    ) -> None:
        self.package, self.by, self.at, self.dry_run = package, by, at, dry_run
        self.confirmed_by = confirmed_by
        self.lines: list[Line] = []
        self.listed: list[int] = []
        self.stored: list[str] = []
        self.gave_offers = False
        self.is_kept = False
        self.units: dict[str, Unit] = {unit.key: unit for unit in Unit.objects.all()}
        self.units |= {unit.code: unit for unit in self.units.values() if unit.code}

    def tell(
        self,
        one: Given,
        outcome: Outcome,
        *words: str,
        offers_for: Iterable[int | None] = (),
    ) -> None:
        told = (*one.notes, *words)
        self.lines.append(Line(one.line, one.code, one.name, outcome, told, tuple(offers_for)))

    def forget_files(self) -> None:
        """Remove from the store what no row will name."""
        while self.stored:
            delete_stored(self.stored.pop())

    @requires_transaction
    def take_one(self, one: Given) -> None:
        try:
            with transaction.atomic():
                self._take(one)
        except (Refusal, WrongShape, WrongValue) as refusal:
            self.tell(one, Outcome.REFUSED, str(refusal))
        except ValidationError as error:
            self.tell(one, Outcome.REFUSED, "; ".join(error.messages)[:500])
        except (DatabaseError, ValueError, OverflowError):
            # What the database says is in its own language, and for whoever runs the portal.
            logger.exception("catalogue-files.line-refused line=%s code=%s", one.line, one.code)
            said = _("hệ thống không ghi được dòng này; lý do nằm trong nhật ký của hệ thống")
            self.tell(one, Outcome.REFUSED, said)

    def _take(self, one: Given) -> None:
        procedure = with_content(Procedure.objects.locked()).filter(code=one.code).first()
        known = dump(procedure) if procedure else None
        document = one.make(known)
        if procedure is None:
            self._take_new(one, document)
            return
        if procedure.state == ProcedureState.REPEALED:
            same = known == document
            self.tell(
                one,
                Outcome.UNCHANGED if same else Outcome.LEFT,
                *([] if same else [_("thủ tục đã bãi bỏ ở đây: giữ nguyên")]),
            )
            return
        words = self._take_revision(procedure, document["revision"])
        words += self._take_workflows(procedure, document)
        offers, offers_for = self._take_offers(procedure, document)
        outcome = Outcome.CHANGED if words or offers else Outcome.UNCHANGED
        self.tell(
            one,
            outcome,
            *words,
            *offers,
            *kept_words(procedure, document),
            offers_for=offers_for,
        )

    def _take_new(self, one: Given, document: Row) -> None:
        if document["state"] == ProcedureState.REPEALED:
            self.tell(one, Outcome.LEFT, _("thủ tục đã bãi bỏ ở nơi xuất"))
            return
        if not CODE.fullmatch(document["code"]):
            raise Refusal(_("mã thủ tục không đúng dạng, ví dụ 1.001193"))
        field = find_field(document["field"])
        procedure = Procedure.objects.create(
            code=document["code"],
            name=document["name"],
            field=field,
            tiers=document["tiers"],
            search_text=search_lines([document["name"], field.name, document["code"]]),
        )
        self.listed.append(procedure.pk)
        words = self._take_revision(procedure, document["revision"])
        words += self._take_workflows(procedure, document)
        offers, offers_for = self._take_offers(procedure, document)
        self.tell(one, Outcome.NEW, *words, *offers, offers_for=offers_for)

    def _take_revision(self, procedure: Procedure, given: Row | None) -> list[str]:
        """Write what a document says as a draft, unless it is known; tell what differs."""
        if given is None:
            return []
        current = procedure.current_revision
        before = dump_revision(current) if current else None
        if before == given:
            return []
        working = find_working(procedure)
        if working is not None:
            held = dump_revision(with_parts(Revision.objects.all()).get(pk=working.pk))
            if held == given:
                return []
            raise Refusal(
                _("đang có bản nháp khác của %s: công bố hoặc bỏ bản đó rồi nhập lại")
                % (working.edited_by.full_name if working.edited_by else "")
            )
        last = procedure.revisions.aggregate(last=Max("number"))["last"] or 0
        draft = Revision.objects.create(
            procedure=procedure,
            number=last + 1,
            name=given["name"],
            based_on=current,
            edited_by=self.by,
            edited_at=self.at,
        )
        fill(draft, given, self._files(procedure, given))
        if before is None:
            return [_("nội dung vào bản nháp")]
        return [_("đổi: %s") % ", ".join(differing_parts(before, given))]

    def _take_workflows(self, procedure: Procedure, document: Row) -> list[str]:
        added = [given for given in document["workflows"] if self._workflow(procedure, given)[1]]
        return [_("quy trình nội bộ vào bản nháp, công bố riêng")] if added else []

    def _workflow(self, procedure: Procedure, given: Row) -> tuple[WorkflowVersion, bool]:
        try:
            return find_or_draft_workflow(procedure, given, by=self.by, at=self.at)
        except WorkflowInTheWay as error:
            raise Refusal(
                _("đang có bản nháp quy trình khác: công bố hoặc bỏ bản đó rồi nhập lại")
            ) from error

    def _take_offers(
        self, procedure: Procedure, document: Row
    ) -> tuple[list[str], list[int | None]]:
        workflows = {
            place: workflow
            for place, given in enumerate(document["workflows"], start=1)
            # What runs on a draft gets its workflow when that is published.
            if (workflow := self._workflow(procedure, given)[0]).published_at is not None
        }
        offering = Offering(procedure, workflows, self.units, by=self.confirmed_by, at=self.at)
        added = offering.add_missing(document["offers"])
        self.gave_offers |= bool(added)
        return [words for words, _whom in added], [whom for _words, whom in added]

    def _files(self, procedure: Procedure, given: Row) -> dict[str, Kept]:
        """Return where each printable form is kept, storing what only the file holds."""
        wanted = {one["sha256"]: one for one in given["printable_forms"]}
        files: dict[str, Kept] = {}
        if wanted and procedure.current_revision:
            for form in procedure.current_revision.printable_forms.all():
                sha256 = hash_stored(form.storage_key)
                files[sha256] = Kept(form.storage_key, form.mime, form.size, form.pages)
        for sha256, one in wanted.items():
            if sha256 not in files:
                files[sha256] = self._store_file(one)
        return files

    def _store_file(self, given: Row) -> Kept:
        data = self.package.file(given["sha256"]) if self.package else None
        if data is None:
            raise Refusal(_("thiếu tệp của biểu mẫu “%s”: dùng gói .zip có đủ tệp") % given["name"])
        extension = {mime: EXTENSION[kind] for kind, mime in MIME.items()}.get(given["mime"], "pdf")
        try:
            facts = inspect_upload(io.BytesIO(data), f"{given['key']}.{extension}")
        except UnsafeFile as unsafe:
            raise Refusal(f"{given['name']}: {unsafe.sentence}") from unsafe
        if self.dry_run:
            return Kept("", facts.mime, facts.size, facts.pages)
        key = store_bytes(data)
        self.stored.append(key)
        return Kept(key, facts.mime, facts.size, facts.pages)
