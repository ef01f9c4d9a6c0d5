"""Issued slips become PDFs: claimed by one worker, stored whole, retried, and then e-mailed."""

import io
import logging
import threading
from datetime import timedelta

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from dossiers import issuing, notices
from dossiers.enums import DossierState, ScanState, SlipKind
from dossiers.models import Slip, StoredFile
from dossiers.services import rendering
from portal.celery import app
from portal.core.files import StorageUnavailable, read_stored
from portal.notices import delivery
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    office,
)
from tests.notices.conftest import (  # noqa: F401 - fixtures
    broker,
    shared_simulator,
    simulator,
    use_broker,
)

pytestmark = pytest.mark.django_db

TEN = MONDAY_9AM + timedelta(hours=1)


@pytest.fixture
def accepted():
    return dossier_at(DossierState.ACCEPTED)


@pytest.fixture
def failing(monkeypatch):
    """A store that has no room, until it is emptied."""
    full = {"is": True}
    real = rendering.store_bytes

    def store(data):
        if full["is"]:
            raise StorageUnavailable("disk full")
        return real(data)

    monkeypatch.setattr(rendering, "store_bytes", store)
    return full


def mails():
    return Notice.objects.filter(medium=Medium.EMAIL)


def test_slip_is_printed_stored_and_linked(accepted):
    is_more = rendering.render_due_slips(at=TEN)

    slip = accepted.slips.get()
    data = read_stored(slip.file.storage_key, sha256=slip.file.sha256)
    text = " ".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    assert is_more is False
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in text
    assert accepted.code in text
    assert slip.file.size == len(data) < 150_000
    assert slip.file.pages == len(PdfReader(io.BytesIO(data)).pages) == 1
    assert slip.file.scan_state == ScanState.CLEAN
    assert slip.file.name == f"giay-tiep-nhan-ho-so-va-hen-tra-ket-qua-{accepted.code}.pdf"


def test_mail_leaves_with_the_slip_and_the_text_message_without_it(accepted):
    assert Notice.objects.filter(medium=Medium.SMS).count() == 1
    assert not mails().exists()

    rendering.render_due_slips(at=TEN)

    mail = mails().get()
    assert mail.to == accepted.owner.email
    assert [one.key for one in mail.files] == [accepted.slips.get().file.storage_key]
    assert "đính kèm thư này" in mail.body


def test_nothing_is_printed_twice(accepted):
    rendering.render_due_slips(at=TEN)
    rendering.render_due_slips(at=TEN + timedelta(days=1))

    assert accepted.slips.get().render_attempts == 1
    assert mails().count() == 1


def test_failed_slip_is_tried_again_later_and_catches_up(accepted, failing, caplog):
    rendering.render_due_slips(at=TEN)
    slip = accepted.slips.get()
    assert slip.file is None
    assert slip.render_due_at == TEN + rendering.backoff(1)
    assert "slips.retry-later" in caplog.text
    assert StoredFile.objects.count() == 0

    rendering.render_due_slips(at=TEN + timedelta(seconds=1))
    assert accepted.slips.get().render_attempts == 1

    failing["is"] = False
    rendering.render_due_slips(at=TEN + timedelta(minutes=1))
    assert accepted.slips.get().file is not None
    assert mails().count() == 1


def test_one_bad_slip_does_not_hold_up_the_others(accepted):
    other = dossier_at(DossierState.REFUSED, place=office("cam-lo"))
    Slip.objects.filter(dossier=accepted).update(content={"head": "broken"})

    rendering.render_due_slips(at=TEN + timedelta(hours=1))

    assert other.slips.get().file is not None
    assert accepted.slips.get().file is None


def test_after_many_tries_the_alarm_sounds_and_the_mail_leaves_without_the_slip(
    accepted, failing, caplog
):
    at = TEN
    for _ in range(rendering.ALARM_AFTER):
        rendering.render_due_slips(at=at)
        at += timedelta(hours=2)

    assert any(
        record.levelno == logging.ERROR and record.getMessage() == "slips.unrendered count=1"
        for record in caplog.records
    )
    mail = mails().get()
    assert mail.files == []
    assert "có ở trang hồ sơ" in mail.body

    # The tries go on, and a second mail is not sent.
    failing["is"] = False
    rendering.render_due_slips(at=at)
    assert accepted.slips.get().file is not None
    assert mails().count() == 1


def test_dead_worker_gives_its_slip_back(accepted):
    assert rendering.claim_next(at=TEN).dossier == accepted
    assert rendering.claim_next(at=TEN + timedelta(minutes=1)) is None

    rendering.render_due_slips(at=TEN + rendering.LEASE)

    assert accepted.slips.get().file is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_hold_one_slip(accepted):
    with transaction.atomic():
        # What claim_next has locked while it is still open.
        list(Slip.objects.select_for_update().filter(dossier=accepted))
        found = []

        def other():
            found.append(rendering.claim_next(at=TEN))
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [None]


def test_late_finisher_changes_nothing(accepted):
    slow = rendering.claim_next(at=TEN)
    later = TEN + rendering.LEASE
    rendering.render_due_slips(at=later)
    kept = accepted.slips.get().file_id

    rendering._render(slow, at=later)

    assert accepted.slips.get().file_id == kept
    assert StoredFile.objects.filter(kind="pdf", scan_state=ScanState.CLEAN).count() == 1
    assert mails().count() == 1


def test_declaration_with_its_identity_numbers_is_never_mailed():
    dossier = DossierFactory()
    with transaction.atomic():
        issuing.issue_declaration(dossier, at=MONDAY_9AM)

    rendering.render_due_slips(at=TEN)

    assert dossier.slips.get().file is not None
    assert not mails().exists()


def test_submission_is_confirmed_with_the_proof():
    dossier = DossierFactory()
    DossierPaperFactory(dossier=dossier)
    with transaction.atomic():
        issuing.issue_proof(dossier, at=MONDAY_9AM)
        notices.queue_submitted(dossier, at=MONDAY_9AM)

    rendering.render_due_slips(at=TEN)

    mail = mails().get()
    assert mail.subject == f"Đã nhận hồ sơ {dossier.code}"
    assert mail.files[0].name == f"giay-xac-nhan-da-nop-ho-so-{dossier.code}.pdf"
    assert mail.kind == "dossier-submitted"


def test_renderer_dead_the_text_message_has_still_gone(accepted, simulator, failing):  # noqa: F811
    rendering.render_due_slips(at=TEN)
    delivery.relay_due(clock=timezone.now)

    [message] = simulator.messages()
    assert message.medium == "sms"
    assert accepted.code in message.body


def test_mail_arrives_with_the_pdf(accepted, simulator):  # noqa: F811
    rendering.render_due_slips(at=TEN)
    delivery.relay_due(clock=timezone.now)

    [mail] = [message for message in simulator.messages() if message.medium == "email"]
    assert mail.attachments == (accepted.slips.get().file.name,)


@pytest.mark.django_db(transaction=True)
def test_broker_down_loses_neither_slip_nor_mail(broker, simulator):  # noqa: F811
    broker.stop()
    at = timezone.now() - timedelta(hours=2)
    dossier = dossier_at(DossierState.ACCEPTED, submitted_at=at)
    assert dossier.slips.get(kind=SlipKind.ACCEPTANCE).file is None

    broker.start()
    # What beat publishes every 30 seconds.
    sweeps = [app.conf.beat_schedule[name] for name in ("render-slips", "sweep-notices")]
    with start_worker(
        app,
        pool="solo",
        queues=("celery", "papers"),
        perform_ping_check=False,
        shutdown_timeout=60,
    ):
        for sweep in sweeps:
            app.send_task(sweep["task"], **sweep["options"])
        until = timezone.now() + timedelta(seconds=40)
        while timezone.now() < until:
            sent = {message.medium for message in simulator.messages()}
            if sent == {"sms", "email"}:
                break

    assert sent == {"sms", "email"}


def test_beat_sweeps_for_slips_and_late_work():
    schedule = app.conf.beat_schedule

    assert schedule["render-slips"]["task"] == issuing.WAKE_RENDERER
    assert schedule["render-slips"]["schedule"] == 30.0
    assert schedule["report-late"]["task"] in app.tasks
    assert app.tasks[issuing.WAKE_RENDERER].time_limit == 150
