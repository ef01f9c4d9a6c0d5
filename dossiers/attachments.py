"""Files of citizens: looked at, kept, counted against the quotas, shown as pictures."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from dossiers.enums import ScanState
from dossiers.models import StoredFile
from portal.core import files
from portal.core.dates import to_local
from portal.core.db import requires_transaction

MEBIBYTE: Final = 1024 * 1024
MAX_FILES: Final = 20
MAX_TOTAL: Final = 50 * MEBIBYTE
MAX_A_DAY: Final = 500 * MEBIBYTE
ACCEPT: Final = ".pdf,.jpg,.jpeg,.png"
_PNG_END: Final = b"IEND\xaeB`\x82"


class UploadRefused(Exception):
    """The file was not taken; `sentence` says what happened, what is safe and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def look_at(upload: BinaryIO, name: str) -> tuple[files.Inspected, bytes]:
    """
    Inspect an upload and return the facts with the bytes.

    :raises UploadRefused: if it is not to be kept.
    """
    try:
        facts = files.inspect_upload(upload, name)
    except files.UnsafeFile as error:
        raise UploadRefused(error.sentence) from error
    upload.seek(0)
    return facts, upload.read(files.MAX_BYTES + 1)


def keep(data: bytes) -> str:
    """
    Store the bytes under a random key.

    :raises UploadRefused: if the store cannot take them whole.
    """
    try:
        return files.store_bytes(data)
    except files.StorageUnavailable as error:
        raise UploadRefused(
            _(
                "Kho tệp đang gặp trục trặc nên chưa nhận được tệp này. Các tệp đã gửi vẫn còn "
                "nguyên. Vui lòng gửi lại sau ít phút."
            )
        ) from error


@requires_transaction
def record(facts: files.Inspected, storage_key: str, *, by: User, at: datetime) -> StoredFile:
    """Note a kept file; without a scanner it stays unscanned, else in quarantine."""
    return StoredFile.objects.create(
        storage_key=storage_key,
        sha256=facts.sha256,
        size=facts.size,
        kind=facts.kind,
        mime=facts.mime,
        name=facts.safe_name,
        pages=facts.pages,
        scan_state=ScanState.QUARANTINED if settings.SCANNER_URL else ScanState.UNSCANNED,
        uploaded_by=by,
        created_at=at,
    )


@requires_transaction
def require_room(present: Iterable[StoredFile], size: int, *, by: User, at: datetime) -> None:
    """
    Refuse a file beyond the quotas of one dossier or of one person and day.

    The caller has locked what the files hang on and the person's row.

    :raises UploadRefused: if there is no room.
    """
    sizes = [file.size for file in present]
    if len(sizes) >= MAX_FILES:
        raise UploadRefused(
            _(
                "Hồ sơ đã có %(limit)d tệp, là số tệp tối đa. Các tệp đã gửi vẫn còn nguyên. "
                "Ghép nhiều trang vào một tệp PDF, hoặc bỏ bớt tệp không cần rồi gửi lại."
            )
            % {"limit": MAX_FILES}
        )
    if sum(sizes) + size > MAX_TOTAL:
        raise UploadRefused(
            _(
                "Các tệp của hồ sơ này cộng lại không được quá %(limit)d MB. Các tệp đã gửi vẫn "
                "còn nguyên. Quét lại ở độ phân giải thấp hơn hoặc nén tệp rồi gửi lại."
            )
            % {"limit": MAX_TOTAL // MEBIBYTE}
        )
    start = to_local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    today = StoredFile.objects.filter(
        uploaded_by=by, created_at__gte=start, created_at__lt=start + timedelta(days=1)
    ).aggregate(total=Sum("size"))["total"]
    if (today or 0) + size > MAX_A_DAY:
        raise UploadRefused(
            _(
                "Hôm nay tài khoản này đã gửi đủ %(limit)d MB tệp. Các tệp đã gửi vẫn còn nguyên. "
                "Vui lòng gửi tiếp vào ngày mai, hoặc mang giấy tờ đến quầy."
            )
            % {"limit": MAX_A_DAY // MEBIBYTE}
        )


def preview_png(file: StoredFile, *, page: int) -> bytes:
    """
    Return one page as PNG, made once and kept beside the file.

    :raises files.PreviewFailed: if there is no such page, or it cannot be drawn.
    :raises files.FileDamaged: if the file is no longer what was stored.
    """
    if page < 1 or page > (file.pages or 1):
        raise files.PreviewFailed(f"no page {page}")
    key = f"previews/{file.pk.hex[:2]}/{file.pk.hex}-{page}.png"
    if default_storage.exists(key):
        with default_storage.open(key) as kept:
            picture: bytes = kept.read()
        # Another process may still be writing it: such a picture has no end.
        if picture.endswith(_PNG_END):
            return picture
    data = files.read_stored(file.storage_key, sha256=file.sha256)
    picture = files.render_preview(data, file.kind, page)
    saved = default_storage.save(key, ContentFile(picture))
    if saved != key:
        default_storage.delete(saved)
    return picture


def size_text(size: int) -> str:
    """Write a size: "1,2 MB", "45 KB"."""
    if size >= MEBIBYTE:
        return f"{size / MEBIBYTE:.1f} MB".replace(".", ",")
    return f"{max(1, round(size / 1024))} KB"
