"""Asking the bank ourselves: a lost report is found, no answer proves nothing."""

from datetime import timedelta

import httpx
import pytest
from django.utils import timezone

from dossiers.enums import DossierState
from dossiers.models import Dossier
from payments.enums import MessageKind, PaymentState, Verdict
from payments.models import InboundMessage, LedgerEntry, Payment
from payments.services import asking, starting
from tests.factories.payments import payable, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(bank) -> Payment:
    return started(payable(), at=timezone.now())


def due_now(payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(query_due_at=timezone.now())


def test_a_report_that_was_lost_is_found_by_asking(bank, attempt):
    bank.pay(starting.pay_address(attempt), reference=attempt.reference, ipn="never")
    due_now(attempt)

    asked = asking.ask_due(at=timezone.now())

    attempt.refresh_from_db()
    assert asked == 1
    assert attempt.state == PaymentState.SUCCEEDED
    assert LedgerEntry.objects.get().amount_vnd == 30_000
    assert Dossier.objects.get(pk=attempt.dossier_id).state == DossierState.ACCEPTED
    [answer] = InboundMessage.objects.filter(kind=MessageKind.QUERY)
    assert (answer.verdict, answer.payment) == (Verdict.RECORDED, attempt)
    assert asking.ask_due(at=timezone.now() + timedelta(days=2)) == 0


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("fail", PaymentState.FAILED),
        ("cancel", PaymentState.FAILED),
        ("suspect", PaymentState.SUSPECT),
    ],
)
def test_asking_tells_failure_and_suspicion_apart(bank, attempt, outcome, state):
    bank.pay(starting.pay_address(attempt), reference=attempt.reference, outcome=outcome)

    asking.ask(attempt, at=timezone.now())

    attempt.refresh_from_db()
    assert attempt.state == state
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize("mode", ["http:500", "unsigned", "hang:8"])
def test_no_readable_answer_leaves_the_attempt_open(bank, attempt, mode):
    bank.pay(starting.pay_address(attempt), reference=attempt.reference)
    bank.control(query=mode)

    asking.ask(attempt, at=timezone.now() + timedelta(days=3))

    attempt.refresh_from_db()
    assert attempt.state == PaymentState.REDIRECTED
    bank.control(query="ok")
    asking.ask(attempt, at=timezone.now() + timedelta(days=3))
    attempt.refresh_from_db()
    assert attempt.state == PaymentState.SUCCEEDED


def test_who_never_came_to_the_bank_stays_open_for_a_day_and_then_expires(attempt):
    verdicts = [
        asking.ask(attempt, at=attempt.expires_at + timedelta(hours=hours)) for hours in (1, 23)
    ]
    attempt.refresh_from_db()
    assert (verdicts, attempt.state) == ([Verdict.UNSEEN] * 2, PaymentState.REDIRECTED)

    asking.ask(attempt, at=attempt.expires_at + timedelta(hours=24))

    attempt.refresh_from_db()
    assert (attempt.state, attempt.query_due_at) == (PaymentState.EXPIRED, None)


def test_the_bank_is_asked_ever_more_rarely(attempt):
    begun, moments = attempt.created_at, []
    at = begun
    for _number in range(7):
        at = asking.next_query(begun, at=at)
        moments.append((at - begun) / timedelta(minutes=1))

    assert moments == [1, 5, 15, 60, 120, 180, 240]


def test_a_claim_fixes_the_next_time_before_the_bank_is_asked(attempt):
    at = attempt.created_at + timedelta(minutes=1)

    assert asking.claim_next(at=at - timedelta(seconds=1)) is None
    claimed = asking.claim_next(at=at)
    assert claimed is not None
    assert (claimed.queries, claimed.query_due_at) == (1, attempt.created_at + timedelta(minutes=5))
    assert asking.claim_next(at=at) is None


def test_the_bank_refuses_what_is_not_signed_for_its_merchant(bank, attempt):
    address = starting.pay_address(attempt)

    answers = [
        httpx.get(address.replace("vnp_Amount=3000000", "vnp_Amount=100"), trust_env=False),
        httpx.get(address, trust_env=False),
    ]

    assert [answer.status_code for answer in answers] == [400, 200]
    assert "30.000 đồng" in answers[1].text
