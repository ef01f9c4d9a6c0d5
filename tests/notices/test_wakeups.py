import logging
import signal
import time

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import transaction
from django.utils import timezone

from portal.celery import app
from portal.core import wakeups
from portal.notices import delivery
from portal.notices.enums import Medium
from portal.notices.models import Notice
from portal.notices.outbox import WAKE_RELAY, queue_notice

pytestmark = pytest.mark.django_db(transaction=True)


def queue(key: str) -> None:
    queue_notice(
        kind="dossier-submitted",
        medium=Medium.SMS,
        to="84912345678",
        recipient=None,
        subject_key="dossier:H99.11-261121-0001",
        subject="",
        body="DVC: Da nhan ho so H99.11-261121-0001.",
        dedupe_key=key,
        at=timezone.now(),  # a real worker with a real clock delivers it
    )


def timed_submit(*keys: str) -> float:
    started = time.monotonic()
    with transaction.atomic():
        for key in keys:
            queue(key)
    return time.monotonic() - started


def wait_until_sent() -> None:
    until = time.monotonic() + 20
    while Notice.objects.unsent().exists() and time.monotonic() < until:
        time.sleep(0.05)


def test_wake_sends_one_message_for_a_transaction_with_many_notices(broker):
    timed_submit("a", "b", "c")

    assert Notice.objects.count() == 3
    assert broker.queued() == 1


def test_wake_sends_each_task_of_a_transaction_once(broker):
    with transaction.atomic():
        for name in (WAKE_RELAY, "some.other.task", WAKE_RELAY):
            wakeups.wake(name)
        assert broker.queued() == 0

    assert broker.queued() == 2


def test_wake_sends_nothing_for_work_that_was_rolled_back(broker):
    with transaction.atomic():
        with transaction.atomic():
            queue("lost")
            transaction.set_rollback(True)
        assert broker.queued() == 0

    assert broker.queued() == 0
    assert Notice.objects.count() == 0


def test_wake_survives_a_savepoint_that_was_rolled_back_before_it(broker):
    with transaction.atomic():
        with transaction.atomic():
            queue("lost")
            transaction.set_rollback(True)
        queue("kept")

    assert broker.queued() == 1
    assert Notice.objects.get().dedupe_key == "kept"


def test_a_stopped_broker_neither_fails_nor_delays_the_request(broker, caplog):
    broker.stop()

    took = timed_submit("a", "b", "c", "d", "e")

    assert took < 1.0
    assert Notice.objects.count() == 5
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert [r.name for r in warnings] == ["portal.core.wakeups"]


def test_a_frozen_broker_costs_one_request_a_second_and_the_next_ones_nothing(broker):
    broker.process.send_signal(signal.SIGSTOP)

    first = timed_submit("a", "b")
    second = timed_submit("c")

    broker.process.send_signal(signal.SIGCONT)
    assert 0.5 < first < 2.0
    assert second < 0.5
    assert Notice.objects.count() == 3


def test_the_sweep_delivers_what_was_queued_while_the_broker_was_down(broker, simulator):
    broker.stop()
    took = timed_submit("submitted:sms")
    assert took < 1.0
    assert simulator.messages() == []

    broker.start()
    # What beat publishes every 30 seconds.
    sweep = app.conf.beat_schedule["sweep-notices"]
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        app.send_task(sweep["task"], **sweep["options"])
        wait_until_sent()

    [message] = simulator.messages()
    assert message.body == "DVC: Da nhan ho so H99.11-261121-0001."
    assert Notice.objects.get().status == "sent"


def test_wake_makes_a_worker_deliver_without_waiting_for_the_sweep(broker, simulator):
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        timed_submit("submitted:sms")
        wait_until_sent()

    assert len(simulator.messages()) == 1


def test_a_worker_tries_again_soon_without_waiting_for_the_sweep(broker, simulator):
    simulator.control(sms="http:500", times=2)

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        timed_submit("submitted:sms")
        wait_until_sent()

    assert len(simulator.messages()) == 1
    assert Notice.objects.get().attempts == 3


def test_beat_sweeps_as_often_as_the_relay_believes():
    every = app.conf.beat_schedule["sweep-notices"]["schedule"]

    assert every == delivery.SWEEP_EVERY.total_seconds()
    assert app.conf.beat_schedule["sweep-notices"]["task"] in app.tasks
    assert WAKE_RELAY in app.tasks
