"""Money by the use cases themselves: cash that was counted, an attempt, what VNPAY says of it."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import factory
from django.conf import settings
from factory.django import DjangoModelFactory

from accounts.enums import PayWay
from accounts.models import CollectingAccount
from dossiers.enums import DossierState
from dossiers.services import processing
from payments.enums import Provider
from payments.gateways import vnpay
from payments.models import CashReceipt, Payment, Refund
from payments.services import cash, hearing, refunds, starting
from tests.factories.dossiers import MONDAY_9AM, dossier_at, office

TERMINAL = vnpay.Terminal(code="VDXDEMO1", secret="K3J9V2XQ7LMB5T8WZR4YNC6HGD1PSF0A")
VNPAY = {
    "VNPAY_TMN_CODE": TERMINAL.code,
    "VNPAY_HASH_SECRET": TERMINAL.secret,
    "VNPAY_PAY_URL": "http://127.0.0.1:1/paymentv2/vpcpay.html",
    "VNPAY_QUERY_URL": "http://127.0.0.1:1/merchant_webapi/api/transaction",
}


class CollectingAccountFactory(DjangoModelFactory[CollectingAccount]):
    class Meta:
        model = CollectingAccount

    holder = "Ủy ban nhân dân xã Sông Tranh"
    number = "3511.0.1098765.00000"
    bank = "Kho bạc Nhà nước khu vực Đông Hải"
    ways = [PayWay.VNPAY, PayWay.CASH]
    terminal = TERMINAL.code
    valid_from = MONDAY_9AM.date()


class PaymentFactory(DjangoModelFactory[Payment]):
    """An attempt as it stands in the table, for a `dossier`; what opens one is `started`."""

    class Meta:
        model = Payment

    number = 1
    owner = factory.SelfAttribute("dossier.owner")
    agency = factory.SelfAttribute("dossier.deciding_unit")
    provider = Provider.VNPAY
    reference = factory.LazyAttribute(lambda payment: f"{payment.dossier.code}-P{payment.number}")
    amount_vnd = 30_000
    payer_address = "203.0.113.10"
    created_at = MONDAY_9AM
    expires_at = MONDAY_9AM + timedelta(minutes=15)


def configure(settings) -> None:
    """Let the settings of one test name a gateway; nothing listens there."""
    for name, value in VNPAY.items():
        setattr(settings, name, value)


def payable(place=None, state=DossierState.PAYMENT, **fields):
    """Return a dossier that waits for 30.000 đồng at an office that takes money online."""
    place = place or office()
    if not CollectingAccount.objects.filter(unit=place.agency).exists():
        CollectingAccountFactory(unit=place.agency)
    return dossier_at(state, place=place, **fields)


def started(dossier, *, at, key=None, **changes) -> Payment:
    """Let the owner of a dossier set out to pay all that is due."""
    due = list(dossier.obligations.due())
    arguments = {
        "dossier_id": dossier.pk,
        "obligation_ids": [one.pk for one in due],
        "amount_vnd": sum(one.amount_vnd - one.settled_vnd for one in due),
        "key": key or uuid4(),
        "owner": dossier.owner,
        "payer_address": "203.0.113.10",
        "at": at,
    }
    return starting.start_payment(**{**arguments, **changes})


def said(payment, *, secret=TERMINAL.secret, drop=(), **changes) -> str:
    """Return the query string with which VNPAY reports an attempt: a success unless changed."""
    parameters = {
        "vnp_Amount": str(payment.amount_vnd * 100),
        "vnp_BankCode": "NCB",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": f"Nop phi ho so {payment.dossier.code}",
        "vnp_PayDate": "20260302103512",
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": settings.VNPAY_TMN_CODE,
        "vnp_TransactionNo": str(14_000_000 + payment.pk),
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": payment.reference,
    }
    parameters |= {f"vnp_{name}": value for name, value in changes.items()}
    for name in drop:
        del parameters[f"vnp_{name}"]
    signed = vnpay.canonical(parameters)
    return f"{signed}&vnp_SecureHash={vnpay.sign(signed, secret)}"


def reported(payment, *, at, **changes) -> str:
    """Let VNPAY's server report an attempt; return the code that it is answered."""
    return hearing.receive_ipn(raw=said(payment, **changes), at=at)


def parameters_of(address: str) -> dict[str, str]:
    """Return what a pay address asks for."""
    return dict(pair.split("=", 1) for pair in urlsplit(address).query.split("&"))


def cash_received(dossier, place, *, at, number: str = "0001") -> CashReceipt:
    """Let the cashier of `place` take the whole sum that a dossier owes."""
    obligation = dossier.obligations.due().get()
    return cash.receive_cash(
        obligation_id=obligation.pk,
        key=uuid4(),
        amount_vnd=obligation.amount_vnd,
        receipt_number=number,
        by=place.cashier,
        at=at,
    )


def refund_suggested(place, *, owner=None, at=MONDAY_9AM + timedelta(days=2)) -> Refund:
    """Return what the sweep suggests for a dossier that was paid in cash and then stopped."""
    fields = {} if owner is None else {"owner": owner}
    dossier = dossier_at(DossierState.PAYMENT, place=place, **fields)
    cash_received(dossier, place, at=at, number=f"HT-{dossier.pk}")
    processing.claim_step(dossier_id=dossier.pk, by=place.officer, at=at, version=None)
    processing.stop_dossier(
        dossier_id=dossier.pk, by=place.leader, at=at, version=None, reason="Không đủ căn cứ."
    )
    refunds.suggest_refunds(at=at)
    return Refund.objects.get(entry__obligation__dossier=dossier)
