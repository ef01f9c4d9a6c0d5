"""Photos of a paper become one upright PDF: once, by one worker, and never instead of them."""

import io
import threading
from datetime import timedelta
from itertools import count

import pypdfium2
import pytest
from django.db import connection, transaction
from django.urls import reverse
from PIL import Image

from dossiers import attachments, tasks
from dossiers.enums import DossierState, ScanState
from dossiers.models import DossierPaper, PaperBundle, StoredFile
from dossiers.services import combining, submission, supplement_files, supplements
from portal.celery import app
from portal.core import files as core_files
from tests.core.uploads import docx
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.filing import photo, place, ready_draft

pytestmark = pytest.mark.django_db

ORIENTATION = 0x0112


def on_its_side():
    """A photo taken with the phone on its side: its left half belongs on top."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = Image.new("RGB", (1600, 800), "white")
    picture.paste("red", (0, 0, 800, 800))
    output = io.BytesIO()
    picture.save(output, "JPEG", exif=exif, quality=95)
    return output.getvalue()


def picture(data=None, **fields):
    data = photo().read() if data is None else data
    return StoredFileFactory(
        data=data, kind="jpeg", mime="image/jpeg", name="Nguyễn A.jpg", **fields
    )


def hand_in(dossier, *stored, paper_key="giay-chung-sinh"):
    """Link files as a submission does."""
    links = [
        DossierPaper(
            dossier=dossier,
            paper_key=paper_key,
            paper_name="Giấy chứng sinh",
            file=file,
            position=position,
            added_at=MONDAY_9AM,
        )
        for position, file in enumerate(stored)
    ]
    with transaction.atomic():
        attachments.plan_bundles(dossier, links, at=MONDAY_9AM)
        DossierPaper.objects.bulk_create(links)
    return links


def run(at=MONDAY_9AM):
    return combining.combine_due_photos(at=at)


def read(file):
    return pypdfium2.PdfDocument(core_files.read_stored(file.storage_key, sha256=file.sha256))


def drawn(document, page):
    return document[page].render(scale=1).to_pil().convert("RGB")


def test_photos_become_one_upright_pdf_in_their_order():
    dossier = DossierFactory()
    hand_in(dossier, picture(on_its_side()), picture(), picture())

    assert run() is False

    file = dossier.bundles.get().file
    document = read(file)
    first, second = drawn(document, 0), drawn(document, 1)
    assert (len(document), file.pages, file.kind) == (3, 3, "pdf")
    assert first.height > first.width
    middle = first.width // 2
    # Red lay left in the picture as stored: upright it is the upper half.
    assert first.getpixel((middle, first.height // 4))[1] < 60
    assert first.getpixel((middle, first.height * 3 // 4))[1] > 200
    assert second.getpixel((middle, first.height // 4))[1] > 200
    assert file.name == f"ban-gop-giay-chung-sinh-{dossier.code}.pdf"
    assert file.scan_state == ScanState.UNSCANNED


def test_originals_and_other_kinds_stay_as_they_are():
    dossier = DossierFactory()
    word = StoredFileFactory(data=docx(), kind="docx", pages=None, name="don.docx")
    links = hand_in(dossier, picture(), word, StoredFileFactory())

    run()

    assert dossier.bundles.get().file.pages == 1
    assert [link.bundle_id is None for link in links] == [False, True, True]
    for link in links:
        assert core_files.read_stored(link.file.storage_key, sha256=link.file.sha256)


def test_each_paper_has_a_bundle_of_its_own_and_none_without_photos():
    dossier = DossierFactory()
    hand_in(dossier, picture(), picture())
    hand_in(dossier, picture(), paper_key="can-cuoc")
    hand_in(dossier, StoredFileFactory(), paper_key="giay-khac")

    run()

    pages = {
        paper.paper_key: paper.bundle.file.pages
        for paper in dossier.papers.exclude(bundle=None).select_related("bundle__file")
    }
    assert pages == {"giay-chung-sinh": 2, "can-cuoc": 1}


@pytest.mark.django_db(transaction=True)
def test_submission_plans_the_bundles_and_wakes_a_worker(monkeypatch):
    draft = ready_draft(place())
    photos = [picture(uploaded_by=draft.owner) for _ in range(2)]
    for link, file in zip(draft.papers.order_by("pk"), photos, strict=True):
        type(link).objects.filter(pk=link.pk).update(file=file)
    woken = []
    monkeypatch.setattr("portal.core.wakeups.publish", lambda *names: woken.extend(names))

    dossier = submission.submit_dossier(
        draft_id=draft.pk, owner=draft.owner, key=draft.submission_key, at=MONDAY_9AM
    )

    assert woken.count(attachments.WAKE_COMBINER) == 1
    assert dossier.bundles.count() == 2
    run()
    assert not dossier.bundles.filter(file=None).exists()


def test_supplement_gets_a_bundle_that_takes_the_place_of_the_old(client):
    where = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=where)
    hand_in(dossier, picture(), picture())
    run()
    item = dossier.supplements.get().items.get()
    supplement_files.add_upload(
        item_id=item.pk, owner=dossier.owner, upload=photo(), name="moi.jpg", at=MONDAY_9AM
    )
    supplements.answer_supplement(
        dossier_id=dossier.pk,
        by=dossier.owner,
        at=MONDAY_9AM + timedelta(hours=3),
        answers={},
        sealed={},
    )

    run(MONDAY_9AM + timedelta(hours=4))

    old, new = dossier.bundles.select_related("file").order_by("pk")
    assert (old.file.pages, new.file.pages) == (2, 1)
    client.force_login(where.clerk)
    shown = client.get(reverse("dossiers:work", args=[dossier.code])).content.decode()
    assert reverse("dossiers:file", args=[dossier.code, new.file_id]) in shown
    assert reverse("dossiers:file", args=[dossier.code, old.file_id]) not in shown


def test_photos_replaced_before_a_worker_came_are_not_combined():
    dossier = DossierFactory()
    hand_in(dossier, picture())
    dossier.papers.update(superseded_at=MONDAY_9AM)

    run()

    assert dossier.bundles.get().file is None


def test_nothing_is_combined_twice():
    dossier = DossierFactory()
    hand_in(dossier, picture())
    run()
    before = StoredFile.objects.count()

    run(MONDAY_9AM + timedelta(days=1))

    assert StoredFile.objects.count() == before
    assert dossier.bundles.get().attempts == 1


@pytest.mark.parametrize("state", [ScanState.QUARANTINED, ScanState.INFECTED])
def test_photos_not_known_to_be_clean_are_not_opened(state):
    dossier = DossierFactory()
    hand_in(dossier, picture(scan_state=ScanState.CLEAN), picture(scan_state=state))

    run()
    assert dossier.bundles.get().file is None
    StoredFile.objects.update(scan_state=ScanState.CLEAN, scan_due_at=None)
    run()

    assert dossier.bundles.get().file.scan_state == ScanState.CLEAN


def test_what_cannot_be_combined_is_tried_again_then_given_up_without_names(caplog):
    dossier = DossierFactory()
    hand_in(dossier, picture(b"\xff\xd8\xff khong phai anh"), picture())
    other = DossierFactory(place=office("cam-lo"))
    hand_in(other, picture())
    at = MONDAY_9AM
    for _ in range(combining.GIVE_UP_AFTER + 2):
        run(at)
        at += combining.BACKOFF_LONGEST

    bundle = dossier.bundles.get()
    assert (bundle.attempts, bundle.file) == (combining.GIVE_UP_AFTER, None)
    assert bundle.gave_up_at is not None
    assert f"bundles.given-up bundle={bundle.pk}" in caplog.text
    assert "Nguyễn" not in caplog.text
    assert other.bundles.get().file is not None
    assert dossier.papers.filter(superseded_at=None).count() == 2


def test_full_store_is_waited_for_however_long(monkeypatch):
    dossier = DossierFactory()
    hand_in(dossier, picture())
    real = core_files.store_bytes

    def full(_data):
        raise core_files.StorageUnavailable("disk full")

    monkeypatch.setattr("portal.core.files.store_bytes", full)
    ticks = count()
    for _ in range(combining.GIVE_UP_AFTER + 1):
        run(MONDAY_9AM + next(ticks) * combining.BACKOFF_LONGEST)
    monkeypatch.setattr("portal.core.files.store_bytes", real)
    run(MONDAY_9AM + next(ticks) * combining.BACKOFF_LONGEST)

    assert dossier.bundles.get().file is not None


def test_late_finisher_changes_nothing():
    dossier = DossierFactory()
    hand_in(dossier, picture())
    slow = combining.claim_next(at=MONDAY_9AM)
    assert combining.claim_next(at=MONDAY_9AM) is None
    later = MONDAY_9AM + combining.LEASE
    run(later)
    kept = dossier.bundles.get().file_id
    before = StoredFile.objects.count()

    combining._combine(slow, at=later)

    assert (dossier.bundles.get().file_id, StoredFile.objects.count()) == (kept, before)


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_one_bundle():
    hand_in(DossierFactory(), picture())
    with transaction.atomic():
        list(PaperBundle.objects.select_for_update())
        found = []

        def other():
            found.append(combining.claim_next(at=MONDAY_9AM))
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [None]


def test_bundle_is_handed_to_owner_and_desk_only(client):
    where = office()
    dossier = DossierFactory(place=where)
    hand_in(dossier, picture(), picture(), picture())
    run()
    address = reverse("dossiers:file", args=[dossier.code, dossier.bundles.get().file_id])
    answers = {}
    for who in (dossier.owner, where.clerk, CitizenFactory(), office("cam-lo").clerk):
        client.force_login(who)
        answers[who] = client.get(address)

    assert [one.status_code for one in answers.values()] == [200, 200, 404, 404]
    assert answers[where.clerk]["Content-Type"] == "application/pdf"


def test_pages_of_owner_and_desk_name_the_bundle(client):
    where = office()
    dossier = DossierFactory(place=where)
    hand_in(dossier, picture(), picture(), picture())
    pages = {
        dossier.owner: reverse("dossiers:detail", args=[dossier.code]),
        where.clerk: reverse("dossiers:work", args=[dossier.code]),
    }

    def shown(who):
        client.force_login(who)
        return " ".join(client.get(pages[who]).content.decode().split())

    assert all("Bản gộp PDF" not in shown(who) for who in pages)
    run()
    for who in pages:
        assert "Bản gộp PDF" in shown(who)
        assert "3 trang" in shown(who)


def test_beat_sweeps_for_photos():
    schedule = app.conf.beat_schedule["combine-photos"]

    assert schedule["task"] == attachments.WAKE_COMBINER
    assert tasks.combine_photos.name == schedule["task"]
