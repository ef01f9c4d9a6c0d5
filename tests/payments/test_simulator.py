"""The simulated bank against the portal's own address: whatever it does, money is booked once."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from payments.enums import EntryKind, PaymentState, Verdict
from payments.models import InboundMessage, LedgerEntry, Payment
from payments.services import starting
from tests.factories.payments import TERMINAL, payable, started


@pytest.fixture
def attempt(bank, live_server, transactional_db) -> Payment:
    bank.control(ipn_url=f"{live_server.url}/thanh-toan/vnpay/ipn/")
    return started(payable(), at=timezone.now())


def answers_to(bank, attempt, *, count: int) -> list[str]:
    """Wait for the bank's calls about an attempt and return what they were answered."""
    until = time.monotonic() + 20
    codes: list[str] = []
    while len(codes) < count and time.monotonic() < until:
        time.sleep(0.1)
        calls = bank.calls()
        codes = [one["code"] for one in calls if one["reference"] == attempt.reference]
    return codes


def pay(bank, attempt, **how) -> None:
    bank.pay(starting.pay_address(attempt), reference=attempt.reference, **how)


@pytest.mark.parametrize(
    ("mode", "codes"), [("ok", ["00"]), ("twice", ["00", "02"]), ("late:1", ["00"])]
)
def test_calls_once_twice_and_late_are_booked_once(bank, attempt, mode, codes):
    pay(bank, attempt, ipn=mode)

    assert sorted(answers_to(bank, attempt, count=len(codes))) == codes
    attempt.refresh_from_db()
    assert attempt.state == PaymentState.SUCCEEDED
    assert [one.kind for one in LedgerEntry.objects.all()] == [EntryKind.SETTLEMENT]


@pytest.mark.parametrize(
    ("mode", "seen"),
    [
        ("amount", ("04", Verdict.WRONG_AMOUNT, [EntryKind.ORPHAN])),
        ("signature", ("97", Verdict.BAD_SIGNATURE, [])),
    ],
)
def test_wrong_calls_are_repeated_and_settle_nothing(bank, attempt, mode, seen):
    code, verdict, booked = seen
    pay(bank, attempt, ipn=mode)

    # Ten times, as the gateway does, then it gives up.
    assert answers_to(bank, attempt, count=10) == [code] * 10
    attempt.refresh_from_db()
    assert attempt.state == PaymentState.REDIRECTED
    assert [one.kind for one in LedgerEntry.objects.all()] == booked
    assert set(InboundMessage.objects.values_list("verdict", flat=True)) == {verdict}


def test_a_payer_who_presses_twice_pays_once(bank, attempt):
    def press(_number: int) -> None:
        try:
            pay(bank, attempt, ipn="ok")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(press, range(2)))

    assert answers_to(bank, attempt, count=1) == ["00"]
    assert LedgerEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"DJANGO_SETTINGS_MODULE": "portal.settings.prod"},
            "does not run beside portal.settings.prod",
        ),
        ({"VNPAY_HASH_SECRET": " "}, "must name the merchant"),
    ],
)
def test_it_refuses_to_run_with_a_sentence(environment, words):
    base = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "",
        "VNPAY_TMN_CODE": TERMINAL.code,
        "VNPAY_HASH_SECRET": TERMINAL.secret,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "payments.simulator"],
        env={**base, **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
