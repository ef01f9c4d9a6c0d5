"""Setting out to pay: one attempt per intention, for exactly what is due."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.enums import PayWay
from accounts.models import CollectingAccount
from dossiers import policies
from dossiers.enums import DossierState
from dossiers.services import fees, withdrawal
from payments.enums import PaymentState
from payments.models import Payment
from payments.services import starting
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM, fee_line, office
from tests.factories.payments import (
    cash_received,
    configure,
    parameters_of,
    payable,
    reported,
    started,
)

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _gateway(settings):
    configure(settings)


def test_an_attempt_names_sum_reference_and_window(settings):
    dossier = payable()

    payment = started(dossier, at=AT)

    assert payment.reference == f"{dossier.code}-P1"
    assert (payment.amount_vnd, payment.state) == (30_000, PaymentState.REDIRECTED)
    assert payment.expires_at == AT + timedelta(minutes=15)
    asked = parameters_of(starting.pay_address(payment))
    assert asked["vnp_Amount"] == "3000000"
    assert asked["vnp_TxnRef"] == payment.reference
    assert (asked["vnp_CreateDate"], asked["vnp_ExpireDate"]) == (
        "20260302110000",
        "20260302111500",
    )
    assert asked["vnp_OrderInfo"] == f"Nop+phi+ho+so+{dossier.code}"


def test_the_same_key_is_the_same_attempt_and_the_same_address():
    dossier, key = payable(), uuid4()

    one, two = (started(dossier, at=AT, key=key) for _ in range(2))

    assert one == two
    assert starting.pay_address(one) == starting.pay_address(two)


def test_another_page_while_an_attempt_is_open_leads_to_that_attempt():
    dossier = payable()

    first = started(dossier, at=AT)
    soon = started(dossier, at=AT + timedelta(minutes=5))
    later = started(dossier, at=AT + timedelta(minutes=14))

    assert soon == first
    assert (later.number, later.reference) == (2, f"{dossier.code}-P2")


@pytest.mark.parametrize("amount_vnd", [1, 29_999, 30_001])
def test_another_amount_is_refused_with_a_new_key_and_with_a_known_one(amount_vnd):
    dossier, key = payable(), uuid4()

    with pytest.raises(starting.AnotherAmount):
        started(dossier, at=AT, amount_vnd=amount_vnd)
    started(dossier, at=AT, key=key)
    with pytest.raises(starting.AnotherAmount):
        started(dossier, at=AT, key=key, amount_vnd=amount_vnd)

    assert Payment.objects.count() == 1


def test_a_key_of_another_dossier_is_refused():
    place, key = office(), uuid4()
    owner = CitizenFactory()
    one, two = (payable(place, owner=owner) for _ in range(2))
    started(one, at=AT, key=key)

    with pytest.raises(starting.AnotherAmount):
        started(two, at=AT, key=key)


def test_an_obligation_of_another_dossier_is_not_paid_along():
    place = office()
    mine, theirs = payable(place), payable(place)

    with pytest.raises(starting.NothingToPay):
        started(mine, at=AT, obligation_ids=[theirs.obligations.get().pk])


def test_nobody_pays_in_the_name_of_another():
    with pytest.raises(policies.NotYourDossier):
        started(payable(), at=AT, owner=CitizenFactory())


def test_what_is_paid_or_withdrawn_opens_no_attempt():
    place = office()
    paid, withdrawn = payable(place), payable(place)
    sums = [one.obligations.get().pk for one in (paid, withdrawn)]
    cash_received(paid, place, at=AT)
    withdrawal.withdraw_dossier(dossier_id=withdrawn.pk, by=withdrawn.owner, at=AT, version=None)

    for dossier, obligation in zip((paid, withdrawn), sums, strict=True):
        with pytest.raises(starting.NothingToPay):
            started(dossier, at=AT, obligation_ids=[obligation], amount_vnd=30_000)


def test_what_is_undetermined_opens_no_attempt():
    dossier = payable(fees=[fee_line(None)], state=DossierState.ACCEPTED)
    [due] = fees.list_due(dossier)

    with pytest.raises(starting.NothingToPay):
        starting.start_payment(
            dossier_id=dossier.pk,
            obligation_ids=[due.pk],
            amount_vnd=30_000,
            key=uuid4(),
            owner=dossier.owner,
            payer_address="203.0.113.10",
            at=AT,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"ways": [PayWay.CASH]},
        {"terminal": "OTHER001"},
        {"valid_until": MONDAY_9AM.date(), "valid_from": MONDAY_9AM.date() - timedelta(days=1)},
    ],
)
def test_without_an_account_for_it_nothing_is_paid_online(change):
    dossier = payable()
    CollectingAccount.objects.update(**change)

    with pytest.raises(starting.NotPaidOnline):
        started(dossier, at=AT + timedelta(days=1))


@pytest.mark.parametrize("name", ["VNPAY_TMN_CODE", "VNPAY_HASH_SECRET", "VNPAY_PAY_URL"])
def test_without_a_whole_gateway_nothing_is_paid_online(settings, name):
    dossier = payable()
    setattr(settings, name, "")

    with pytest.raises(starting.NotPaidOnline):
        started(dossier, at=AT)


def test_while_the_bank_looks_into_an_attempt_no_other_begins():
    dossier = payable()
    payment = started(dossier, at=AT)
    reported(payment, at=AT, ResponseCode="07", TransactionStatus="07")

    with pytest.raises(starting.UnderReview):
        started(dossier, at=AT + timedelta(hours=1))


def test_after_a_failure_the_next_attempt_has_a_reference_of_its_own():
    dossier = payable()
    first = started(dossier, at=AT)
    reported(first, at=AT, ResponseCode="24", TransactionStatus="02")

    second = started(dossier, at=AT + timedelta(minutes=1))

    assert (first.number, second.number) == (1, 2)
