"""Files of citizens: kept whole or not at all, within quotas, in the order they came."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.storage import default_storage

from dossiers import attachments
from dossiers.enums import ScanState
from dossiers.models import StoredFile
from dossiers.services import draft_papers, drafting
from portal.core import files as core_files
from tests.core.uploads import docx, heic, zipped
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM, StoredFileFactory
from tests.factories.filing import new_draft, pdf, photo, place

pytestmark = pytest.mark.django_db
MB = 1024 * 1024


@pytest.fixture
def draft():
    return new_draft(place())


def add(draft, **changes):
    """Upload one file that brings one paper."""
    [link] = add_all(draft, **changes)
    return link


def add_all(draft, **changes):
    given = {
        "draft_id": draft.pk,
        "owner": draft.owner,
        "paper_key": "can-cuoc",
        "upload": photo(),
        "name": "anh.jpg",
        "at": MONDAY_9AM,
    }
    return draft_papers.add_upload(**{**given, **changes})


def kept_files():
    """Return how many files lie in the store."""
    folders, _files = (
        default_storage.listdir("kept") if default_storage.exists("kept") else ([], [])
    )
    return sum(len(default_storage.listdir(f"kept/{folder}")[1]) for folder in folders)


def test_a_file_is_kept_with_what_its_content_says(draft):
    link = add(draft, upload=pdf(3), name="Giấy  chứng sinh.PDF")

    file = link.file
    assert (file.kind, file.mime, file.pages) == ("pdf", "application/pdf", 3)
    assert file.name == "Giấy chứng sinh.pdf"
    assert file.uploaded_by == draft.owner
    assert file.scan_state == ScanState.UNSCANNED
    assert core_files.read_stored(file.storage_key, sha256=file.sha256)


def test_with_a_scanner_a_file_waits_in_quarantine(draft, settings):
    settings.SCANNER_URL = "tcp://127.0.0.1:1"

    assert add(draft).file.scan_state == ScanState.QUARANTINED


def test_files_stand_in_the_order_in_which_they_came(draft):
    links = [add(draft, name=f"{number}.jpg") for number in range(3)]

    assert [link.position for link in links] == [0, 1, 2]


def test_a_slot_that_nobody_asks_for_takes_nothing(draft):
    before = kept_files()

    with pytest.raises(draft_papers.NoSuchSlot):
        add(draft, paper_key="khong-co")

    assert (kept_files(), StoredFile.objects.count()) == (before, 0)


def test_a_strangers_draft_takes_nothing(draft):
    before = kept_files()

    with pytest.raises(drafting.DraftMissing):
        add(draft, owner=CitizenFactory())

    assert (kept_files(), StoredFile.objects.count()) == (before, 0)


def fill(draft, sizes):
    for number, size in enumerate(sizes):
        file = StoredFileFactory(size=size, uploaded_by=draft.owner)
        draft.papers.create(paper_key="can-cuoc", file=file, position=number)


@pytest.mark.parametrize(
    ("sizes", "sentence"), [([1] * 20, "20 tệp"), ([10 * MB] * 5, "không được quá 50 MB")]
)
def test_a_dossier_has_its_quotas(draft, sizes, sentence):
    fill(draft, sizes)
    before = kept_files()

    with pytest.raises(attachments.UploadRefused) as caught:
        add(draft)

    assert sentence in caught.value.sentence
    assert "còn nguyên" in caught.value.sentence
    assert draft.papers.count() == len(sizes)
    assert kept_files() == before


def test_a_citizen_has_a_quota_of_the_day(draft):
    for _number in range(50):
        StoredFileFactory(size=10 * MB, uploaded_by=draft.owner)

    with pytest.raises(attachments.UploadRefused) as caught:
        add(draft)
    link = add(draft, at=MONDAY_9AM + timedelta(days=1))

    assert "500 MB" in caught.value.sentence
    assert link.file.pk


def test_too_large_a_file_is_refused_in_words(draft):
    data = photo()
    data.seek(0, 2)
    data.write(b"\0" * (10 * MB + 1))

    with pytest.raises(attachments.UploadRefused) as caught:
        add(draft, upload=data)

    assert "10 MB" in caught.value.sentence


def test_a_full_disk_loses_nothing_and_says_so(draft, monkeypatch):
    add(draft)

    def full(_data):
        raise core_files.StorageUnavailable("no space")

    monkeypatch.setattr("portal.core.files.store_bytes", full)
    with pytest.raises(attachments.UploadRefused) as caught:
        add(draft)

    assert "còn nguyên" in caught.value.sentence
    assert draft.papers.count() == 1


def test_a_half_written_preview_is_made_again(draft):
    file = add(draft).file
    picture = attachments.preview_png(file, page=1)
    key = f"previews/{file.pk.hex[:2]}/{file.pk.hex}-1.png"
    with default_storage.open(key, "wb") as kept:
        kept.write(picture[:20])

    assert attachments.preview_png(file, page=1) == picture


def photos(count, *others):
    """Return a .zip of photos taken one after the other, then `others`."""
    names = [(f"anh-{number}.jpg", photo().read()) for number in range(1, count + 1)]
    return BytesIO(zipped(*names, *others))


def test_a_zip_of_three_photos_becomes_three_files_in_a_slot(draft):
    add(draft, name="dau.jpg")
    links = add_all(draft, upload=photos(3), name="anh.zip")

    row = draft.papers.select_related("file").filter(paper_key="can-cuoc").order_by("position")
    assert [link.position for link in links] == [1, 2, 3]
    assert [link.file.name for link in row] == ["dau.jpg", "anh-1.jpg", "anh-2.jpg", "anh-3.jpg"]
    assert {link.file.kind for link in row} == {"jpeg"}


def test_a_zip_with_one_bad_member_is_refused_whole_and_names_it(draft):
    before = kept_files()

    with pytest.raises(attachments.UploadRefused) as caught:
        add_all(draft, upload=photos(2, ("chuong-trinh.exe", b"MZ" + bytes(90))), name="anh.zip")

    assert "“chuong-trinh.exe”" in caught.value.sentence
    assert (kept_files(), draft.papers.count(), StoredFile.objects.count()) == (before, 0, 0)


def test_members_of_a_zip_count_against_the_number_of_files(draft):
    fill(draft, [1] * 18)
    before = kept_files()

    with pytest.raises(attachments.UploadRefused) as caught:
        add_all(draft, upload=photos(3), name="anh.zip")

    assert "đã có 18, tệp .zip này có 3" in caught.value.sentence
    assert (kept_files(), draft.papers.count()) == (before, 18)
    assert len(add_all(draft, upload=photos(2), name="anh.zip")) == 2


def test_members_of_a_zip_count_against_the_size_together(draft, monkeypatch):
    size = len(photo().read())
    monkeypatch.setattr(attachments, "MAX_TOTAL", 3 * size - 1)
    before = kept_files()

    with pytest.raises(attachments.UploadRefused):
        add_all(draft, upload=photos(3), name="anh.zip")

    assert (kept_files(), draft.papers.count()) == (before, 0)
    assert len(add_all(draft, upload=photos(2), name="anh.zip")) == 2


def test_a_zip_that_the_store_takes_half_of_leaves_nothing(draft, monkeypatch):
    real, room = core_files.store_bytes, [1, 2]
    before = kept_files()

    def filling(data):
        if not room:
            raise core_files.StorageUnavailable("no space")
        room.pop()
        return real(data)

    monkeypatch.setattr("portal.core.files.store_bytes", filling)
    with pytest.raises(attachments.UploadRefused):
        add_all(draft, upload=photos(3), name="anh.zip")

    assert (kept_files(), StoredFile.objects.count()) == (before, 0)


def test_a_word_file_is_kept_and_has_no_pages_to_show(draft):
    file = add(draft, upload=BytesIO(docx()), name="Đơn.docx").file

    assert (file.kind, file.pages, file.has_pictures) == ("docx", None, False)
    assert attachments.facts_text(file).startswith("tệp Word, – trang · ")
    with pytest.raises(core_files.PreviewFailed):
        attachments.preview_png(file, page=1)


def test_a_photo_of_an_iphone_is_kept_and_shown(draft):
    file = add(draft, upload=BytesIO(heic()), name="IMG_0001.HEIC").file

    assert (file.kind, file.pages, file.name) == ("heic", 1, "IMG_0001.heic")
    assert attachments.preview_png(file, page=1).startswith(b"\x89PNG")


def test_contents_are_written_in_words():
    pdf_of_two, photo_of_one, word = (
        StoredFileFactory.build(pages=pages, kind=kind, storage_key="x")
        for pages, kind in ((2, "pdf"), (1, "heic"), (None, "doc"))
    )

    assert attachments.contents_text([]) == ""
    assert attachments.contents_text([pdf_of_two, photo_of_one]) == "3 trang"
    assert attachments.contents_text([word]) == "1 tệp Word"
    assert attachments.contents_text([pdf_of_two, word]) == "2 trang và 1 tệp Word"


def test_sizes_are_written_in_words():
    assert attachments.size_text(10 * MB) == "10,0 MB"
    assert attachments.size_text(1_258_291) == "1,2 MB"
    assert attachments.size_text(45 * 1024) == "45 KB"
    assert attachments.size_text(3) == "1 KB"
