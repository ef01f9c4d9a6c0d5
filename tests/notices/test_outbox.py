import pytest
from django.db import transaction

from portal.core.db import TransactionRequired
from portal.notices import outbox
from portal.notices.enums import Medium
from portal.notices.models import Attachment, Notice
from portal.notices.outbox import queue_notice
from tests.factories.accounts import CitizenFactory
from tests.factories.notices import NoticeFactory
from tests.notices import NOW

pytestmark = pytest.mark.django_db


def words(**changed: object) -> dict[str, object]:
    return {
        "kind": "dossier-accepted",
        "medium": Medium.SMS,
        "to": "84912345678",
        "recipient": None,
        "subject_key": "dossier:H99.11-261121-0001",
        "subject": "Hồ sơ đã được tiếp nhận",
        "body": "DVC: Hồ sơ H99.11-261121-0001 đã được tiếp nhận.",
        "dedupe_key": "dossier:H99.11-261121-0001:accepted:sms",
        "at": NOW,
        **changed,
    }


def queue(**changed: object) -> None:
    with transaction.atomic():
        queue_notice(**words(**changed))


def test_queue_notice_refuses_to_run_outside_a_transaction():
    with pytest.raises(TransactionRequired):
        queue_notice(**words())

    assert Notice.objects.count() == 0


def test_queue_notice_leaves_nothing_behind_when_the_transaction_is_rolled_back():
    with transaction.atomic():
        queue_notice(**words())
        transaction.set_rollback(True)

    assert Notice.objects.count() == 0


def test_queue_notice_stores_the_words_that_the_phone_will_show():
    queue()

    notice = Notice.objects.get()
    assert notice.body == "DVC: Ho so H99.11-261121-0001 da duoc tiep nhan."
    assert (notice.to, notice.due_at, notice.attempts) == ("84912345678", NOW, 0)
    assert notice.status == "waiting"


def test_queue_notice_twice_with_one_key_is_one_row_and_spoils_no_transaction():
    with transaction.atomic():
        queue_notice(**words())
        queue_notice(**words(body="Khác"))
        other = NoticeFactory()  # the transaction still works

    assert Notice.objects.exclude(pk=other.pk).get().body.startswith("DVC:")


def test_queue_notice_keeps_attachments_and_makes_the_subject_one_line():
    slip = Attachment(key="slips/a1", name="Giấy tiếp nhận.pdf", mime="application/pdf")

    queue(
        medium="email",
        to="lan@example.vn",
        subject="Hồ sơ\r\nBcc: x@example.vn",
        attachments=[slip],
    )

    notice = Notice.objects.get()
    assert notice.subject == "Hồ sơ Bcc: x@example.vn"
    assert notice.attachments == [
        {"key": "slips/a1", "name": "Giấy tiếp nhận.pdf", "mime": "application/pdf"}
    ]
    assert notice.files == [slip]


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.EMAIL, Medium.IN_APP])
def test_queue_notice_skips_a_medium_by_which_the_person_cannot_be_reached(medium):
    queue(medium=medium, to="")

    assert Notice.objects.count() == 0


def test_queue_notice_in_app_is_delivered_by_being_stored():
    citizen = CitizenFactory()

    queue(medium=Medium.IN_APP, to="", recipient=citizen)

    notice = Notice.objects.for_recipient(citizen.pk).get()
    assert notice.sent_at == NOW
    assert notice.body == "DVC: Hồ sơ H99.11-261121-0001 đã được tiếp nhận."
    assert Notice.objects.for_recipient(citizen.pk).mark_read(at=NOW) == 1
    assert Notice.objects.for_recipient(citizen.pk).mark_read(at=NOW) == 0


def test_queue_notice_warns_of_a_text_of_more_than_three_parts(caplog):
    queue(body="a" * 459, dedupe_key="three parts")
    assert "sms-too-long" not in caplog.text

    queue(body="a" * 460, dedupe_key="four parts")
    assert "notices.sms-too-long kind=dossier-accepted parts=4" in caplog.text


def test_requeue_failed_works_once_and_keeps_the_message_id():
    notice = NoticeFactory(failed=True)

    with transaction.atomic():
        outbox.requeue_failed(notice_id=notice.pk, at=NOW)

    again = Notice.objects.due(at=NOW).get()
    assert (again.message_id, again.attempts) == (notice.message_id, 0)
    with transaction.atomic(), pytest.raises(outbox.NoticeNotFailed):
        outbox.requeue_failed(notice_id=notice.pk, at=NOW)


def test_requeue_failed_refuses_a_code_that_was_wiped():
    notice = NoticeFactory(failed=True, is_secret=True, body="")

    with transaction.atomic(), pytest.raises(outbox.NoticeNotFailed):
        outbox.requeue_failed(notice_id=notice.pk, at=NOW)
