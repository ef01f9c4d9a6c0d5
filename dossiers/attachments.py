"""Files of citizens: looked at, kept, counted against the quotas, described, shown as pictures."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import BinaryIO, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.db.models import Sum
from django.utils.translation import gettext as _, ngettext

from accounts.models import User
from dossiers.enums import ScanState
from dossiers.models import Dossier, DossierPaper, PaperBundle, StoredFile
from portal.core import files, wakeups
from portal.core.dates import to_local
from portal.core.db import requires_transaction

MEBIBYTE: Final = 1024 * 1024
MAX_FILES: Final = 20
MAX_TOTAL: Final = 50 * MEBIBYTE
MAX_A_DAY: Final = 500 * MEBIBYTE
ACCEPT: Final = files.ACCEPT
WAKE_SCANNER: Final = "dossiers.tasks.scan_files"
WAKE_COMBINER: Final = "dossiers.tasks.combine_photos"
_PNG_END: Final = b"IEND\xaeB`\x82"


class UploadRefused(Exception):
    """The file was not taken; `sentence` says what happened, what is safe and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def look_at(upload: BinaryIO, name: str) -> tuple[files.Received, ...]:
    """
    Inspect an upload and return what it brings: one file, or every paper of a .zip.

    :raises UploadRefused: if any of it is not to be kept.
    """
    try:
        return files.receive_upload(upload, name)
    except files.UnsafeFile as error:
        raise UploadRefused(error.sentence) from error


def look_at_result(upload: BinaryIO, name: str) -> files.Received:
    """
    Inspect a signed result: one file whose pages can be shown.

    :raises UploadRefused: if it is not to be kept, or is a Word file or an archive.
    """
    try:
        facts = files.inspect_upload(upload, name)
    except files.UnsafeFile as error:
        raise UploadRefused(error.sentence) from error
    if facts.kind in files.WORD:
        raise UploadRefused(
            _(
                "Kết quả đã ký không nhận tệp Word, vì nội dung còn sửa được. Xuất ra PDF đã ký, "
                "hoặc chụp bản giấy, rồi chọn lại tệp."
            )
        )
    upload.seek(0)
    return files.Received(facts, upload.read())


@contextmanager
def kept(received: Iterable[files.Received]) -> Iterator[list[str]]:
    """
    Store the bytes of each file for a block that records them: all stay, or none if it fails.

    :raises UploadRefused: if the store cannot take them whole.
    """
    keys: list[str] = []
    try:
        keys.extend(keep(one.data) for one in received)
        yield keys
    except (OperationalError, InterfaceError):
        # A commit whose answer got lost may have recorded them: rather too many than too few.
        raise
    except BaseException:
        for key in keys:
            files.delete_stored(key)
        raise


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
    """Note a kept file; without a scanner it stays unscanned, else in quarantine until scanned."""
    if settings.SCANNER_URL:
        wakeups.wake(WAKE_SCANNER)
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
def require_room(
    present: Iterable[StoredFile], new: Sequence[files.Inspected], *, by: User, at: datetime
) -> None:
    """
    Refuse files beyond the quotas of one dossier or of one person and day.

    The caller has locked what the files hang on and the person's row.

    :raises UploadRefused: if there is no room for all of them.
    """
    sizes = [file.size for file in present]
    size = sum(facts.size for facts in new)
    if len(sizes) + len(new) > MAX_FILES:
        raise UploadRefused(_too_many(len(sizes), len(new)))
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


def _too_many(present: int, new: int) -> str:
    if new > 1:
        sentence = _(
            "Một hồ sơ nhận nhiều nhất %(limit)d tệp: đã có %(present)d, tệp .zip này có %(new)d. "
            "Chưa nhận tệp nào trong đó; các tệp đã gửi vẫn còn nguyên. Ghép nhiều trang vào một "
            "tệp PDF, hoặc bỏ bớt tệp không cần rồi gửi lại."
        )
        return sentence % {"limit": MAX_FILES, "present": present, "new": new}
    return _(
        "Hồ sơ đã có %(limit)d tệp, là số tệp tối đa. Các tệp đã gửi vẫn còn nguyên. "
        "Ghép nhiều trang vào một tệp PDF, hoặc bỏ bớt tệp không cần rồi gửi lại."
    ) % {"limit": MAX_FILES}


@requires_transaction
def plan_bundles(dossier: Dossier, links: Sequence[DossierPaper], *, at: datetime) -> None:
    """
    Have a worker put the photos of each paper together; `links`, of one round, are saved after.
    """
    photos: dict[str, list[DossierPaper]] = {}
    for link in links:
        if link.file.is_photo:
            photos.setdefault(link.paper_key, []).append(link)
    if not photos:
        return
    bundles = PaperBundle.objects.bulk_create(
        PaperBundle(dossier=dossier, created_at=at, due_at=at) for _key in photos
    )
    for bundle, group in zip(bundles, photos.values(), strict=True):
        for link in group:
            link.bundle = bundle
    wakeups.wake(WAKE_COMBINER)


def preview_png(file: StoredFile, *, page: int) -> bytes:
    """
    Return one page as PNG, made once and kept beside the file.

    :raises files.PreviewFailed: if there is no such page, or it cannot be drawn.
    :raises files.FileDamaged: if the file is no longer what was stored.
    """
    if file.is_word or page < 1 or page > (file.pages or 1):
        raise files.PreviewFailed(f"no page {page}")
    key = _preview_key(file, page)
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


def stored_keys(file: StoredFile) -> list[str]:
    """Return where its bytes and the pictures of its pages are, or may be, kept."""
    return [file.storage_key, *(_preview_key(file, page + 1) for page in range(file.pages or 1))]


def _preview_key(file: StoredFile, page: int) -> str:
    return f"previews/{file.pk.hex[:2]}/{file.pk.hex}-{page}.png"


def contents_text(stored: Iterable[StoredFile]) -> str:
    """Write what files amount to: "3 trang", "1 tệp Word", "3 trang và 1 tệp Word", or ""."""
    pages, words = 0, 0
    for file in stored:
        if file.is_word:
            words += 1
        else:
            pages += file.pages or 1
    parts = [_pages_text(pages)] if pages else []
    if words:
        parts.append(ngettext("%(count)d tệp Word", "%(count)d tệp Word", words) % {"count": words})
    return _(" và ").join(parts)


def facts_text(file: StoredFile) -> str:
    """Write pages and size: "3 trang · 1,2 MB"; only who opens a Word file knows its pages."""
    pages = _("tệp Word, – trang") if file.is_word else _pages_text(file.pages or 1)
    return f"{pages} · {size_text(file.size)}"


def scan_text(file: StoredFile) -> str:
    """Write why a file cannot be opened, "" when it can."""
    if file.is_infected:
        return _("Có mã độc nên đã bị chặn, không ai mở được.")
    return "" if file.is_viewable else _("Đang chờ quét mã độc, chưa mở được.")


def _pages_text(count: int) -> str:
    return ngettext("%(count)d trang", "%(count)d trang", count) % {"count": count}


def size_text(size: int) -> str:
    """Write a size: "1,2 MB", "45 KB"."""
    if size >= MEBIBYTE:
        return f"{size / MEBIBYTE:.1f} MB".replace(".", ",")
    return f"{max(1, round(size / 1024))} KB"
