"""What VNPAY reports: the table of answers, and that every đồng is booked exactly once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction

from dossiers.enums import Action, DossierState, SlipKind
from dossiers.models import Dossier
from dossiers.services import withdrawal
from payments import ledger
from payments.enums import EntryKind, MessageKind, PaymentState, Source, Verdict, Why
from payments.gateways import client
from payments.models import InboundMessage, LedgerEntry, Payment
from payments.services import hearing, settling, surplus
from portal.notices.models import Notice
from tests.factories.dossiers import MONDAY_9AM, fee_line, office
from tests.factories.payments import cash_received, configure, payable, reported, said, started

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=2)
LATER = AT + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def _gateway(settings):
    configure(settings)


def entries():
    return list(
        LedgerEntry.objects.order_by("agency", "sequence").values_list("kind", "amount_vnd", "why")
    )


def test_a_success_settles_once_with_ledger_confirmation_and_notices():
    dossier = payable()
    payment = started(dossier, at=AT)

    answer = reported(payment, at=LATER)

    payment.refresh_from_db()
    dossier.refresh_from_db()
    obligation = dossier.obligations.get()
    assert answer == "00"
    assert payment.state == PaymentState.SUCCEEDED
    assert payment.provider_transaction == str(14_000_000 + payment.pk)
    assert payment.query_due_at is None
    assert (obligation.settled_vnd, obligation.settled_at) == (30_000, LATER)
    assert dossier.state == DossierState.ACCEPTED
    [entry] = LedgerEntry.objects.all()
    assert (entry.kind, entry.source, entry.amount_vnd) == ("SETTLEMENT", Source.GATEWAY, 30_000)
    assert (entry.obligation, entry.payment, entry.agency) == (
        obligation,
        payment,
        dossier.deciding_unit,
    )
    [slip] = dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION)
    assert slip.content["in_words"] == "Ba mươi nghìn đồng"
    assert payment.provider_transaction in slip.content["paper"]
    told = Notice.objects.filter(kind="dossier-payment-recorded")
    # The e-mail follows with the confirmation.
    assert sorted(told.values_list("medium", flat=True)) == ["in_app", "sms"]
    [event] = dossier.events.filter(action=Action.RECORD_PAYMENT)
    assert event.data["reference"] == payment.reference


def test_the_table_of_answers():
    payment = started(payable(), at=AT)
    stranger = Payment(amount_vnd=30_000, reference="H99-260302-9999-P1", dossier=payment.dossier)
    stranger.pk = 1
    answers = {
        "unsigned": hearing.receive_ipn(raw="vnp_TxnRef=x&vnp_Amount=1", at=LATER),
        "unknown order": reported(stranger, at=LATER),
        "one đồng less": reported(payment, at=LATER, Amount="2999900", TransactionNo="71"),
        "without the factor": reported(payment, at=LATER, Amount="30000", TransactionNo="72"),
        "a fraction": reported(payment, at=LATER, Amount="3000001"),
        "no amount": reported(payment, at=LATER, drop=("Amount",)),
        "no status": reported(payment, at=LATER, drop=("TransactionStatus",)),
        "another terminal": reported(payment, at=LATER, TmnCode="VDXDEMO2"),
        "contradiction": reported(payment, at=LATER, ResponseCode="24"),
        "first good": reported(payment, at=LATER),
        "same again": reported(payment, at=LATER),
        "failure after it": reported(payment, at=LATER, ResponseCode="24", TransactionStatus="02"),
    }

    assert answers == {
        "unsigned": "97",
        "unknown order": "01",
        "one đồng less": "04",
        "without the factor": "04",
        "a fraction": "04",
        "no amount": "04",
        "no status": "99",
        "another terminal": "01",
        "contradiction": "99",
        "first good": "00",
        "same again": "02",
        "failure after it": "02",
    }
    assert InboundMessage.objects.count() == len(answers)
    assert not InboundMessage.objects.filter(verdict=Verdict.STORED).exists()
    assert LedgerEntry.objects.filter(kind=EntryKind.SETTLEMENT).count() == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw.partition("&vnp_SecureHash")[0],
        lambda raw: raw.partition("&vnp_SecureHash")[0] + "&vnp_SecureHash=",
        lambda raw: raw[:-1],
        lambda raw: raw[:-1] + ("0" if raw[-1] != "0" else "1"),
        lambda raw: raw.replace("vnp_Amount=3000000", "vnp_Amount=3000100"),
        lambda raw: raw + "&vnp_Amount=3000000",
    ],
)
def test_what_is_not_signed_as_it_stands_changes_nothing(spoil):
    dossier = payable()
    payment = started(dossier, at=AT)
    raw = spoil(said(payment))

    answer = hearing.receive_ipn(raw=raw, at=LATER)

    assert answer == "97"
    [message] = InboundMessage.objects.all()
    assert (message.raw, message.verdict) == (raw, Verdict.BAD_SIGNATURE)
    assert not LedgerEntry.objects.exists()
    assert dossier.obligations.get().settled_vnd == 0


def test_the_hash_in_capitals_is_the_same_hash():
    payment = started(payable(), at=AT)
    signed, mark, digest = said(payment).partition("vnp_SecureHash=")

    assert hearing.receive_ipn(raw=signed + mark + digest.upper(), at=LATER) == "00"


def test_the_hash_of_another_attempt_is_refused():
    place = office()
    one, two = (started(payable(place), at=AT) for _ in range(2))
    digest = said(two).partition("vnp_SecureHash=")[2]
    raw = said(one).partition("vnp_SecureHash=")[0] + f"vnp_SecureHash={digest}"

    assert hearing.receive_ipn(raw=raw, at=LATER) == "97"


@pytest.mark.parametrize("name", ["VNPAY_HASH_SECRET", "VNPAY_TMN_CODE"])
def test_with_a_blank_secret_nothing_is_verified_and_the_message_is_kept(settings, name):
    payment = started(payable(), at=AT)
    raw = said(payment)
    setattr(settings, name, "  ")

    answer = hearing.receive_ipn(raw=raw, at=LATER)

    assert answer == "99"
    assert InboundMessage.objects.get().raw == raw
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    ("codes", "state", "is_asked_again"),
    [
        (("24", "02"), PaymentState.CANCELLED, False),
        (("51", "02"), PaymentState.FAILED, False),
        (("99", "01"), PaymentState.FAILED, False),
        (("00", "02"), PaymentState.FAILED, False),
        (("07", "00"), PaymentState.SUSPECT, True),
        (("00", "07"), PaymentState.SUSPECT, True),
        (("07", "07"), PaymentState.SUSPECT, True),
        (("00", "04"), PaymentState.SUSPECT, True),
        (("00", "01"), PaymentState.REDIRECTED, True),
        (("24", "00"), PaymentState.REDIRECTED, True),
    ],
)
def test_only_both_codes_are_success(codes, state, is_asked_again):
    dossier = payable()
    payment = started(dossier, at=AT)

    answer = reported(payment, at=LATER, ResponseCode=codes[0], TransactionStatus=codes[1])

    payment.refresh_from_db()
    assert payment.state == state
    assert answer == ("99" if state == PaymentState.REDIRECTED else "00")
    assert (payment.query_due_at is not None) == is_asked_again
    assert not LedgerEntry.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.PAYMENT


@pytest.mark.parametrize("first", [("51", "02"), ("24", "02"), ("07", "07")])
def test_a_success_after_a_failure_wins_and_never_the_other_way_round(first):
    dossier = payable()
    payment = started(dossier, at=AT)
    bad = {"ResponseCode": first[0], "TransactionStatus": first[1]}

    answers = [
        reported(payment, at=LATER, **bad),
        reported(payment, at=LATER),
        reported(payment, at=LATER, **bad),
    ]

    assert answers == ["00", "00", "02"]
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert entries() == [("SETTLEMENT", 30_000, "")]


def test_our_own_failure_is_answered_99_keeps_the_message_and_the_next_call_settles(monkeypatch):
    dossier = payable()
    payment = started(dossier, at=AT)

    def fail(**_arguments):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(settling.fees, "record_settlement", fail)
        broken = reported(payment, at=LATER)
    payment.refresh_from_db()

    assert broken == "99"
    assert payment.state == PaymentState.REDIRECTED
    assert not LedgerEntry.objects.exists()
    assert InboundMessage.objects.get().verdict == Verdict.FAILED
    assert reported(payment, at=LATER) == "00"
    assert entries() == [("SETTLEMENT", 30_000, "")]


def execute(statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def surplus_of(dossier) -> list[str]:
    found = LedgerEntry.objects.unplaced().filter(obligation__dossier=dossier)
    return [entry.why for entry in found]


def test_money_after_the_withdrawal_is_booked_as_surplus_and_told():
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=AT)
    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=dossier.owner, at=AT, version=None)

    answer = reported(payment, at=LATER)

    assert answer == "00"
    assert surplus_of(dossier) == [Why.ENDED]
    assert dossier.obligations.get().settled_vnd == 0
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.WITHDRAWN
    assert not dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION).exists()
    kinds = Notice.objects.values_list("kind", flat=True)
    assert "dossier-payment-surplus" in kinds
    [alarm] = Notice.objects.filter(kind="dossier-payment-surplus-staff")
    assert alarm.recipient == place.cashier


def test_money_after_the_cash_is_booked_as_surplus():
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=AT)
    cash_received(dossier, place, at=AT)

    answer = reported(payment, at=LATER)

    assert answer == "00"
    assert entries() == [
        ("SETTLEMENT", 30_000, ""),
        ("SURPLUS", 30_000, Why.ALREADY_SETTLED),
    ]
    assert dossier.obligations.get().settled_vnd == 30_000


def test_of_two_attempts_both_paid_one_settles_and_one_is_surplus():
    dossier = payable()
    first = started(dossier, at=AT)
    second = started(dossier, at=AT + timedelta(minutes=20))

    answers = [reported(one, at=AT + timedelta(minutes=30)) for one in (second, first)]

    assert first.reference != second.reference
    assert answers == ["00", "00"]
    assert [kind for kind, _amount, _why in entries()] == ["SETTLEMENT", "SURPLUS"]
    assert Payment.objects.filter(state=PaymentState.SUCCEEDED).count() == 2
    assert dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION).count() == 1


def test_money_for_an_expired_attempt_is_surplus_which_the_cashier_can_use():
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=AT)
    assert hearing.expire(payment_id=payment.pk, at=AT + timedelta(hours=25))

    answer = reported(payment, at=AT + timedelta(hours=26))

    assert answer == "00"
    assert surplus_of(dossier) == [Why.LATE]
    entry = LedgerEntry.objects.get()
    surplus.use_surplus(entry_id=entry.pk, by=place.cashier, at=AT + timedelta(hours=27))
    assert [kind for kind, _amount, _why in entries()] == ["SURPLUS", "REVERSAL", "SETTLEMENT"]
    assert surplus_of(dossier) == []
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.ACCEPTED
    with pytest.raises(surplus.NotUsable):
        surplus.use_surplus(entry_id=entry.pk, by=place.cashier, at=AT + timedelta(hours=28))


def test_a_second_transaction_for_one_attempt_is_kept_as_surplus_once():
    payment = started(payable(), at=AT)

    answers = [
        reported(payment, at=LATER),
        reported(payment, at=LATER, TransactionNo="99000001"),
        reported(payment, at=LATER, TransactionNo="99000001"),
    ]

    assert answers == ["00", "02", "02"]
    assert entries() == [("SETTLEMENT", 30_000, ""), ("SURPLUS", 30_000, Why.TWICE)]


def test_verified_money_of_no_attempt_is_an_orphan_once():
    payment = started(payable(), at=AT)
    lost = {"TxnRef": "H99-250101-0001-P9", "TransactionNo": "88000001"}

    answers = [reported(payment, at=LATER, **lost) for _ in range(3)]

    assert answers == ["01"] * 3
    assert entries() == [("ORPHAN", 30_000, Why.UNKNOWN_ORDER)]
    assert LedgerEntry.objects.get().agency is None


def test_a_wrong_amount_is_an_orphan_until_the_right_one_explains_it():
    dossier = payable()
    payment = started(dossier, at=AT)

    wrong = [reported(payment, at=LATER, Amount="100") for _ in range(2)]
    kept = entries()
    right = reported(payment, at=LATER)

    assert (wrong, right) == (["04", "04"], "00")
    assert kept == [("ORPHAN", 1, Why.WRONG_AMOUNT)]
    assert entries()[1:] == [
        ("REVERSAL", 1, Why.EXPLAINED),
        ("SETTLEMENT", 30_000, ""),
    ]
    assert not LedgerEntry.objects.unplaced().exists()


def test_a_transaction_of_another_attempt_settles_nothing():
    place = office()
    one, two = (started(payable(place), at=AT) for _ in range(2))
    reported(one, at=LATER)

    answer = reported(two, at=LATER, TransactionNo=str(14_000_000 + one.pk))

    assert answer == "99"
    assert LedgerEntry.objects.count() == 1


def test_cash_and_gateway_stand_in_one_chain_of_the_agency():
    place = office()
    by_cash, online = payable(place), payable(place)
    cash_received(by_cash, place, at=AT)
    reported(started(online, at=AT), at=LATER)

    chain = list(LedgerEntry.objects.filter(agency=place.agency).order_by("sequence"))

    assert [(one.sequence, one.source) for one in chain] == [(1, "CASH"), (2, "GATEWAY")]
    assert ledger.first_broken(chain) is None
    chain[0].amount_vnd += 1
    assert ledger.first_broken(chain) == chain[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET amount_vnd = 1",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry CASCADE",
        "UPDATE payments_inboundmessage SET raw = ''",
        "DELETE FROM payments_inboundmessage",
    ],
)
def test_the_application_can_rewrite_neither_books_nor_messages(statement):
    reported(started(payable(), at=AT), at=LATER)

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        execute(statement)


@pytest.mark.usefixtures("as_database_owner")
@pytest.mark.parametrize(
    "verb", ["UPDATE payments_ledgerentry SET why = ''", "DELETE FROM payments_ledgerentry"]
)
def test_even_the_owner_is_stopped_by_the_trigger(verb):
    reported(started(payable(), at=AT), at=LATER)

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        execute(verb)


def test_two_sums_in_one_attempt_are_settled_each():
    dossier = payable(fees=[fee_line(30_000), fee_line(20_000, fee_key="phi")])
    payment = started(dossier, at=AT)

    reported(payment, at=LATER)

    assert payment.amount_vnd == 50_000
    assert dossier.obligations.get().settled_vnd == 50_000


def test_a_forged_return_changes_nothing_and_is_kept():
    dossier = payable()
    payment = started(dossier, at=AT)
    forged = said(payment, secret="another-secret-entirely-0123456789")

    named = [hearing.look_at_return(raw=raw, at=LATER) for raw in (forged, said(payment))]

    payment.refresh_from_db()
    assert named == ["", payment.reference]
    assert payment.state == PaymentState.REDIRECTED
    assert not LedgerEntry.objects.exists()
    assert dossier.obligations.get().settled_vnd == 0
    verdicts = InboundMessage.objects.filter(kind=MessageKind.RETURN).order_by("pk")
    assert [one.verdict for one in verdicts] == [Verdict.BAD_SIGNATURE, Verdict.SEEN]


def test_an_unreachable_gateway_leaves_the_attempt_as_it_is(settings):
    with pytest.raises(client.GatewayUnavailable):
        client.ask({})
    settings.VNPAY_QUERY_URL = "http://pay.example.vn/query"
    with pytest.raises(client.NotConfigured):
        client.ask({})
