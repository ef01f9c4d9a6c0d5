"""What the search box suggests while somebody types."""

import pytest
from django.urls import reverse

from procedures.models import Procedure
from procedures.services.reindexing import index_catalogue
from tests.factories.procedures import ProcedureFactory, RevisionFactory

NAMES = {
    "9.100001": "Thủ tục đăng ký khai sinh",
    "9.100002": "Thủ tục đăng ký khai sinh có yếu tố nước ngoài",
    "9.100003": "Thủ tục đăng ký lại khai sinh",
    "9.100004": "Đăng ký thường trú",
    "9.100006": "Cấp lại giấy phép lái xe",
    "9.100008": "Đăng ký thành lập hộ kinh doanh",
    "9.100010": "Cấp hộ chiếu phổ thông ở trong nước",
    "9.100012": "Cấp giấy phép thăm dò khoáng sản",
}


@pytest.fixture
def names(db):
    for code, name in NAMES.items():
        ProcedureFactory(code=code, name=name)
    index_catalogue()


def suggest(client, typed):
    return client.get(reverse("procedures:suggest"), {"q": typed}).json()["suggestions"]


def codes(client, typed):
    return [one["url"].split("/")[2] for one in suggest(client, typed)]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("khai si", "9.100001"),
        ("dang ky khai", "9.100001"),
        ("ĐĂNG KÝ KHAI SINH", "9.100001"),
        ("đăng ký khai sinh có y", "9.100002"),
        ("nhap ho k", "9.100004"),
        ("mat bang l", "9.100006"),
        ("mo quan", "9.100008"),
        ("ho ch", "9.100010"),
        # A slip, and accents typed as letters.
        ("dang ki khai snh", "9.100001"),
        ("ddawng kys khai s", "9.100001"),
    ],
)
def test_beginning_of_a_word_is_enough(client, names, typed, code):
    assert codes(client, typed)[0] == code


@pytest.mark.parametrize("typed", ["", " ", "k", "???", "\x00", "xyzzyqqq", "%", "a" * 5000])
def test_nothing_is_suggested_for_what_tells_nothing(client, names, typed):
    assert suggest(client, typed) == []


def test_everyday_name_leads_and_the_official_one_stands_below(client, db):
    RevisionFactory(
        procedure=ProcedureFactory(name="Thủ tục cấp Giấy xác nhận tình trạng hôn nhân"),
        everyday_name="Xin giấy độc thân",
    )
    index_catalogue()

    [one] = suggest(client, "doc th")

    assert one["title"] == "Xin giấy độc thân"
    assert one["official"] == "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân"


def test_same_name_is_suggested_once_and_no_repealed_one(client, names):
    ProcedureFactory(code="9.200001", name="Thủ tục đăng ký khai sinh")
    Procedure.objects.filter(code="9.100003").update(state="REPEALED")

    found = [one["title"] for one in suggest(client, "khai sinh")]

    assert found.count("Thủ tục đăng ký khai sinh") == 1
    assert "Thủ tục đăng ký lại khai sinh" not in found


def test_answer_is_the_same_for_everybody_and_cacheable(client, names):
    response = client.get(reverse("procedures:suggest"), {"q": "khai"})

    assert "public" in response["Cache-Control"]
    assert response["ETag"]
    assert not response.cookies
    assert not response.has_header("Vary") or "Cookie" not in response["Vary"]
    assert client.post(reverse("procedures:suggest")).status_code == 405


def test_what_is_known_is_asked_for_once(client, names, django_assert_num_queries):
    suggest(client, "khai")

    with django_assert_num_queries(1):
        suggest(client, "khai sinh")
