"""Somebody always calls twice: the bank, the payer, the cashier; money is booked once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dossiers.enums import Action, SlipKind
from dossiers.models.dossier import DossierQuerySet
from dossiers.models.money import ObligationQuerySet
from payments import ledger
from payments.enums import EntryKind, PaymentState
from payments.models import CashReceipt, InboundMessage, LedgerEntry, Payment
from payments.models.attempts import PaymentQuerySet
from payments.services import cash, settling
from portal.notices.models import Notice
from tests.factories.dossiers import office
from tests.factories.payments import configure, payable, said, started
from tests.races.test_claims import all_have_read
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = 20


@pytest.fixture(autouse=True)
def _gateway(settings):
    configure(settings)


def without_locks(monkeypatch):
    for queryset in (DossierQuerySet, ObligationQuerySet, PaymentQuerySet):
        monkeypatch.setattr(queryset, "locked", lambda self: self)
    monkeypatch.setattr(ledger, "lock_chain", lambda agency_id: None)


def call(payment):
    url = f"{reverse('payments:vnpay_ipn')}?{said(payment)}"
    return lambda: Client().get(url).json()["RspCode"]


def test_of_twenty_equal_reports_one_is_recorded():
    payment = started(payable(), at=timezone.now())

    answers = at_once([call(payment)] * CALLS, workers=CALLS)

    dossier = payment.dossier
    assert sorted(answers) == ["00"] + ["02"] * (CALLS - 1)
    assert LedgerEntry.objects.count() == 1
    assert dossier.obligations.get().settled_vnd == 30_000
    assert dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION).count() == 1
    assert dossier.events.filter(action=Action.RECORD_PAYMENT).count() == 1
    told = Notice.objects.filter(kind="dossier-payment-recorded")
    assert sorted(told.values_list("medium", flat=True)) == ["in_app", "sms"]
    assert InboundMessage.objects.count() == CALLS


def test_without_locks_equal_reports_would_be_booked_again_and_again(monkeypatch):
    payment = started(payable(), at=timezone.now())
    without_locks(monkeypatch)
    all_have_read(monkeypatch, settling.policies, "may_become", 4)

    answers = at_once([call(payment)] * 4, workers=4)

    assert answers.count("00") > 1
    assert LedgerEntry.objects.count() > 1


def test_a_double_press_opens_one_attempt_and_leads_everybody_to_it():
    dossier = payable()
    key, at = uuid4(), timezone.now()

    attempts = at_once([lambda: started(dossier, at=at, key=key)] * 10)

    assert {type(one) for one in attempts} == {Payment}
    assert len({one.pk for one in attempts}) == 1


def test_ten_tabs_open_one_attempt():
    dossier, at = payable(), timezone.now()

    attempts = at_once([lambda: started(dossier, at=at)] * 10)

    assert len({one.reference for one in attempts}) == 1
    assert Payment.objects.count() == 1


def test_without_a_lock_ten_tabs_would_collide(monkeypatch):
    dossier, at = payable(), timezone.now()
    without_locks(monkeypatch)

    attempts = at_once([lambda: started(dossier, at=at)] * 8)

    assert {type(one).__name__ for one in attempts} != {"Payment"} or (
        len({one.reference for one in attempts}) > 1
    )


def test_cash_and_report_at_once_settle_once_and_the_other_is_kept():
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=timezone.now())
    obligation = dossier.obligations.get()

    def take_cash():
        return cash.receive_cash(
            obligation_id=obligation.pk,
            key=uuid4(),
            amount_vnd=30_000,
            receipt_number="0001",
            by=place.cashier,
            at=timezone.now(),
        )

    cash_first, code = at_once([take_cash, call(payment)])

    obligation.refresh_from_db()
    assert code == "00"
    assert obligation.settled_vnd == 30_000
    kinds = list(LedgerEntry.objects.order_by("sequence").values_list("kind", flat=True))
    if isinstance(cash_first, CashReceipt):
        assert kinds == [EntryKind.SETTLEMENT, EntryKind.SURPLUS]
    else:
        assert (type(cash_first).__name__, kinds) == ("NotPayable", [EntryKind.SETTLEMENT])
    assert Payment.objects.get().state == PaymentState.SUCCEEDED


def test_many_dossiers_paid_at_once_stand_in_one_whole_chain():
    place = office()
    payments = [started(payable(place), at=timezone.now()) for _ in range(8)]

    answers = at_once([call(payment) for payment in payments])

    chain = list(LedgerEntry.objects.order_by("sequence"))
    assert answers == ["00"] * 8
    assert [entry.sequence for entry in chain] == list(range(1, 9))
    assert ledger.first_broken(chain) is None


def test_equal_reports_of_an_unknown_attempt_leave_one_orphan():
    payment = started(payable(), at=timezone.now())
    payment.reference = "H99-250101-0001-P1"

    answers = at_once([call(payment)] * 8)

    assert answers == ["01"] * 8
    assert LedgerEntry.objects.get().kind == EntryKind.ORPHAN
    assert timedelta(0) <= timezone.now() - LedgerEntry.objects.get().recorded_at
