"""Paid, then refused or stopped: what the payer reads of the money until it is back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from dossiers.enums import Action, DossierState, SlipKind
from dossiers.models import Dossier
from dossiers.services import reception, rendering, submission, withdrawal
from payments.enums import EntryKind, RefundMeans, RefundState
from payments.models import LedgerEntry, Refund
from payments.services import refunds
from payments.services.refunds import Payee
from payments.services.verification import verify_ledger
from portal.notices.enums import Medium
from portal.notices.models import Notice
from procedures.enums import FeeMoment
from procedures.models import Revision
from tests.factories.accounts import StaffFactory
from tests.factories.dossiers import MONDAY_9AM, office
from tests.factories.filing import place, ready_draft
from tests.factories.payments import (
    CollectingAccountFactory,
    cash_received,
    configure,
    payable,
    refund_suggested,
    reported,
    started,
)
from tests.factories.procedures import FeeRuleFactory, changing_published

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(hours=1)
REASON = reception.Reason("giay-chung-sinh", "Giấy chứng sinh", "Không đọc được", "Luật Hộ tịch")
GROUND = "Hồ sơ không được tiếp nhận."


def filed_where_the_fee_is_due_at_filing() -> tuple[Dossier, object]:
    where = place()
    CollectingAccountFactory(unit=where.office.agency)
    revision = where.procedure.current_revision
    FeeRuleFactory(case=revision.cases.get(), amount_vnd=30_000)
    with changing_published():
        Revision.objects.filter(pk=revision.pk).update(fee_moment=FeeMoment.AT_FILING)
    draft = ready_draft(where)
    dossier = submission.submit_dossier(
        draft_id=draft.pk, owner=draft.owner, key=draft.submission_key, at=MONDAY_9AM
    )
    return dossier, where.office


def refuse(dossier, here, at=AT):
    reception.refuse_dossier(
        dossier_id=dossier.pk, by=here.clerk, at=at, version=None, reasons=[REASON]
    )


def shown(client, name: str, dossier) -> str:
    client.force_login(dossier.owner)
    return client.get(reverse(name, args=[dossier.code])).text


def test_paid_at_filing_then_refused_the_money_is_looked_into_and_the_payer_reads_so(
    client, settings
):
    configure(settings)
    dossier, here = filed_where_the_fee_is_due_at_filing()
    pay = reverse("payments:pay", args=[dossier.code])
    assert dossier.state == DossierState.PAYMENT
    for name in ("dossiers:done", "dossiers:detail"):
        assert f'href="{pay}"' in shown(client, name, dossier)
    with pytest.raises(reception.CitizenStillHasTime):
        refuse(dossier, here)

    assert reported(started(dossier, at=AT), at=AT) == "00"
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUBMITTED
    refuse(dossier, here)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.REFUSED
    assert dossier.obligations.get().cancelled_at is None
    page = shown(client, "dossiers:detail", dossier)
    assert "Số tiền 30.000 đồng đã nộp được cơ quan xem xét hoàn trả" in page
    assert f'href="{pay}"' in page
    assert "30.000 đồng đã nộp" in shown(client, "payments:pay", dossier)
    inbox = Notice.objects.get(kind="dossier-refused", medium=Medium.IN_APP)
    assert "30.000 đồng đã nộp" in inbox.body
    rendering.render_due_slips(at=AT)
    letters = Notice.objects.filter(kind="dossier-refused", medium=Medium.EMAIL)
    assert letters.exists()
    assert all("30.000 đồng đã nộp" in letter.body for letter in letters)

    refunds.suggest_refunds(at=AT)

    refund = Refund.objects.get(state=RefundState.SUGGESTED)
    assert refund.entry.obligation.dossier == dossier
    assert (refund.agency, refund.entry.kind) == (here.agency, EntryKind.SETTLEMENT)
    assert "Đang xem xét hoàn trả 30.000 đồng" in shown(client, "payments:pay", dossier)


def test_each_stage_of_a_refund_stands_before_its_payer_with_its_day(client):
    here = office()
    keeper = StaffFactory(role=Role.ACCOUNTANT, unit=here.agency)
    refund = refund_suggested(here)
    dossier = refund.entry.obligation.dossier
    payee = Payee("Trần Thị Bình", RefundMeans.BANK, "Ngân hàng Đông Hải", "0123456789")
    thursday = MONDAY_9AM + timedelta(days=3)
    common = {"refund_id": refund.pk, "at": thursday}

    def told() -> str:
        return shown(client, "payments:pay", dossier)

    assert "Đang xem xét hoàn trả 30.000 đồng" in told()
    refunds.propose_refund(payee=payee, ground=GROUND, by=keeper, **common)
    assert "đang chờ lãnh đạo" in told()
    refunds.approve_refund(by=here.leader, **common)
    assert "Đã duyệt hoàn trả 30.000 đồng" in told()
    assert "Đã nộp 30.000 đồng" in shown(client, "dossiers:detail", dossier)
    refunds.record_refund(reference="UNC 0012/2026", by=keeper, **common)

    for page in (told(), shown(client, "dossiers:detail", dossier)):
        assert "Đã hoàn trả 30.000 đồng" in page
        assert "thứ Năm, 05/03/2026, 09:00" in page
        assert "UNC 0012/2026" in page
        assert "xem xét" not in page.partition("Tin đã gửi về hồ sơ")[0]
        # To whom it went is between the payee and the agency.
        assert "0123456789" not in page
    assert list(verify_ledger()) == []


def test_a_refund_that_is_declined_says_why(client):
    here = office()
    keeper = StaffFactory(role=Role.ACCOUNTANT, unit=here.agency)
    refund = refund_suggested(here)

    refunds.decline_refund(
        refund_id=refund.pk, note="Lệ phí này không hoàn trả.", by=keeper, at=refund.created_at
    )

    page = shown(client, "payments:pay", refund.entry.obligation.dossier)
    assert "Không hoàn trả 30.000 đồng" in page
    assert "Lý do: Lệ phí này không hoàn trả." in page


def test_surplus_of_a_withdrawn_dossier_is_followed_on_its_pages(client, settings):
    configure(settings)
    dossier = payable(office())
    payment = started(dossier, at=AT)
    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=dossier.owner, at=AT, version=None)
    reported(payment, at=AT + timedelta(minutes=5))
    refunds.suggest_refunds(at=AT)
    assert LedgerEntry.objects.get().kind == EntryKind.SURPLUS

    assert "Xem việc hoàn trả đến đâu" in shown(client, "dossiers:detail", dossier)
    assert "Đang xem xét hoàn trả 30.000 đồng" in shown(client, "payments:pay", dossier)


def test_withdrawing_what_was_paid_says_what_becomes_of_the_money():
    here = office()
    dossier = payable(here)
    cash_received(dossier, here, at=AT)

    withdrawal.withdraw_dossier(dossier_id=dossier.pk, by=dossier.owner, at=AT, version=None)

    for row in Notice.objects.filter(kind="dossier-withdrawn").exclude(medium=Medium.SMS):
        assert "Số tiền 30.000 đồng đã nộp" in row.body


def test_nothing_is_said_of_money_where_none_was_paid_or_the_work_goes_on(client):
    here = office()
    unpaid = payable(here)
    withdrawal.withdraw_dossier(dossier_id=unpaid.pk, by=unpaid.owner, at=AT, version=None)
    running = payable(here)
    cash_received(running, here, at=AT)

    assert "xem xét hoàn trả" not in shown(client, "dossiers:detail", unpaid)
    assert "xem xét hoàn trả" not in shown(client, "dossiers:detail", running)
    assert "Đã nộp 30.000 đồng" in shown(client, "dossiers:detail", running)
    assert not Notice.objects.filter(body__contains="hoàn trả").exists()


def test_the_notice_of_a_stop_says_it_too():
    refund = refund_suggested(office())
    dossier = refund.entry.obligation.dossier

    slip = dossier.slips.get(kind=SlipKind.STOP)

    assert "30.000 đồng" in slip.content["fee_note"]
    assert dossier.events.filter(action=Action.STOP).exists()
