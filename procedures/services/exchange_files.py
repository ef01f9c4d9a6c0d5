"""
Files brought in by editors: looked at, shown line by line, taken in once somebody confirms.

A small file is worked on at once; a large one by a worker, who sweeps for it as well.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from portal.core import wakeups
from portal.core.dates import format_moment
from portal.core.db import requires_transaction
from portal.core.files import FileDamaged, StorageUnavailable, read_stored, store_bytes
from portal.core.files.names import shown_name
from procedures.enums import ExchangeKind, ExchangeState
from procedures.exchange.given import Given, read_package
from procedures.exchange.overlays import read_list
from procedures.exchange.package import Package, UnreadablePackage
from procedures.exchange.report import Report
from procedures.exchange.workbooks import UnreadableWorkbook, read_rows
from procedures.models import CatalogueFile
from procedures.policies import NotAPublisher, OutsideAgency, find_reach
from procedures.services import exchanging

logger = logging.getLogger(__name__)

WAKE_EXCHANGE: Final = "procedures.tasks.work_on_files"
# What a request waits for; anything larger is a worker's.
SMALL_BYTES: Final = 100_000
LEASE: Final = timedelta(minutes=30)
MOST_ATTEMPTS: Final = 3
REMOVED_AT_ONCE: Final = 200
_WORKING: Final = (ExchangeState.RECEIVED, ExchangeState.CONFIRMED)


class UnreadableFile(Exception):
    """Nothing of the file can be taken; the message is for whoever chose it."""


class NoSuchFile(Exception):
    """There is no such file."""


class NotConfirmable(Exception):
    """The file waits for no confirmation, or for one of another report."""


class NeedsPublisher(Exception):
    """The file gives offers, and whoever confirms may not assign every one of them."""


class _Taken(Exception):
    """Another run was first."""


def bring_in(*, kind: ExchangeKind, name: str, data: bytes, by: User, at: datetime) -> UUID:
    """
    Keep a file and look at it, at once if it is small.

    :raises UnreadableFile: if it cannot be read at all; nothing is kept then.
    """
    is_small = len(data) <= SMALL_BYTES
    try:
        _read(kind, data)
        key = store_bytes(data)
    except (UnreadablePackage, UnreadableWorkbook) as error:
        raise UnreadableFile(str(error)) from error
    except StorageUnavailable as error:
        raise UnreadableFile(_("Chưa lưu được tệp. Hãy chờ một phút rồi chọn lại.")) from error
    file = _keep(kind=kind, name=name, data=data, key=key, by=by, at=at)
    if is_small:
        work_on(file.pk, at=at)
    return file.pk


@transaction.atomic(durable=True)
def _keep(
    *, kind: ExchangeKind, name: str, data: bytes, key: str, by: User, at: datetime
) -> CatalogueFile:
    file = CatalogueFile.objects.create(
        kind=kind,
        name=shown_name(name) or "tep",
        storage_key=key,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        uploaded_by=by,
        uploaded_at=at,
        due_at=at,
    )
    if len(data) > SMALL_BYTES:
        wakeups.wake(WAKE_EXCHANGE)
    return file


def confirm(*, file_id: UUID, report_hash: str, by: User, at: datetime) -> CatalogueFile:
    """
    Take in exactly what was checked; a second press finds it done or under way.

    :raises NoSuchFile, NotConfirmable, NeedsPublisher: as they say.
    """
    file = _confirm(file_id=file_id, report_hash=report_hash, by=by, at=at)
    if file.state == ExchangeState.CONFIRMED and file.size <= SMALL_BYTES:
        work_on(file.pk, at=at)
    return file


@transaction.atomic(durable=True)
def _confirm(*, file_id: UUID, report_hash: str, by: User, at: datetime) -> CatalogueFile:
    file = _lock(file_id)
    if file.state in {ExchangeState.CONFIRMED, ExchangeState.DONE}:
        return file
    if file.state != ExchangeState.CHECKED or file.report_hash != report_hash:
        raise NotConfirmable(file_id)
    if file.needs_publisher and not may_confirm(file, by=by, at=at):
        raise NeedsPublisher(file_id)
    file.state, file.confirmed_by, file.confirmed_at = ExchangeState.CONFIRMED, by, at
    file.due_at, file.attempts = at, 0
    file.save(update_fields=["state", "confirmed_by", "confirmed_at", "due_at", "attempts"])
    if file.size > SMALL_BYTES:
        wakeups.wake(WAKE_EXCHANGE)
    return file


@transaction.atomic(durable=True)
def drop(*, file_id: UUID, by: User, at: datetime) -> None:
    """
    Let go of a file that was checked: nothing of it is ever taken in. Twice is once.

    :raises NoSuchFile: as it says.
    :raises NotConfirmable: if somebody has confirmed it, or it is still being checked.
    """
    file = _lock(file_id)
    if file.state == ExchangeState.REFUSED:
        return
    if file.state != ExchangeState.CHECKED:
        raise NotConfirmable(file_id)
    words = _("%(name)s đã bỏ tệp này, %(moment)s. Muốn nhập thì chọn lại tệp.")
    _set_refused(file, words % {"name": by.full_name, "moment": format_moment(at)})


def may_confirm(file: CatalogueFile, *, by: User, at: datetime) -> bool:
    """Tell whether somebody may assign all the offers that a file gives, by its report."""
    if not file.needs_publisher:
        return True
    try:
        reach = find_reach(by, at=at, publishes=True)
        for unit_id in _offers_for(file):
            reach.check(unit_id)
    except (NotAPublisher, OutsideAgency):
        return False
    return True


def _offers_for(file: CatalogueFile) -> set[int | None]:
    targets = {unit_id for line in file.report for unit_id in line.get("offers_for", ())}
    # A report from before targets were noted: it may give to anybody.
    return targets or {None}


def files_to_remove(*, before: datetime) -> QuerySet[CatalogueFile]:
    """Return what nobody needs in the store any more: at its end, or waiting, since then."""
    return CatalogueFile.objects.filter(file_removed_at=None).filter(
        Q(state=ExchangeState.DONE, done_at__lt=before)
        | Q(state__in=[ExchangeState.REFUSED, ExchangeState.CHECKED], uploaded_at__lt=before)
    )


@requires_transaction
def forget_files(*, before: datetime, at: datetime) -> tuple[int, list[str]]:
    """
    Note that some files are kept no longer; return how many, and where they are in the store.

    Rows and reports stay. What nobody has confirmed by then can be confirmed no more.
    """
    due = files_to_remove(before=before).select_for_update(of=("self",), no_key=True)
    keys = []
    for file in due.order_by("uploaded_at")[:REMOVED_AT_ONCE]:
        if file.state == ExchangeState.CHECKED:
            _set_refused(file, _("Không ai xác nhận trong thời hạn lưu tệp. Hãy chọn lại tệp."))
        file.file_removed_at = at
        file.save(update_fields=["file_removed_at"])
        keys.append(file.storage_key)
    return len(keys), keys


def work_on_due(*, at: datetime) -> int:
    """Work on the files that wait, one after the other; return how many."""
    due = CatalogueFile.objects.filter(state__in=_WORKING, due_at__lte=at)
    worked = 0
    for file_id in list(due.order_by("due_at").values_list("pk", flat=True)[:20]):
        worked += work_on(file_id, at=at)
    return worked


def work_on(file_id: UUID, *, at: datetime) -> bool:
    """Check a file that was received, take in one that was confirmed; whoever is first does."""
    file = _claim(file_id, at=at)
    if file is None:
        return False
    try:
        data = read_stored(file.storage_key, sha256=file.sha256)
        given, package = _read(ExchangeKind(file.kind), data)
        if file.state == ExchangeState.RECEIVED:
            report = exchanging.take(
                given, package=package, by=file.uploaded_by, at=at, dry_run=True
            )
            _note_checked(file_id, report, at=at)
        else:
            _take(file, given, package, at=at)
    except (UnreadablePackage, UnreadableWorkbook, FileDamaged) as error:
        words = _("Tệp đã lưu bị hỏng.") if isinstance(error, FileDamaged) else str(error)
        _refuse(file_id, words)
    return True


def _take(
    file: CatalogueFile, given: Iterable[Given], package: Package | None, *, at: datetime
) -> None:
    assert file.confirmed_by is not None

    def note_done() -> None:
        """Count the one change from CONFIRMED to DONE: it commits with what was taken in."""
        done = CatalogueFile.objects.filter(pk=file.pk, state=ExchangeState.CONFIRMED).update(
            state=ExchangeState.DONE, done_at=at, due_at=None
        )
        if not done:
            raise _Taken

    try:
        exchanging.take(
            given,
            package=package,
            # Who wrote it, not who let it in: the author of a draft does not publish it.
            by=file.uploaded_by,
            confirmed_by=file.confirmed_by,
            at=at,
            dry_run=False,
            expected=file.report_hash,
            on_kept=note_done,
        )
    except exchanging.CatalogueMoved as moved:
        _note_checked(file.pk, moved.report, at=at)
    except _Taken:
        logger.info("catalogue-files.taken-already %s", file.pk)


def _read(kind: ExchangeKind, data: bytes) -> tuple[Iterable[Given], Package | None]:
    if kind == ExchangeKind.PACKAGE:
        package = Package(data)
        return read_package(package), package
    # The whole list is read here, so that a header that is not ours is said at once.
    return list(read_list(kind, read_rows(data))), None


@transaction.atomic(durable=True)
def _claim(file_id: UUID, *, at: datetime) -> CatalogueFile | None:
    file = (
        CatalogueFile.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("uploaded_by", "confirmed_by")
        .filter(pk=file_id, state__in=_WORKING, due_at__lte=at)
        .first()
    )
    if file is None:
        return None
    if file.attempts >= MOST_ATTEMPTS:
        _set_refused(file, _("Hệ thống đã thử ba lần mà chưa xong. Hãy chia tệp nhỏ hơn."))
        return None
    file.attempts += 1
    file.due_at = at + LEASE
    file.save(update_fields=["attempts", "due_at"])
    return file


@transaction.atomic(durable=True)
def _note_checked(file_id: UUID, report: Report, *, at: datetime) -> None:
    file = _lock(file_id)
    if file.state not in _WORKING:
        return
    if not report.to_json():
        _set_refused(file, _("Tệp không có dòng nào để nhập. Xem lại tệp rồi chọn lại."))
        return
    # What was confirmed was another report: it waits for a confirmation of this one.
    file.state = ExchangeState.CHECKED if report.is_clean else ExchangeState.REFUSED
    file.confirmed_by = file.confirmed_at = None
    file.report, file.report_hash = report.to_json(), report.digest
    file.needs_publisher = report.gives_offers
    file.refusal, file.checked_at, file.due_at = "", at, None
    file.save()


@transaction.atomic(durable=True)
def _refuse(file_id: UUID, words: str) -> None:
    _set_refused(_lock(file_id), words)


def _set_refused(file: CatalogueFile, words: str) -> None:
    file.state, file.refusal, file.due_at = ExchangeState.REFUSED, words, None
    file.confirmed_by = file.confirmed_at = None
    file.save(update_fields=["state", "refusal", "due_at", "confirmed_by", "confirmed_at"])


def _lock(file_id: UUID) -> CatalogueFile:
    file = (
        CatalogueFile.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=file_id)
        .first()
    )
    if file is None:
        raise NoSuchFile(file_id)
    return file
