"""Cash at the counter: the whole sum, once, by the cashier of the desk."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from dossiers import policies
from dossiers.enums import Action, DossierState
from dossiers.models import Dossier
from dossiers.services import fees, processing, results
from payments.models import CashReceipt
from payments.services import cash
from procedures.enums import FeeMoment, ResultDelivery
from tests.factories.dossiers import MONDAY_9AM, dossier_at, fee_line, office
from tests.factories.payments import cash_received

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=3)


def receive(obligation, by, *, key=None, amount_vnd=30_000, number="AB 0001", at=AT):
    return cash.receive_cash(
        obligation_id=obligation.pk,
        key=key or uuid4(),
        amount_vnd=amount_vnd,
        receipt_number=number,
        by=by,
        at=at,
    )


def waiting(place):
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    return dossier, dossier.obligations.get()


def test_the_whole_sum_settles_and_the_dossier_goes_on():
    place = office()
    dossier, obligation = waiting(place)

    receipt = receive(obligation, place.cashier)

    dossier.refresh_from_db()
    obligation.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    assert (obligation.settled_vnd, obligation.settled_at) == (30_000, AT)
    assert (receipt.unit, receipt.year, receipt.received_by) == (place.desk, 2026, place.cashier)
    recorded = dossier.events.get(action=Action.RECORD_PAYMENT)
    assert recorded.data["reference"] == f"CASH-{receipt.pk}"
    assert recorded.actor == place.cashier


def test_a_fee_at_the_result_blocks_the_return_until_the_cash_is_there():
    place = office()
    dossier = dossier_at(
        DossierState.DECIDED, place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )
    give = {
        "dossier_id": dossier.pk,
        "by": place.clerk,
        "at": AT,
        "version": None,
        "method": ResultDelivery.ONLINE,
    }

    with pytest.raises(results.StillOwed):
        results.return_result(**give)
    cash_received(dossier, place, at=AT)
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.DECIDED
    results.return_result(**give)

    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.RETURNED


def test_the_same_key_again_is_the_same_receipt():
    place = office()
    dossier, obligation = waiting(place)
    key = uuid4()

    first = receive(obligation, place.cashier, key=key)
    again = receive(obligation, place.cashier, key=key)

    assert first == again
    assert dossier.events.filter(action=Action.RECORD_PAYMENT).count() == 1


def test_another_key_for_what_is_paid_takes_nothing():
    place = office()
    _dossier, obligation = waiting(place)
    receive(obligation, place.cashier)

    with pytest.raises(fees.NotPayable):
        receive(obligation, place.cashier)

    assert CashReceipt.objects.count() == 1


@pytest.mark.parametrize("amount_vnd", [1, 29_999, 30_001, 60_000])
def test_any_other_sum_is_refused_with_the_sum_due(amount_vnd):
    place = office()
    dossier, obligation = waiting(place)

    with pytest.raises(cash.WrongAmount) as refused:
        receive(obligation, place.cashier, amount_vnd=amount_vnd)

    assert refused.value.due_vnd == 30_000
    assert not CashReceipt.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.PAYMENT


def test_a_receipt_number_serves_once_a_year_and_desk():
    place, other = office(), office("khac")
    _first, obligation = waiting(place)
    dossier, second = waiting(place)
    _third, elsewhere = waiting(other)
    receive(obligation, place.cashier)

    with pytest.raises(cash.ReceiptNumberUsed):
        receive(second, place.cashier)
    receive(elsewhere, other.cashier)

    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.PAYMENT
    next_year = AT + timedelta(days=365)
    assert receive(second, place.cashier, at=next_year).year == 2027


@pytest.mark.parametrize("role", ["clerk", "officer", "leader", "registrar"])
def test_only_the_cashier_takes_cash(role):
    place = office()
    _dossier, obligation = waiting(place)

    with pytest.raises(policies.NotYourDossier):
        receive(obligation, getattr(place, role))


def test_the_cashier_of_another_desk_does_not():
    _dossier, obligation = waiting(office())

    with pytest.raises(policies.NotYourDossier):
        receive(obligation, office("khac").cashier)


def test_what_was_cancelled_takes_no_cash():
    place = office()
    dossier = dossier_at(
        DossierState.PROCESSING, place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )
    processing.stop_dossier(
        dossier_id=dossier.pk, by=place.leader, at=AT, version=None, reason="Hết căn cứ"
    )

    with pytest.raises(fees.NotPayable):
        receive(dossier.obligations.get(), place.cashier)


def test_what_has_no_amount_takes_no_cash():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None)])

    with pytest.raises(fees.NotPayable):
        receive(dossier.obligations.get(), place.cashier)


@pytest.mark.django_db(transaction=True)
def test_the_application_cannot_change_or_delete_a_receipt():
    place = office()
    _dossier, obligation = waiting(place)
    receipt = receive(obligation, place.cashier)

    with pytest.raises(ProgrammingError), transaction.atomic():
        CashReceipt.objects.update(amount_vnd=1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        CashReceipt.objects.filter(pk=receipt.pk)._raw_delete("default")
