"""Two accountants press at once: money leaves once."""

from datetime import timedelta

import pytest

from accounts.enums import Role
from dossiers.enums import Action
from dossiers.models.dossier import DossierQuerySet
from dossiers.models.money import ObligationQuerySet
from payments import ledger, policies
from payments.enums import RefundMeans, RefundState, Why
from payments.models import LedgerEntry, Refund
from payments.models.refunds import RefundQuerySet
from payments.services import refunds
from payments.services.refunds import OutOfTurn, Payee
from tests.factories.accounts import StaffFactory
from tests.factories.dossiers import MONDAY_9AM, office
from tests.factories.payments import refund_suggested
from tests.races.test_claims import all_have_read
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT = MONDAY_9AM + timedelta(days=3)


@pytest.fixture
def pressed():
    """Return a press of "paid" by each of two accountants, with a number of its own each time."""
    place = office()
    people = [StaffFactory(role=Role.ACCOUNTANT, unit=place.agency) for _ in range(2)]
    refund = refund_suggested(place)
    refunds.propose_refund(
        refund_id=refund.pk,
        payee=Payee("Trần Thị Bình", RefundMeans.CASH),
        ground="Hồ sơ dừng giải quyết.",
        by=people[0],
        at=AT,
    )
    refunds.approve_refund(refund_id=refund.pk, by=place.leader, at=AT)

    def press(number):
        return lambda: refunds.record_refund(
            refund_id=refund.pk, reference=f"PC {number}", by=people[number % 2], at=AT
        )

    return press


def test_of_ten_presses_one_pays_back(pressed):
    answers = at_once([pressed(number) for number in range(10)])

    assert sorted(type(one).__name__ for one in answers) == ["OutOfTurn"] * 9 + ["Refund"]
    refund = Refund.objects.get()
    [left] = LedgerEntry.objects.filter(why=Why.REFUNDED)
    assert refund.state == RefundState.PAID
    assert left.reference == f"HT-{refund.pk} {refund.reference}"
    obligation = refund.entry.obligation
    assert obligation.settled_vnd == 0
    assert obligation.dossier.events.filter(action=Action.RECORD_REFUND).count() == 1


def test_without_locks_all_would_pay_and_only_the_books_refuse(pressed, monkeypatch):
    """Everybody finds the refund waiting; what is left then is that an entry is reversed once."""
    for queryset in (DossierQuerySet, ObligationQuerySet, RefundQuerySet):
        monkeypatch.setattr(queryset, "locked", lambda self: self)
    monkeypatch.setattr(ledger, "lock_chain", lambda agency_id: None)
    all_have_read(monkeypatch, policies, "stands", 3)

    answers = at_once([pressed(number) for number in range(3)], workers=3)

    assert not any(isinstance(one, OutOfTurn) for one in answers)
    assert LedgerEntry.objects.filter(why=Why.REFUNDED).count() == 1


def test_two_sweeps_at_once_suggest_once(pressed):
    Refund.objects.all().delete()

    at_once([lambda: refunds.suggest_refunds(at=AT)] * 6)

    assert Refund.objects.count() == 1
