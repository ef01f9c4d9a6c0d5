"""The cashier's pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossiers.enums import DossierState
from dossiers.models import Dossier
from payments.models import CashReceipt
from tests.factories.dossiers import MONDAY_9AM, DossierFactory, dossier_at, fee_line, office
from tests.factories.payments import cash_received

pytestmark = pytest.mark.django_db

NOW = MONDAY_9AM + timedelta(days=1, hours=1)
COUNTER = "/thu-ngan/"


@pytest.fixture(autouse=True)
def _tuesday():
    with time_machine.travel(NOW, tick=False):
        yield


def page_of(dossier):
    return reverse("payments:receive", args=[dossier.code])


def typed(dossier, *, amount="30.000", number="AB 0001", key=None):
    return {
        "key": key or uuid4(),
        "obligation": dossier.obligations.first().pk,
        "amount_vnd": amount,
        "receipt_number": number,
    }


def test_the_cashiers_look_at_a_dossier_is_written_down(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    client.get(COUNTER)
    assert not dossier.accesses.exists()
    client.get(page_of(dossier))

    look = dossier.accesses.get()
    assert (look.user, look.role, look.kind) == (place.cashier, "CASHIER", "MONEY")
    client.force_login(office("khac").cashier)
    assert client.get(page_of(dossier)).status_code == 404
    assert dossier.accesses.count() == 1


def test_the_counter_lists_what_is_due_at_the_desk_and_nowhere_else(client):
    place, other = office(), office("khac")
    mine = dossier_at(DossierState.PAYMENT, place=place)
    foreign = dossier_at(DossierState.PAYMENT, place=other)
    paid = dossier_at(DossierState.PAYMENT, place=place)
    cash_received(paid, place, at=NOW)
    unknown = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None)])
    client.force_login(place.cashier)

    page = client.get(COUNTER).text

    assert mine.code in page
    assert "30.000 đồng" in page
    for other_dossier in (foreign, paid, unknown):
        assert other_dossier.code not in page


def test_the_counter_is_searched_by_code_and_name(client):
    place = office()
    one = dossier_at(DossierState.PAYMENT, place=place)
    two = dossier_at(DossierState.PAYMENT, place=place)
    Dossier.objects.filter(pk=two.pk).update(applicant_folded="vu thi hang")
    client.force_login(place.cashier)

    by_code, by_name = client.get(COUNTER, {"q": one.code}), client.get(COUNTER, {"q": "Vũ Hằng"})

    assert (one.code in by_code.text, two.code in by_code.text) == (True, False)
    assert (one.code in by_name.text, two.code in by_name.text) == (False, True)


def test_the_counter_takes_the_same_queries_for_one_row_and_three(client):
    place = office()
    client.force_login(place.cashier)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            dossier_at(DossierState.PAYMENT, place=place)
        client.get(COUNTER)
        with CaptureQueriesContext(connection) as counted:
            client.get(COUNTER)
        counts.append(len(counted))

    assert counts == [5, 5]


def test_the_sum_stands_in_figures_and_in_words(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    page = client.get(page_of(dossier)).text

    assert "30.000 đồng" in page
    assert "Ba mươi nghìn đồng" in page
    assert "Lệ phí cấp giấy xác nhận" in page


@pytest.mark.parametrize("amount", ["30000", "30.000", "30.000 đồng", " 30 000 "])
def test_an_amount_is_understood_as_people_type_it(client, amount):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    answer = client.post(page_of(dossier), typed(dossier, amount=amount), follow=True)

    assert "Đã thu 30.000 đồng, biên lai số AB 0001." in answer.text
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.ACCEPTED


@pytest.mark.parametrize("amount", ["", "29.999", "-30000", "ba mươi", "٣٠٠٠٠", "30000000000000"])
def test_any_other_amount_is_refused_with_a_sentence_and_what_was_typed(client, amount):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    answer = client.post(page_of(dossier), typed(dossier, amount=amount))

    assert answer.status_code == 422
    assert 'value="AB 0001"' in answer.text
    assert not CashReceipt.objects.exists()


def test_a_second_press_of_the_same_page_takes_nothing_more(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)
    data = typed(dossier)

    answers = [client.post(page_of(dossier), data).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert CashReceipt.objects.count() == 1


def test_another_page_for_what_is_paid_is_answered_409(client):
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)
    client.post(page_of(dossier), typed(dossier))

    answer = client.post(page_of(dossier), typed(dossier, number="AB 0002"))

    assert answer.status_code == 409
    assert "trả lại cho người nộp" in answer.text


def test_a_used_receipt_number_is_named(client):
    place = office()
    cash_received(dossier_at(DossierState.PAYMENT, place=place), place, at=NOW, number="AB 0001")
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    answer = client.post(page_of(dossier), typed(dossier, number="ab  0001"))

    assert answer.status_code == 422
    assert "Số biên lai này đã dùng trong năm." in answer.text


def test_another_dossiers_obligation_is_absent(client):
    place = office()
    mine = dossier_at(DossierState.PAYMENT, place=place)
    other = dossier_at(DossierState.PAYMENT, place=place)
    client.force_login(place.cashier)

    assert client.post(page_of(mine), typed(other)).status_code == 404
    assert not CashReceipt.objects.exists()


def test_an_undetermined_fee_says_who_fixes_it(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place, fees=[fee_line(None)])
    client.force_login(place.cashier)

    assert "Mức thu chưa được xác định" in client.get(page_of(dossier)).text


def test_nothing_due_says_so(client):
    place = office()
    client.force_login(place.cashier)

    assert "không còn khoản nào" in client.get(page_of(DossierFactory(place=place))).text
    assert "Không có khoản nào chờ thu." in client.get(COUNTER).text
