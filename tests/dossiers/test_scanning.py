"""Quarantine: out of it only by the scanner's word, and never again for a file with a virus."""

import io
import socket
import threading
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.urls import reverse
from PIL import Image

from dossiers import attachments, filing, tasks
from dossiers.enums import DossierState, ScanState
from dossiers.filing import FilingStep
from dossiers.models import Dossier, DraftPaper, StoredFile
from dossiers.services import draft_papers, scanning, supplement_files, supplements
from portal.celery import app
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.core import scripted_scanner
from tests.core.scripted_scanner import read_stream
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    StoredFileFactory,
    dossier_at,
    office,
)
from tests.factories.filing import new_draft, place, ready_draft

pytestmark = pytest.mark.django_db

scripted = scripted_scanner.scripted
MARK = b"X5O!P%@AP thu cua cong"
SECOND = timedelta(seconds=1)


def photo(*, infected=False):
    data = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(data, "JPEG", comment=MARK if infected else b"")
    data.seek(0)
    return data


@pytest.fixture
def clamd(scripted):
    """A scanner that finds the mark; without `answers` it takes the file and breaks off."""
    state = {"answers": True, "asked": 0}

    def handle(link):
        if link.recv(6, socket.MSG_PEEK) == b"zPING\0":
            link.sendall(b"PONG\0")
            return
        data = read_stream(link)
        state["asked"] += 1
        if state["answers"]:
            link.sendall(b"stream: Thu.Mau FOUND\0" if MARK in data else b"stream: OK\0")

    scripted(handle)
    return state


@pytest.fixture
def draft():
    return new_draft(place())


def add(draft, **changes):
    given = {
        "draft_id": draft.pk,
        "owner": draft.owner,
        "paper_key": "can-cuoc",
        "upload": photo(),
        "name": "anh.jpg",
        "at": MONDAY_9AM,
    }
    [link] = draft_papers.add_upload(**{**given, **changes})
    return link.file


def state_of(file):
    return StoredFile.objects.get(pk=file.pk).scan_state


def infected_paper(place=None, **fields):
    """Return a dossier with a paper whose file was found to be infected."""
    dossier = DossierFactory(place=place or office(), **fields)
    file = StoredFileFactory(data=photo(infected=True).read(), kind="jpeg", mime="image/jpeg")
    DossierPaperFactory(dossier=dossier, file=file)
    StoredFile.objects.filter(pk=file.pk).update(scan_state=ScanState.QUARANTINED)
    scanning.scan_due_files(at=MONDAY_9AM)
    return dossier, file


def test_clean_file_leaves_quarantine(clamd, draft):
    file = add(draft)
    assert state_of(file) == ScanState.QUARANTINED

    is_more = scanning.scan_due_files(at=MONDAY_9AM)

    file.refresh_from_db()
    assert (is_more, file.scan_state, file.scan_due_at) == (False, ScanState.CLEAN, None)
    assert file.scanned_at == MONDAY_9AM
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_upload_wakes_the_scanner_once(clamd, draft, monkeypatch):
    woken = []
    monkeypatch.setattr("portal.core.wakeups.publish", lambda *names: woken.append(names))

    add(draft)

    assert woken == [(attachments.WAKE_SCANNER,)]


def test_without_a_scanner_nothing_is_asked(draft):
    file = add(draft)

    assert scanning.scan_due_files(at=MONDAY_9AM) is False
    assert state_of(file) == ScanState.UNSCANNED


def test_file_waits_while_the_scanner_is_away_and_is_clean_later(clamd, draft):
    file = add(draft)
    clamd["answers"] = False

    scanning.scan_due_files(at=MONDAY_9AM)
    file.refresh_from_db()
    assert (file.scan_state, file.scan_attempts) == (ScanState.QUARANTINED, 1)
    assert file.scan_due_at == MONDAY_9AM + scanning.backoff(1)
    scanning.scan_due_files(at=MONDAY_9AM + SECOND)
    assert clamd["asked"] == 1

    clamd["answers"] = True
    scanning.scan_due_files(at=MONDAY_9AM + scanning.backoff(1))
    assert state_of(file) == ScanState.CLEAN


def test_scanner_that_is_down_is_left_alone(settings, draft):
    settings.SCANNER_URL = "tcp://127.0.0.1:1"
    files = [add(draft), add(draft)]

    assert scanning.scan_due_files(at=MONDAY_9AM) is False

    assert {state_of(file) for file in files} == {ScanState.QUARANTINED}
    assert sorted(StoredFile.objects.values_list("scan_attempts", flat=True)) == [0, 1]


def test_many_tries_without_a_verdict_raise_the_alarm(clamd, draft, caplog):
    add(draft)
    clamd["answers"] = False
    for number in range(scanning.ALARM_AFTER):
        scanning.scan_due_files(at=MONDAY_9AM + number * scanning.BACKOFF_LONGEST)

    assert "scans.without-verdict count=1" in caplog.text
    assert "anh.jpg" not in caplog.text


def test_verdict_is_of_the_bytes_that_were_stored(clamd, draft):
    file = add(draft)
    with default_storage.open(file.storage_key, "wb") as kept:
        kept.write(b"khac")

    scanning.scan_due_files(at=MONDAY_9AM)

    assert state_of(file) == ScanState.QUARANTINED
    assert clamd["asked"] == 0


def test_one_lost_file_does_not_hold_up_the_others(clamd, draft):
    lost, other = add(draft), add(draft)
    default_storage.delete(lost.storage_key)

    scanning.scan_due_files(at=MONDAY_9AM)

    assert (state_of(lost), state_of(other)) == (ScanState.QUARANTINED, ScanState.CLEAN)


def test_late_worker_changes_nothing(clamd, draft):
    file = add(draft)
    slow = scanning.claim_next(at=MONDAY_9AM)
    assert scanning.claim_next(at=MONDAY_9AM + SECOND) is None
    scanning.claim_next(at=MONDAY_9AM + scanning.LEASE)

    scanning._settle(slow, infected=False, at=MONDAY_9AM)

    assert state_of(file) == ScanState.QUARANTINED


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_one_file(clamd, draft):
    file = add(draft)
    with transaction.atomic():
        list(StoredFile.objects.select_for_update().filter(pk=file.pk))
        found = []

        def other():
            found.append(scanning.claim_next(at=MONDAY_9AM))
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [None]


def test_virus_in_a_draft_is_told_and_must_go_before_handing_in(clamd, client):
    draft = ready_draft(place())
    file = add(draft, upload=photo(infected=True))
    client.force_login(draft.owner)
    page_of = reverse("dossiers:step", args=[draft.pk, "giay-to"])

    scanning.scan_due_files(at=MONDAY_9AM)

    assert state_of(file) == ScanState.INFECTED
    draft.refresh_from_db()
    page = filing.load(draft, today=MONDAY_9AM.date())
    assert filing.first_incomplete(page, filing.judge(page)).step is FilingStep.PAPERS
    shown = client.get(page_of).content.decode()
    assert "cần chụp lại" in shown
    assert "Bỏ tệp này, rồi chụp lại hoặc chọn tệp khác." in shown
    address = reverse("dossiers:draft_file", args=[draft.pk, file.pk])
    assert f'href="{address}"' not in shown
    notice = Notice.objects.get(medium=Medium.IN_APP)
    assert notice.recipient == draft.owner
    assert page_of in notice.body
    assert Notice.objects.filter(medium=Medium.EMAIL).count() == 1

    draft_papers.remove_file(draft_id=draft.pk, owner=draft.owner, file_id=file.pk, at=MONDAY_9AM)
    draft.refresh_from_db()
    page = filing.load(draft, today=MONDAY_9AM.date())
    assert filing.missing_papers(page) == []


def test_virus_in_a_dossier_is_told_to_its_owner_and_to_the_desk(clamd):
    where = office()
    dossier, _file = infected_paper(where)

    told = Notice.objects.filter(subject_key=f"dossier:{dossier.code}")
    mine = told.filter(kind="dossier-unsafe-paper")
    assert {notice.medium for notice in mine} == {Medium.SMS, Medium.IN_APP, Medium.EMAIL}
    assert "Giấy chứng sinh" in mine.get(medium=Medium.IN_APP).body
    assert "chup lai" in mine.get(medium=Medium.SMS).body
    assert told.get(kind="dossier-unsafe-paper-staff").recipient == where.clerk


def test_paper_with_several_viruses_is_told_once(clamd):
    dossier = DossierFactory()
    for number in range(3):
        data = photo(infected=True).read()
        file = StoredFileFactory(data=data, scan_state=ScanState.QUARANTINED)
        DossierPaperFactory(dossier=dossier, file=file, position=number)

    scanning.scan_due_files(at=MONDAY_9AM)

    assert StoredFile.objects.filter(scan_state=ScanState.INFECTED).count() == 3
    assert Notice.objects.filter(medium=Medium.SMS).count() == 1


@pytest.mark.parametrize("who", ["owner", "clerk", "leader", "registrar"])
def test_file_with_a_virus_is_for_nobody(clamd, client, who):
    where = office()
    dossier, file = infected_paper(where)
    client.force_login(dossier.owner if who == "owner" else getattr(where, who))

    original = client.get(reverse("dossiers:file", args=[dossier.code, file.pk]))
    picture = client.get(reverse("dossiers:preview", args=[dossier.code, file.pk, 1]))

    assert (original.status_code, picture.status_code) == (409, 404)
    assert "bị chặn vì có mã độc" in original.content.decode()
    assert MARK not in original.content
    assert "Content-Disposition" not in original


def test_pages_of_a_dossier_say_what_is_blocked(clamd, client):
    where = office()
    dossier, file = infected_paper(where)
    address = reverse("dossiers:file", args=[dossier.code, file.pk])

    client.force_login(dossier.owner)
    mine = client.get(reverse("dossiers:detail", args=[dossier.code])).content.decode()
    client.force_login(where.clerk)
    theirs = client.get(reverse("dossiers:work", args=[dossier.code])).content.decode()

    assert "Cần chụp lại hoặc gửi tệp khác" in mine
    assert "Có mã độc nên đã bị chặn" in theirs
    assert address not in mine
    assert address not in theirs


def test_nothing_more_is_asked_for_a_dossier_that_has_ended(clamd, client):
    dossier = dossier_at(DossierState.WITHDRAWN)
    DossierPaperFactory(dossier=dossier, file=StoredFileFactory(scan_state=ScanState.INFECTED))
    client.force_login(dossier.owner)

    shown = client.get(reverse("dossiers:detail", args=[dossier.code])).content.decode()

    assert "Có mã độc nên đã bị chặn" in shown
    assert "Cần chụp lại" not in shown


def test_virus_in_a_supplement_keeps_it_from_being_handed_in(clamd):
    dossier = dossier_at(DossierState.SUPPLEMENT)
    item = dossier.supplements.get().items.get()
    [staged] = supplement_files.add_upload(
        item_id=item.pk,
        owner=dossier.owner,
        upload=photo(infected=True),
        name="moi.jpg",
        at=MONDAY_9AM,
    )
    scanning.scan_due_files(at=MONDAY_9AM)

    def answer():
        return supplements.answer_supplement(
            dossier_id=dossier.pk,
            by=dossier.owner,
            at=MONDAY_9AM + timedelta(hours=3),
            answers={},
            sealed={},
        )

    with pytest.raises(supplements.NotAnswered):
        answer()
    assert (
        "phần bổ sung"
        in Notice.objects.get(kind="dossier-unsafe-upload", medium=Medium.IN_APP).body.lower()
    )
    supplement_files.remove_file(item_id=item.pk, file_id=staged.file_id, owner=dossier.owner)
    supplement_files.add_upload(
        item_id=item.pk, owner=dossier.owner, upload=photo(), name="moi.jpg", at=MONDAY_9AM
    )
    assert answer().state == DossierState.SUBMITTED


def test_virus_in_a_result_is_told_to_its_registrar(clamd, client):
    where = office()
    dossier = dossier_at(DossierState.DECIDED, place=where)
    file = dossier.results.get().file
    StoredFile.objects.filter(pk=file.pk).update(
        scan_state=ScanState.QUARANTINED, uploaded_by=where.registrar
    )
    settle = scanning.claim_next(at=MONDAY_9AM)
    scanning._settle(settle, infected=True, at=MONDAY_9AM)

    client.force_login(dossier.owner)
    assert client.get(reverse("dossiers:result", args=[dossier.code])).status_code == 409
    assert Notice.objects.get(kind="dossier-unsafe-result-staff").recipient == where.registrar


@pytest.mark.django_db(transaction=True)
def test_virus_found_while_a_draft_is_handed_in_is_told_with_the_dossier(clamd):
    """The scanner waits for the submission that holds the draft, and finds the dossier."""
    owner = CitizenFactory()
    draft = new_draft(place(), owner)
    file = add(draft, upload=photo(infected=True))
    claimed = scanning.claim_next(at=MONDAY_9AM)
    dossier = DossierFactory(owner=owner, place=office("cam-lo"))
    started, done = threading.Event(), threading.Event()

    def settle():
        started.set()
        scanning._settle(claimed, infected=True, at=MONDAY_9AM)
        done.set()
        connection.close()

    thread = threading.Thread(target=settle)
    with transaction.atomic():
        list(type(draft).objects.locked().filter(pk=draft.pk))
        thread.start()
        started.wait(5)
        assert not done.wait(0.5)
        DraftPaper.objects.filter(file=file).delete()
        DossierPaperFactory(dossier=dossier, file=file)
    thread.join(10)

    kinds = set(Notice.objects.values_list("kind", flat=True))
    assert kinds == {"dossier-unsafe-paper", "dossier-unsafe-paper-staff"}
    assert Dossier.objects.get(pk=dossier.pk).papers.get().file.is_infected


def test_task_is_there_for_beat():
    assert tasks.scan_files.name == attachments.WAKE_SCANNER
    # Without SCANNER_URL (the demonstration, these tests) there is nothing to sweep for.
    assert "scan-files" not in app.conf.beat_schedule
