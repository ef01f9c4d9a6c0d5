"""What is kept of messages that anybody may send, and whose signature is believed meanwhile."""

from datetime import timedelta

import pytest

from accounts.limits import POLICY, Bucket, Limit
from payments.enums import PaymentState, Verdict
from payments.models import InboundMessage, LedgerEntry
from payments.services import hearing
from tests.factories.dossiers import MONDAY_9AM, office
from tests.factories.payments import TERMINAL, configure, payable, reported, said, started

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=2)
LATER = AT + timedelta(minutes=3)
NEW = "N7B2V9C4X1Z8L5K3J6H0G2F7D4S9A1Q8"


@pytest.fixture(autouse=True)
def _gateway(settings):
    configure(settings)


@pytest.fixture
def _few(monkeypatch):
    hour = timedelta(hours=1)
    monkeypatch.setitem(POLICY, Bucket.GATEWAY_FORGED, (Limit(3, hour),))
    monkeypatch.setitem(POLICY, Bucket.GATEWAY_REPEATED, (Limit(2, hour),))


def test_what_the_former_secret_signed_is_believed_while_it_is_listed(settings):
    place = office()
    before, after = (started(payable(place), at=AT) for _ in range(2))
    settings.VNPAY_HASH_SECRET = NEW
    settings.VNPAY_HASH_SECRET_FORMER = [TERMINAL.secret]

    assert reported(before, at=LATER) == "00"
    assert reported(after, at=LATER, secret=NEW) == "00"

    settings.VNPAY_HASH_SECRET_FORMER = []
    third = started(payable(place), at=AT)
    assert reported(third, at=LATER) == "97"
    third.refresh_from_db()
    assert third.state == PaymentState.REDIRECTED
    assert LedgerEntry.objects.count() == 2


@pytest.mark.usefixtures("_few")
def test_a_flood_of_forged_messages_is_answered_and_kept_only_in_part():
    payment = started(payable(), at=AT)
    forged = [said(payment, secret=NEW, BankCode=f"B{number}") for number in range(8)]

    answers = {hearing.receive_ipn(raw=raw, at=LATER) for raw in forged}

    assert answers == {"97"}
    assert InboundMessage.objects.filter(verdict=Verdict.BAD_SIGNATURE).count() == 3
    # Whoever floods us shuts nobody out.
    assert reported(payment, at=LATER) == "00"
    assert InboundMessage.objects.get(verdict=Verdict.RECORDED).payment == payment
    hearing.receive_ipn(raw=forged[0], at=LATER + timedelta(hours=1))
    assert InboundMessage.objects.filter(verdict=Verdict.BAD_SIGNATURE).count() == 4


@pytest.mark.usefixtures("_few")
def test_the_same_signed_message_sent_for_ever_is_answered_and_kept_only_in_part():
    place = office()
    payment, other = (started(payable(place), at=AT) for _ in range(2))

    answers = [reported(payment, at=LATER) for _ in range(6)]

    assert answers == ["00"] + ["02"] * 5
    assert InboundMessage.objects.count() == 2
    assert LedgerEntry.objects.count() == 1
    assert reported(other, at=LATER) == "00"
    assert InboundMessage.objects.filter(payment=other).count() == 1


@pytest.mark.usefixtures("_few")
def test_what_browsers_bring_back_is_bounded_too():
    payment = started(payable(), at=AT)

    for number in range(8):
        raw = said(payment, secret=NEW, BankCode=f"B{number}")
        assert hearing.look_at_return(raw=raw, at=LATER) == ""

    assert InboundMessage.objects.count() == 3
    assert hearing.look_at_return(raw=said(payment), at=LATER) == payment.reference


@pytest.mark.usefixtures("_few")
def test_a_signed_message_that_is_not_kept_still_settles(monkeypatch):
    """The counter is full before the first copy is applied: nothing is lost but the copy."""
    monkeypatch.setitem(POLICY, Bucket.GATEWAY_REPEATED, (Limit(0, timedelta(hours=1)),))
    payment = started(payable(), at=AT)

    assert reported(payment, at=LATER) == "00"

    assert not InboundMessage.objects.exists()
    assert LedgerEntry.objects.count() == 1
