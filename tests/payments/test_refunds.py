"""Money that goes back: who may say so, that it leaves once, and that the books know."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.enums import Role
from dossiers.enums import Action, DossierState
from dossiers.services import withdrawal
from payments.enums import EntryKind, RefundMeans, RefundState, Why
from payments.models import LedgerEntry, Refund
from payments.services import hearing, refunds, surplus
from payments.services.refunds import Payee
from payments.services.verification import verify_ledger
from portal.notices.models import Notice
from tests.factories.accounts import StaffFactory, StaffRoleFactory
from tests.factories.dossiers import MONDAY_9AM, dossier_at, office
from tests.factories.payments import (
    cash_received,
    configure,
    payable,
    refund_suggested,
    reported,
    said,
    started,
)

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(days=3)
BANK = Payee("Trần Thị Bình", RefundMeans.BANK, "Ngân hàng Đông Hải", "0123456789")
GROUND = "Hồ sơ dừng giải quyết sau khi đã nộp lệ phí."


@pytest.fixture
def place():
    return office()


@pytest.fixture
def accountant(place):
    return StaffFactory(role=Role.ACCOUNTANT, unit=place.agency)


def proposed(refund, accountant, *, payee=BANK, at=AT):
    return refunds.propose_refund(
        refund_id=refund.pk, payee=payee, ground=GROUND, by=accountant, at=at
    )


def approved(refund, accountant, place, *, at=AT):
    proposed(refund, accountant, at=at)
    return refunds.approve_refund(refund_id=refund.pk, by=place.leader, at=at)


def paid(refund, accountant, place, *, reference="UNC 0012/2026", at=AT):
    approved(refund, accountant, place, at=at)
    return refunds.record_refund(refund_id=refund.pk, reference=reference, by=accountant, at=at)


def test_what_was_paid_for_a_dossier_that_ended_goes_back_by_two_people(place, accountant):
    refund = refund_suggested(place)
    dossier = refund.entry.obligation.dossier
    assert (refund.state, refund.agency) == (RefundState.SUGGESTED, place.agency)

    paid(refund, accountant, place)

    refund.refresh_from_db()
    assert refund.state == RefundState.PAID
    assert (refund.proposed_by, refund.decided_by) == (accountant, place.leader)
    assert refund.account == "0123456789"
    assert b"0123456789" not in bytes(refund.account_sealed)
    settlement, reversal = LedgerEntry.objects.order_by("sequence")
    assert (reversal.kind, reversal.why) == (EntryKind.REVERSAL, Why.REFUNDED)
    assert (reversal.reverses, reversal.amount_vnd) == (settlement, 30_000)
    assert reversal.reference == f"HT-{refund.pk} UNC 0012/2026"
    obligation = dossier.obligations.get()
    assert (obligation.settled_vnd, obligation.settled_at) == (0, None)
    assert not obligation.is_due
    assert dossier.events.filter(action=Action.RECORD_REFUND, actor=accountant).count() == 1
    assert list(verify_ledger()) == []
    letter = Notice.objects.get(kind="dossier-payment-refunded", medium="in_app")
    assert "30.000 đồng" in letter.body
    assert "UNC 0012/2026" in letter.body


def test_surplus_goes_back_and_what_it_was_meant_for_stays(place, accountant, settings):
    configure(settings)
    dossier = payable(place)
    payment = started(dossier, at=AT)
    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=dossier.owner, at=AT, version=None)
    assert reported(payment, at=AT + timedelta(minutes=5)) == "00"
    refunds.suggest_refunds(at=AT)
    refund = Refund.objects.get(entry__kind=EntryKind.SURPLUS)

    paid(refund, accountant, place)

    assert not LedgerEntry.objects.unplaced().exists()
    assert dossier.obligations.get().settled_vnd == 0
    assert list(verify_ledger()) == []


def test_the_sweep_suggests_once_and_nothing_that_is_needed(place, settings):
    configure(settings)
    open_dossier = dossier_at(DossierState.PAYMENT, place=place)
    cash_received(open_dossier, place, at=AT, number="A1")
    late = payable(place)
    payment = started(late, at=AT)
    # Another amount: verified money, of a sum that is still due.
    reported(payment, at=AT, Amount="2900000")
    orphan = LedgerEntry.objects.get(kind=EntryKind.ORPHAN)

    assert refunds.suggest_refunds(at=AT) == 1
    assert Refund.objects.get().entry == orphan
    assert refunds.suggest_refunds(at=AT) == 0


def test_declined_is_not_suggested_again(place, accountant):
    refund = refund_suggested(place)

    refunds.decline_refund(refund_id=refund.pk, note="Phí thẩm định đã làm.", by=accountant, at=AT)

    refund.refresh_from_db()
    assert (refund.state, refund.note) == (RefundState.DECLINED, "Phí thẩm định đã làm.")
    assert refunds.suggest_refunds(at=AT) == 0
    with pytest.raises(refunds.OutOfTurn):
        proposed(refund, accountant)


def test_who_proposes_does_not_decide_whatever_their_roles(place):
    both = StaffFactory(role=Role.ACCOUNTANT, unit=place.agency)
    StaffRoleFactory(user=both, unit=place.agency, role=Role.LEADER)
    refund = refund_suggested(place)
    proposed(refund, both)

    with pytest.raises(refunds.SamePerson):
        refunds.approve_refund(refund_id=refund.pk, by=both, at=AT)
    with pytest.raises(refunds.SamePerson):
        refunds.decline_refund(refund_id=refund.pk, note="Không.", by=both, at=AT)
    with pytest.raises(IntegrityError, match="refund_decided_by_another"), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(
            state=RefundState.APPROVED, decided_by=both, decided_at=AT
        )
    assert Refund.objects.get(pk=refund.pk).state == RefundState.PROPOSED


def test_only_accountant_and_leader_of_the_agency(place, accountant):
    other = office("binh-lam")
    stranger = StaffFactory(role=Role.ACCOUNTANT, unit=other.agency)
    refund = refund_suggested(place)
    for person in (stranger, place.leader, place.cashier, place.clerk):
        with pytest.raises(refunds.NotYourRefund):
            proposed(refund, person)
    proposed(refund, accountant)
    for person in (other.leader, accountant, place.cashier):
        with pytest.raises(refunds.NotYourRefund):
            refunds.approve_refund(refund_id=refund.pk, by=person, at=AT)
    refunds.approve_refund(refund_id=refund.pk, by=place.leader, at=AT)
    for person in (stranger, place.leader, place.cashier):
        with pytest.raises(refunds.NotYourRefund):
            refunds.record_refund(refund_id=refund.pk, reference="1", by=person, at=AT)


def test_each_step_waits_for_the_one_before_and_is_taken_once(place, accountant):
    refund = refund_suggested(place)
    with pytest.raises(refunds.NotYourRefund):
        refunds.approve_refund(refund_id=refund.pk, by=accountant, at=AT)
    with pytest.raises(refunds.OutOfTurn):
        refunds.approve_refund(refund_id=refund.pk, by=place.leader, at=AT)
    with pytest.raises(refunds.OutOfTurn):
        refunds.record_refund(refund_id=refund.pk, reference="1", by=accountant, at=AT)

    paid(refund, accountant, place)

    with pytest.raises(refunds.OutOfTurn):
        refunds.record_refund(refund_id=refund.pk, reference="2", by=accountant, at=AT)
    assert LedgerEntry.objects.filter(why=Why.REFUNDED).count() == 1


def test_money_of_a_dossier_that_goes_on_again_stays(place, accountant):
    refund = refund_suggested(place)
    proposed(refund, accountant)
    dossier = refund.entry.obligation.dossier
    # Reopened by the leader meanwhile.
    type(dossier).objects.filter(pk=dossier.pk).update(state=DossierState.PROCESSING)

    with pytest.raises(refunds.NotRefundable):
        refunds.approve_refund(refund_id=refund.pk, by=place.leader, at=AT)


def test_one_transfer_pays_one_refund_back(place, accountant):
    one, two = refund_suggested(place), refund_suggested(place)
    paid(one, accountant, place)

    with pytest.raises(refunds.ReferenceUsed):
        paid(two, accountant, place)

    two.refresh_from_db()
    assert two.state == RefundState.APPROVED
    assert LedgerEntry.objects.filter(why=Why.REFUNDED).count() == 1


def test_money_on_its_way_back_is_not_used_and_used_money_is_not_suggested(
    place, accountant, settings
):
    configure(settings)
    dossier = payable(place)
    payment = started(dossier, at=AT)
    type(payment).objects.filter(pk=payment.pk).update(state="EXPIRED")
    reported(payment, at=AT)
    entry = LedgerEntry.objects.get(kind=EntryKind.SURPLUS)
    refund = Refund.objects.create(entry=entry, agency=place.agency, created_at=AT)
    proposed(refund, accountant)

    with pytest.raises(surplus.NotUsable):
        surplus.use_surplus(entry_id=entry.pk, by=place.cashier, at=AT)
    refunds.decline_refund(refund_id=refund.pk, note="Dùng cho lệ phí.", by=place.leader, at=AT)
    again = Refund.objects.create(entry=entry, agency=place.agency, created_at=AT)
    surplus.use_surplus(entry_id=entry.pk, by=place.cashier, at=AT)

    again.refresh_from_db()
    assert again.state == RefundState.DECLINED
    assert dossier.obligations.get().settled_vnd == 30_000
    assert list(verify_ledger()) == []


def test_a_refund_without_its_entry_is_found(place, accountant):
    refund = refund_suggested(place)
    approved(refund, accountant, place)
    Refund.objects.filter(pk=refund.pk).update(
        state=RefundState.PAID, paid_by=accountant, paid_at=AT, reference="1"
    )

    assert list(verify_ledger()) == [f"refund {refund.pk} is paid, but the books do not say so"]


def test_the_look_of_who_pays_back_is_written_down(client, place, accountant):
    refund = refund_suggested(place)
    dossier = refund.entry.obligation.dossier
    client.force_login(accountant)

    client.get(reverse("payments:refund", args=[refund.pk]))

    look = dossier.accesses.get()
    assert (look.user, look.role, look.kind) == (accountant, "ACCOUNTANT", "MONEY")


def test_the_pages_lead_through_the_four_steps(client, place, accountant):
    refund = refund_suggested(place)
    elsewhere = refund_suggested(office("binh-lam"))
    code = refund.entry.obligation.dossier.code
    page = reverse("payments:refund", args=[refund.pk])
    client.force_login(accountant)

    listed = client.get(reverse("payments:refunds"))
    assert code in listed.text
    assert elsewhere.entry.obligation.dossier.code not in listed.text
    typed = {
        "deed": "propose",
        "ground": GROUND,
        "payee_name": "Trần Thị Bình",
        "means": "BANK",
        "bank": "",
        "account": "",
    }
    refused = client.post(page, typed)
    assert refused.status_code == 422
    assert "Chuyển khoản thì cần điền mục này." in refused.text
    assert GROUND in refused.text
    sent = client.post(page, typed | {"bank": "Ngân hàng Đông Hải", "account": "0123 456.789"})
    assert sent.status_code == 302
    assert "Duyệt hoàn trả" not in client.get(page).text

    client.force_login(place.leader)
    assert reverse("payments:refunds") in client.get(reverse("dossiers:queue")).text
    shown = client.get(page).text
    assert "0123456789" in shown
    assert "Duyệt hoàn trả" in shown
    asked = client.post(page, {"deed": "approve"})
    assert (asked.status_code, Refund.objects.get(pk=refund.pk).state) == (422, "PROPOSED")
    session = client.session
    session[sessions.PROVED] = int(timezone.now().timestamp())
    session.save()
    assert client.post(page, {"deed": "approve"}).status_code == 302
    assert client.post(page, {"deed": "approve"}).status_code == 409

    client.force_login(accountant)
    assert client.post(page, {"deed": "record", "reference": " "}).status_code == 422
    assert client.post(page, {"deed": "record", "reference": "UNC 7"}).status_code == 302
    assert "UNC 7" in client.get(reverse("payments:refunds")).text
    assert client.post(page, {"deed": "something"}).status_code == 422


def test_an_accountant_lands_where_the_work_is(client, accountant):
    client.force_login(accountant)

    landed = client.get(reverse("accounts:staff_landing"))

    assert landed.headers["Location"] == reverse("payments:refunds")


def test_money_of_nobody_known_is_shown_to_accountants(client, place, accountant, settings):
    configure(settings)
    payment = started(payable(place), at=AT)
    hearing.receive_ipn(raw=said(payment, TxnRef="H99-LA-P1"), at=AT)
    client.force_login(accountant)
    assert "H99-LA-P1" in client.get(reverse("payments:refunds")).text
    client.force_login(place.leader)
    assert "H99-LA-P1" not in client.get(reverse("payments:refunds")).text
