"""Valkey stopped or frozen while a citizen hands in: nothing is lost, the answer comes at once."""

import signal
import time

import altcha
import pytest
import time_machine
from celery.contrib.testing.worker import start_worker
from django.urls import reverse

from dossiers.models import Dossier, Slip
from portal.celery import app
from portal.core import wakeups
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import place, ready_draft

pytestmark = pytest.mark.django_db(transaction=True)

PATIENT_SECONDS = 6.0
# Told are the person who files and the contact that is written on the dossier.
ADDRESSES = {
    ("sms", "84900000077"),
    ("sms", "84912345678"),
    ("email", "hai@example.vn"),
    ("email", "lan@example.vn"),
}


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(MONDAY_9AM, tick=True):
        yield


@pytest.fixture
def hand_in(client):
    """Hand a finished draft in by its page, as a new citizen; return the answer and its seconds."""
    where = place()

    def submit(**who):
        owner = CitizenFactory(**who)
        draft = ready_draft(where, owner)
        client.force_login(owner)
        payload = solve(client.get(reverse("accounts:robot_challenge")).json())
        wakeups.forget_pause()
        started = time.monotonic()
        response = client.post(
            reverse("dossiers:step", args=[draft.pk, "nop"]),
            {"key": draft.submission_key, "promise": "on", "altcha": payload},
        )
        took = time.monotonic() - started
        dossier = Dossier.objects.get(owner=owner)
        assert response.url == reverse("dossiers:done", args=[dossier.code])
        return dossier, took

    return submit


QUEUES = ("celery", "papers")


def solve(made):
    solution = altcha.solve_challenge(
        made["challenge"], made["salt"], made["algorithm"], made["maxnumber"], 0
    )
    return altcha.Payload(
        made["algorithm"], made["challenge"], solution.number, made["salt"], made["signature"]
    ).to_base64()


def notices_of(dossier):
    return Notice.objects.filter(subject_key=f"dossier:{dossier.code}")


def wait_until(is_true):
    until = time.monotonic() + 60
    while not is_true() and time.monotonic() < until:
        time.sleep(0.05)
    assert is_true()


def test_a_dossier_handed_in_while_valkey_is_down_is_told_of_when_it_is_back(
    broker, simulator, hand_in
):
    broker.stop()

    dossier, _took = hand_in(phone="84900000077", email="hai@example.vn")

    assert dossier.events.count() == 1
    assert set(dossier.slips.values_list("file", flat=True)) == {None}
    assert notices_of(dossier).unsent().exists()
    assert simulator.messages() == []

    broker.start()
    with start_worker(
        app, pool="solo", queues=QUEUES, perform_ping_check=False, shutdown_timeout=30
    ):
        # What beat publishes every 30 seconds, and nothing else.
        for name in ("render-slips", "sweep-notices"):
            entry = app.conf.beat_schedule[name]
            app.send_task(entry["task"], **entry["options"])
        wait_until(lambda: len(simulator.messages()) == len(ADDRESSES))

    assert not Slip.objects.filter(file=None).exists()
    assert not notices_of(dossier).unsent().exists()
    messages = simulator.messages()
    assert {(one.medium, one.to) for one in messages} == ADDRESSES
    assert all(dossier.code in one.body for one in messages)
    assert all(one.attachments for one in messages if one.medium == "email")


def test_without_a_sweep_the_notices_of_that_dossier_stay(broker, simulator, hand_in):
    """The negative control: the wake-up is really lost, only looking for rows finds them."""
    broker.stop()
    dossier, _took = hand_in()
    broker.start()

    assert [broker.queued(queue) for queue in QUEUES] == [0, 0]
    assert notices_of(dossier).unsent().exists()


def test_a_running_valkey_is_woken_once_for_each_kind_of_work(broker, hand_in):
    hand_in()

    # Messages wait in one queue, papers in the other, so that neither holds the other up.
    assert [broker.queued(queue) for queue in QUEUES] == [1, 1]


def test_a_frozen_valkey_costs_less_than_patience_would(broker, hand_in, monkeypatch):
    broker.process.send_signal(signal.SIGSTOP)
    try:
        _dossier, took = hand_in()
        # The negative control: with a long time-out the citizen waits for all of it.
        patient = {**wakeups.PUBLISH_OPTIONS, "socket_timeout": PATIENT_SECONDS}
        monkeypatch.setattr(wakeups, "PUBLISH_OPTIONS", patient)
        _other, took_patiently = hand_in()
    finally:
        broker.process.send_signal(signal.SIGCONT)

    assert took < PATIENT_SECONDS < took_patiently
    assert Dossier.objects.count() == 2


def test_a_stopped_valkey_is_given_up_at_once(broker, hand_in):
    _dossier, usual = hand_in()
    broker.stop()

    _other, took = hand_in()

    # Far more than a refused connection takes, for machines with a lot to do.
    assert took < usual + 3.0
