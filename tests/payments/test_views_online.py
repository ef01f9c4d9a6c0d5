"""The payer's pages and the address that VNPAY calls."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.enums import DossierState, SlipKind
from dossiers.models import Dossier
from payments.enums import PaymentState, Verdict
from payments.models import InboundMessage, LedgerEntry, Payment
from payments.services import hearing
from procedures.enums import FeeMoment
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM, dossier_at, fee_line, office
from tests.factories.payments import (
    TERMINAL,
    CollectingAccountFactory,
    cash_received,
    configure,
    payable,
    reported,
    said,
    started,
)

pytestmark = pytest.mark.django_db

NOW = MONDAY_9AM + timedelta(hours=2)
BACK = "/thanh-toan/ket-qua/"
IPN = "/thanh-toan/vnpay/ipn/"


@pytest.fixture(autouse=True)
def _gateway(settings):
    configure(settings)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def dossier():
    return payable()


@pytest.fixture
def payer(client, dossier):
    client.force_login(dossier.owner)
    return client


def page_of(dossier):
    return reverse("payments:pay", args=[dossier.code])


def pressed(dossier, **changes):
    due = dossier.obligations.first()
    return {"key": uuid4(), "obligations": due.pk, "amount_vnd": due.amount_vnd, **changes}


def test_the_page_says_what_how_much_where_to_and_what_comes_next(payer, dossier):
    page = payer.get(page_of(dossier)).text

    for words in (
        dossier.code,
        "Lệ phí cấp giấy xác nhận",
        "30.000 đồng",
        "Ba mươi nghìn đồng",
        "Kho bạc Nhà nước khu vực Đông Hải",
        "Đến trang thanh toán",
        dossier.receiving_unit.name,
    ):
        assert words in page


def test_the_button_leads_to_the_gateway_with_a_signed_address(payer, dossier):
    answer = payer.post(page_of(dossier), pressed(dossier))

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("http://127.0.0.1:1/paymentv2/vpcpay.html?vnp_")
    assert f"vnp_TxnRef={dossier.code}-P1" in answer.headers["Location"]
    assert TERMINAL.secret not in answer.headers["Location"]
    assert Payment.objects.get().payer_address == "127.0.0.1"


def test_pressing_twice_leads_to_the_same_address(payer, dossier):
    data = pressed(dossier)

    answers = [payer.post(page_of(dossier), data).headers["Location"] for _ in range(2)]

    assert answers[0] == answers[1]
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("amount", ["1", "29999", "3000000"])
def test_a_changed_amount_is_answered_409_with_the_true_sum(payer, dossier, amount):
    answer = payer.post(page_of(dossier), pressed(dossier, amount_vnd=amount))

    assert answer.status_code == 409
    assert "30.000 đồng" in answer.text
    assert "Chưa có gì bị trừ tiền" in answer.text
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    "spoilt", [{"key": "x"}, {"obligations": "1,x"}, {"obligations": ""}, {"amount_vnd": "-1"}]
)
def test_a_spoilt_form_is_answered_422_with_a_fresh_page(payer, dossier, spoilt):
    answer = payer.post(page_of(dossier), pressed(dossier, **spoilt))

    assert answer.status_code == 422
    assert "Đến trang thanh toán" in answer.text


def test_what_is_paid_meanwhile_says_that_nothing_is_due(payer, dossier):
    data = pressed(dossier)
    reported(started(dossier, at=NOW), at=NOW)

    answer = payer.post(page_of(dossier), data)

    assert answer.status_code == 409
    assert "không còn khoản nào phải nộp" in answer.text


def test_an_agency_without_account_names_its_counter(client):
    dossier = dossier_at(DossierState.PAYMENT)
    client.force_login(dossier.owner)

    page = client.get(page_of(dossier)).text

    assert "chưa nhận nộp trực tuyến" in page
    assert "Đến trang thanh toán" not in page


def test_the_dossiers_page_leads_to_the_pay_page_where_that_is_possible(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(dossier.owner)
    url = reverse("dossiers:detail", args=[dossier.code])

    without = client.get(url).text
    CollectingAccountFactory(unit=place.agency)
    with_account = client.get(url).text

    assert page_of(dossier) not in without
    assert f'href="{page_of(dossier)}"' in with_account
    assert "Nộp trực tuyến" in with_account


def test_a_fee_at_the_result_is_paid_online_and_blocks_no_more(client):
    dossier = payable(state=DossierState.DECIDED, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT)
    client.force_login(dossier.owner)

    detail = client.get(reverse("dossiers:detail", args=[dossier.code])).text
    client.post(page_of(dossier), pressed(dossier))
    client.get(f"{IPN}?{said(Payment.objects.get())}")

    assert "Nộp 30.000 đồng để nhận kết quả" in detail
    assert not dossier.obligations.due().exists()
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.DECIDED


def test_the_gateways_call_is_answered_as_json_and_settles(client, dossier):
    payment = started(dossier, at=NOW)

    answers = [client.get(f"{IPN}?{said(payment)}") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == {"RspCode": "00", "Message": "Confirm Success"}
    assert answers[1].json() == {"RspCode": "02", "Message": "Order already confirmed"}
    assert not answers[0].cookies


@pytest.mark.parametrize(
    "query", ["", "vnp_TxnRef=%00", "vnp_SecureHash=đ", "a" * 20_000, "vnp_Amount=1&vnp_Amount=2"]
)
def test_rubbish_is_answered_97_and_kept(client, query):
    answer = client.get(f"{IPN}?{query}")

    assert (answer.status_code, answer.json()["RspCode"]) == (200, "97")
    assert InboundMessage.objects.get().verdict == Verdict.BAD_SIGNATURE


def test_a_forged_return_changes_nothing_and_says_that_nothing_is_known(payer, dossier):
    payment = started(dossier, at=NOW)
    forged = said(payment, secret="somebody-elses-secret-0123456789")

    answer = payer.get(f"{BACK}?{forged}", follow=True)

    assert "Đang xác nhận với ngân hàng" in answer.text
    assert answer.headers["Refresh"] == "5"
    payment.refresh_from_db()
    assert payment.state == PaymentState.REDIRECTED
    assert not LedgerEntry.objects.exists()
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.PAYMENT


def test_even_a_true_return_changes_nothing(payer, dossier):
    payment = started(dossier, at=NOW)

    answer = payer.get(f"{BACK}?{said(payment)}", follow=True)

    assert "Đang xác nhận" in answer.text
    assert not LedgerEntry.objects.exists()
    [message] = InboundMessage.objects.all()
    assert message.verdict == Verdict.SEEN


@pytest.mark.parametrize("query", ["", "?vnp_TxnRef=H99-1"])
def test_a_return_that_names_nothing_leads_to_ones_dossiers(payer, query):
    answer = payer.get(f"{BACK}{query}")

    assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (302, "/ho-so/")


def test_a_return_that_no_gateway_writes_is_refused(payer):
    """Attack: malformed input (NUL) in the return address."""
    assert payer.get(f"{BACK}?vnp_TxnRef=%00").status_code == 400


def test_a_return_in_another_browser_asks_to_sign_in_and_comes_back(client, dossier):
    payment = started(dossier, at=NOW)

    answer = client.get(f"{BACK}?{said(payment)}")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/dang-nhap/?next=/thanh-toan/ket-qua/")


def attempt_page(payment):
    return reverse("payments:attempt", args=[payment.reference])


def test_after_the_report_the_page_says_received_with_the_confirmation(payer, dossier):
    payment = started(dossier, at=NOW)
    reported(payment, at=NOW)

    answer = payer.get(attempt_page(payment))

    slip = dossier.slips.get(kind=SlipKind.FEE_CONFIRMATION)
    assert "Đã nhận 30.000 đồng" in answer.text
    assert reverse("dossiers:slip", args=[dossier.code, slip.pk]) in answer.text
    assert "Refresh" not in answer.headers


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        (("51", "02"), "Ngân hàng không thực hiện lần nộp này"),
        (("24", "02"), "Lần nộp đã bị hủy"),
        (("07", "07"), "Ngân hàng đang kiểm tra"),
    ],
)
def test_what_went_wrong_is_said_with_what_is_safe(payer, dossier, codes, words):
    payment = started(dossier, at=NOW)
    reported(payment, at=NOW, ResponseCode=codes[0], TransactionStatus=codes[1])

    page = payer.get(attempt_page(payment)).text

    assert words in page
    assert "đừng nộp lại" in page
    assert ("Nộp lại</a>" in page) == (codes[0] != "07")


def test_surplus_is_said_on_the_page(payer, dossier):
    payment = started(dossier, at=NOW)
    hearing.expire(payment_id=payment.pk, at=NOW)
    reported(payment, at=NOW)

    page = payer.get(attempt_page(payment)).text

    assert "30.000 đồng không còn khoản để nộp" in page


def test_another_citizen_finds_neither_page_nor_attempt(client, dossier):
    payment = started(dossier, at=NOW)
    client.force_login(CitizenFactory())

    answers = [
        client.get(page_of(dossier)),
        client.post(page_of(dossier), pressed(dossier)),
        client.get(attempt_page(payment)),
        client.get(attempt_page(payment) + "x/"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_the_pay_page_takes_a_fixed_number_of_queries(payer, dossier):
    payer.get(page_of(dossier))
    with CaptureQueriesContext(connection) as counted:
        payer.get(page_of(dossier))

    assert len(counted) == 8


def test_the_cashier_sees_attempts_and_money_that_settles_nothing(client):
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=NOW)
    cash_received(dossier, place, at=NOW)
    reported(payment, at=NOW)
    client.force_login(place.cashier)

    at_the_dossier = client.get(reverse("payments:receive", args=[dossier.code])).text
    unplaced = client.get(reverse("payments:unplaced")).text

    assert payment.reference in at_the_dossier
    assert dossier.code in unplaced
    assert "Khoản này đã nộp đủ từ trước" in unplaced
    assert "Hoàn trả người nộp" in unplaced


def test_the_cashier_of_another_desk_sees_no_such_money(client):
    place, other = office(), office("khac")
    dossier = payable(place)
    payment = started(dossier, at=NOW)
    hearing.expire(payment_id=payment.pk, at=NOW)
    reported(payment, at=NOW)
    entry = LedgerEntry.objects.get()
    client.force_login(other.cashier)

    page = client.get(reverse("payments:unplaced"))
    use = client.post(reverse("payments:unplaced"), {"entry": entry.pk})

    assert dossier.code not in page.text
    assert use.status_code == 404
    assert LedgerEntry.objects.count() == 1


def test_the_cashier_uses_late_money_for_what_is_still_due_once(client):
    place = office()
    dossier = payable(place)
    payment = started(dossier, at=NOW)
    hearing.expire(payment_id=payment.pk, at=NOW)
    reported(payment, at=NOW)
    entry = LedgerEntry.objects.get()
    client.force_login(place.cashier)
    url = reverse("payments:unplaced")

    answers = [client.post(url, {"entry": entry.pk}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 409]
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.ACCEPTED
