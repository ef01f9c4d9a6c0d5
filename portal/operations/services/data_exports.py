"""Copies of one's data: made by a worker, fetched with the password, gone in a day."""

import hashlib
import io
import json
import logging
import zipfile
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import User
from accounts.security import SecurityEventKind
from accounts.services import security
from accounts.services.contacts import require_password
from portal.core.files import FileDamaged, delete_stored, read_stored, store_bytes
from portal.core.wakeups import wake
from portal.operations import policies
from portal.operations.models import DataExport
from portal.operations.services import data_content, data_notices

logger = logging.getLogger(__name__)

WAKE_COPIER: Final = "portal.operations.tasks.make_data_copies"
LEASE: Final = timedelta(minutes=30)


class EnoughCopies(Exception):
    """One is being made already, or the day's number is used up."""


class CopyAbsent(Exception):
    """There is no such copy of this person, or it is not there any more."""


@transaction.atomic(durable=True)
def ask_copy(*, user: User, at: datetime) -> DataExport:
    """
    Ask for a copy of all one's data.

    :raises EnoughCopies: if one is being made, or three were asked for within a day.
    """
    since = at - timedelta(days=1)
    if user.data_exports.filter(requested_at__gt=since).count() >= policies.EXPORTS_A_DAY:
        raise EnoughCopies
    try:
        with transaction.atomic():
            export = DataExport.objects.create(user=user, requested_at=at, due_at=at)
    except IntegrityError as error:
        raise EnoughCopies from error
    security.record(SecurityEventKind.DATA_COPY_ASKED, at=at, user=user)
    wake(WAKE_COPIER)
    return export


def make_due(*, at: datetime) -> int:
    """Make the copies that wait, one after the other; return how many."""
    made = 0
    while (export := claim_next(at=at)) is not None:
        try:
            _make(export, at=at)
        except Exception:
            # Whatever it is, the others' copies must still be made; this one comes again.
            logger.exception("data-copies.retry-later attempts=%d", export.attempts)
        else:
            made += 1
    return made


@transaction.atomic(durable=True)
def claim_next(*, at: datetime) -> DataExport | None:
    """Take the copy that waits longest, for this worker alone and only for a while."""
    export = (
        DataExport.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(ready_at=None, due_at__lte=at)
        .order_by("due_at")
        .first()
    )
    if export is not None:
        export.attempts += 1
        export.due_at = at + LEASE
        export.save(update_fields=["attempts", "due_at"])
    return export


def remove_expired(*, at: datetime) -> int:
    """Remove the files of copies whose day is over; return how many."""
    gone = list(DataExport.objects.filter(expires_at__lte=at).exclude(storage_key="")[:500])
    for export in gone:
        delete_stored(export.storage_key)
        _forget(export)
    return len(gone)


@sensitive_variables("password")
def open_copy(
    *, export_id: UUID, user: User, password: str, client: str, at: datetime
) -> tuple[DataExport, bytes]:
    """
    Hand a copy to its owner, who proves to be there by the password.

    :raises CopyAbsent: if it is another's, not ready, or its day is over.
    :raises WrongPassword: if the password is wrong.
    :raises TooManyRequests: after too many wrong ones.
    """
    export = find_copy(export_id=export_id, user=user, at=at)
    require_password(user, password, client=client, at=at)
    try:
        data = read_stored(export.storage_key, sha256=export.sha256)
    except FileDamaged as error:
        raise CopyAbsent from error
    _note_fetched(export, at=at)
    return export, data


def find_copy(*, export_id: UUID, user: User, at: datetime) -> DataExport:
    """
    Return a copy that can be fetched now.

    :raises CopyAbsent: if it is another's, not ready, or its day is over.
    """
    export: DataExport | None = DataExport.objects.filter(pk=export_id, user=user).first()
    if export is None or not export.is_live(at=at):
        raise CopyAbsent
    return export


def build(user: User, *, at: datetime) -> bytes:
    """Return the zip: du-lieu.json, the files that people gave or were given, and what is what."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        content = {"made_at": at.isoformat(), "data": data_content.collect(user.pk)}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        archive.writestr("du-lieu.json", text)
        left_out = []
        for file in data_content.files_of(user.pk):
            name = f"tep/{file.pk}-{file.name}"
            if not file.is_viewable:
                left_out.append(name)
                continue
            try:
                archive.writestr(name, read_stored(file.storage_key, sha256=file.sha256))
            except FileDamaged:
                left_out.append(name)
        archive.writestr("doc-truoc.txt", _read_me(left_out))
    return packed.getvalue()


def _make(export: DataExport, *, at: datetime) -> None:
    data = build(export.user, at=at)
    key = store_bytes(data)
    try:
        _settle(export, key=key, data=data, at=at)
    except Exception:
        delete_stored(key)
        raise


@transaction.atomic(durable=True)
def _settle(export: DataExport, *, key: str, data: bytes, at: datetime) -> None:
    export.storage_key, export.size = key, len(data)
    export.sha256 = hashlib.sha256(data).hexdigest()
    export.ready_at, export.expires_at = at, at + policies.EXPORT_LIVES
    export.save()
    data_notices.tell_of_copy(export, at=at)


@transaction.atomic(durable=True)
def _forget(export: DataExport) -> None:
    DataExport.objects.filter(pk=export.pk).update(storage_key="", sha256="", size=0)


@transaction.atomic(durable=True)
def _note_fetched(export: DataExport, *, at: datetime) -> None:
    DataExport.objects.filter(pk=export.pk).update(downloaded_at=at)
    security.record(SecurityEventKind.DATA_COPY_FETCHED, at=at, user=export.user)


def _read_me(left_out: list[str]) -> str:
    lines = [
        _("Bản sao dữ liệu cá nhân của ông/bà trên Cổng Dịch vụ công."),
        _("du-lieu.json: mọi dòng dữ liệu cổng lưu về ông/bà, theo từng bảng."),
        _("tep/: giấy tờ ông/bà đã gửi, giấy và kết quả cơ quan đã cấp."),
        _("Không có trong bản sao: mật khẩu, mã bí mật, tên cán bộ đã thao tác."),
        _("Tệp chứa dữ liệu nhạy cảm: giữ ở nơi chỉ ông/bà mở được, xóa khi không cần nữa."),
    ]
    if left_out:
        lines += ["", _("Tệp không kèm theo vì chưa quét xong, không an toàn hoặc hỏng:")]
        lines += left_out
    return "\r\n".join(lines) + "\r\n"
