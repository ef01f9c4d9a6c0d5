"""Delivery against real providers (the simulator), a real database and an injected clock."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from portal.notices import delivery, sms
from portal.notices.delivery import Delivery, backoff, deliver_notice
from portal.notices.models import Notice
from tests.factories.notices import NoticeFactory
from tests.notices import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def relay(*, at=NOW) -> timedelta | None:
    return delivery.relay_due(clock=lambda: at)


def test_deliver_notice_sends_once(simulator):
    notice = NoticeFactory()

    first = deliver_notice(notice_id=notice.pk, at=NOW)
    second = deliver_notice(notice_id=notice.pk, at=NOW + HOUR)

    notice.refresh_from_db()
    assert (first, second) == (Delivery.SENT, Delivery.NOT_DUE)
    assert (notice.sent_at, notice.leased_until, notice.last_error) == (NOW, None, "")
    assert len(notice.provider_id) == 32
    assert len(simulator.messages()) == 1


def test_deliver_notice_leaves_alone_what_is_not_due_yet(simulator):
    notice = NoticeFactory(due_at=NOW + HOUR)

    assert deliver_notice(notice_id=notice.pk, at=NOW) is Delivery.NOT_DUE
    assert simulator.messages() == []


def test_deliver_notice_after_a_server_error_delivers_once(simulator):
    notice = NoticeFactory()
    simulator.control(sms="http:500", times=1)

    first = deliver_notice(notice_id=notice.pk, at=NOW)
    notice.refresh_from_db()
    assert first is Delivery.RETRY_LATER
    assert (notice.last_error, notice.due_at) == ("http 500", NOW + timedelta(seconds=1))

    assert deliver_notice(notice_id=notice.pk, at=NOW) is Delivery.NOT_DUE
    assert deliver_notice(notice_id=notice.pk, at=notice.due_at) is Delivery.SENT
    assert len(simulator.messages()) == 1


@pytest.mark.parametrize(
    ("factory", "mode"), [({}, {"sms": "lose"}), ({"email": True}, {"smtp": "lose"})]
)
def test_deliver_notice_after_a_lost_answer_is_no_second_message(simulator, factory, mode):
    notice = NoticeFactory(**factory)
    simulator.control(**mode, times=1)

    first = deliver_notice(notice_id=notice.pk, at=NOW)
    second = deliver_notice(notice_id=notice.pk, at=NOW + HOUR)

    assert (first, second) == (Delivery.RETRY_LATER, Delivery.SENT)
    assert len(simulator.messages()) == 1


def test_the_provider_would_send_twice_without_the_stable_message_id(simulator):
    """The control of the test before this one."""
    simulator.control(sms="lose", times=1)
    deliver_notice(notice_id=NoticeFactory(body="DVC: mot").pk, at=NOW)
    deliver_notice(notice_id=NoticeFactory(body="DVC: mot").pk, at=NOW)

    assert len(simulator.messages()) == 2


def test_deliver_notice_tries_for_four_hours_then_shows_up_as_failed(simulator):
    notice = NoticeFactory()
    simulator.control(sms="http:503")
    at = NOW

    for _ in range(200):
        outcome = deliver_notice(notice_id=notice.pk, at=at)
        notice.refresh_from_db()
        if outcome is Delivery.FAILED:
            break
        assert outcome is Delivery.RETRY_LATER
        at = notice.due_at

    assert NOW + 4 * HOUR <= notice.failed_at < NOW + 4 * HOUR + timedelta(minutes=5)
    assert notice.last_error == "unanswered"
    assert list(Notice.objects.failed()) == [notice]
    assert not Notice.objects.due(at=at + 9 * HOUR).exists()


def test_deliver_notice_waits_out_an_outage_of_our_own(simulator):
    """Four hours are counted from the first try, not from the queueing."""
    notice = NoticeFactory(created_at=NOW - 30 * HOUR)
    simulator.control(sms="http:503", times=1)

    assert deliver_notice(notice_id=notice.pk, at=NOW) is Delivery.RETRY_LATER
    assert deliver_notice(notice_id=notice.pk, at=NOW + HOUR) is Delivery.SENT


def test_backoff_doubles_from_a_second_to_five_minutes():
    waits = [backoff(attempts).total_seconds() for attempts in (1, 2, 3, 4, 9, 10, 11, 5000)]

    assert waits == [1, 2, 4, 8, 256, 300, 300, 300]


def test_an_expired_code_is_not_sent_and_is_wiped(simulator):
    notice = NoticeFactory(body="OTP 123456", is_secret=True, expires_at=NOW + timedelta(minutes=5))

    outcome = deliver_notice(notice_id=notice.pk, at=NOW + timedelta(minutes=5))

    notice.refresh_from_db()
    assert outcome is Delivery.FAILED
    assert (notice.last_error, notice.body) == ("expired", "")
    assert simulator.messages() == []


def test_a_code_is_sent_until_it_expires_and_then_wiped(simulator):
    notice = NoticeFactory(body="OTP 123456", is_secret=True, expires_at=NOW + timedelta(minutes=5))

    deliver_notice(notice_id=notice.pk, at=NOW + timedelta(minutes=4))

    notice.refresh_from_db()
    assert [message.body for message in simulator.messages()] == ["OTP 123456"]
    assert notice.body == ""


def test_relay_sends_everything_that_is_due_codes_first(simulator):
    for number in range(12):
        NoticeFactory(body=f"DVC: {number}")
    NoticeFactory(body="OTP", expires_at=NOW + HOUR, created_at=NOW)
    NoticeFactory(body="later", due_at=NOW + HOUR)

    assert relay() is None

    oldest_first = [message.body for message in reversed(simulator.messages())]
    assert oldest_first == ["OTP", *(f"DVC: {number}" for number in range(12))]


def test_relay_says_when_a_young_notice_is_to_be_tried_again(simulator):
    young, old = NoticeFactory(attempts=2), NoticeFactory(attempts=7)
    simulator.control(sms="http:500")

    assert relay() == timedelta(seconds=4)

    young.delete()
    old.due_at = NOW
    old.save(update_fields=["due_at"])
    assert relay() is None


def test_error_label_is_a_sentence_where_there_is_one():
    labels = [NoticeFactory.build(last_error=e).error_label for e in ("expired", "http 500", "")]

    assert labels == ["Hết hiệu lực trước khi gửi được", "http 500", ""]


def test_relay_goes_on_after_a_notice_that_crashes(simulator, monkeypatch, caplog):
    bad, good = NoticeFactory(body="bad"), NoticeFactory(body="good")
    send = sms.send

    def crash_on_bad(notice: Notice) -> str:
        if notice.body == "bad":
            raise RuntimeError("84912345678")
        return send(notice)

    monkeypatch.setitem(delivery.MEDIA, "sms", crash_on_bad)

    relay()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.last_error, bad.status) == ("crash RuntimeError", "waiting")
    assert good.status == "sent"


def test_relay_stops_in_time_and_gives_back_what_it_did_not_try(simulator):
    NoticeFactory.create_batch(5)
    # Every look at the clock is 20 seconds later: one slow provider.
    moments: Iterator[int] = count(step=20)

    again = delivery.relay_due(clock=lambda: NOW + timedelta(seconds=next(moments)))

    assert again == timedelta(0)
    left = Notice.objects.due(at=NOW)
    assert 0 < len(left) < 5
    assert {notice.attempts for notice in left} == {0}
    assert len(simulator.messages()) == 5 - len(left)


def test_a_lease_hides_a_notice_and_ends_when_its_worker_died():
    notice = NoticeFactory()

    assert Notice.objects.claim(notice.pk, at=NOW, lease=delivery.LEASE)
    assert not Notice.objects.claim(notice.pk, at=NOW, lease=delivery.LEASE)
    assert delivery.claim_due(at=NOW) == []

    assert delivery.claim_due(at=NOW + delivery.LEASE) == [notice]


def test_a_worker_whose_lease_ran_out_writes_no_failure_over_its_successor(simulator):
    notice = NoticeFactory(to="not a number")
    Notice.objects.claim(notice.pk, at=NOW, lease=delivery.LEASE)
    stale = Notice.objects.get()
    Notice.objects.claim(notice.pk, at=NOW + HOUR, lease=delivery.LEASE)

    delivery._send_claimed(stale, at=NOW + HOUR)

    notice.refresh_from_db()
    assert (notice.status, notice.attempts) == ("waiting", 2)
    assert notice.leased_until == NOW + HOUR + delivery.LEASE


def test_report_overdue_raises_the_alarm_after_five_minutes(caplog):
    NoticeFactory()
    NoticeFactory(failed=True)

    assert delivery.report_overdue(at=NOW + timedelta(minutes=4)) == 0
    assert caplog.text == ""
    assert delivery.report_overdue(at=NOW + timedelta(minutes=5)) == 1
    assert "notices.overdue count=1" in caplog.text


def test_no_log_names_the_person(simulator, caplog):
    caplog.set_level("DEBUG", logger="portal")
    simulator.control(sms="http:500", times=1)
    relay()
    NoticeFactory()
    NoticeFactory(to="84")
    NoticeFactory(email=True)

    relay()
    relay(at=NOW + HOUR)

    assert "notices.sent" in caplog.text
    assert "notices.failed" in caplog.text
    for secret in ("84912345678", "lan@example.vn", "H99.11-261121-0001", "Hồ sơ", "Ho so"):
        assert secret not in caplog.text


def in_threads(work: Callable[[], object]) -> list[object]:
    """Run `work` eight times at once and return what each run gave."""
    barrier = Barrier(8)

    def run(_: int) -> object:
        barrier.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, range(8)))


@pytest.mark.django_db(transaction=True)
def test_eight_workers_claiming_one_notice_have_one_winner():
    notice = NoticeFactory()

    wins = in_threads(lambda: Notice.objects.claim(notice.pk, at=NOW, lease=delivery.LEASE))

    assert sum(wins) == 1
    assert Notice.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_eight_workers_reading_before_they_write_have_several_winners():
    """The control: what the conditional UPDATE is for."""
    notice = NoticeFactory()
    looked = Barrier(8)

    def claim_naively() -> bool:
        free = Notice.objects.due(at=NOW).filter(pk=notice.pk).exists()
        looked.wait()
        if free:
            Notice.objects.filter(pk=notice.pk).update(leased_until=NOW + delivery.LEASE)
        return free

    wins = in_threads(claim_naively)

    assert sum(wins) == 8


@pytest.mark.django_db(transaction=True)
def test_eight_relays_at_once_send_each_notice_once(simulator):
    NoticeFactory.create_batch(40)

    in_threads(relay)

    assert len(simulator.messages()) == 40
    assert set(Notice.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_relay_passes_by_what_another_one_is_claiming():
    taken, free = NoticeFactory.create_batch(2)

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Notice.objects.select_for_update(of=("self",)).get(pk=taken.pk)
        claimed = pool.submit(claim_and_close).result(timeout=10)

    assert claimed == [free]


def claim_and_close() -> list[Notice]:
    try:
        return delivery.claim_due(at=NOW)
    finally:
        connection.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"medium": "fax"},
        {"sent_at": NOW, "failed_at": NOW, "last_error": "x"},
        {"failed_at": NOW},
        {"medium": "in_app", "sent_at": NOW},
        {"to": ""},
        {"read_at": NOW},
        {"expires_at": NOW - HOUR},
    ],
)
def test_the_database_refuses_what_must_never_be_true(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        NoticeFactory(**wrong)
