"""The directory: which places are in it, when they are open, what is filed there."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import DayKind, Tier
from tests.factories.accounts import CalendarDayFactory, CommuneFactory, UnitFactory
from tests.factories.procedures import OfferFactory, RevisionFactory

pytestmark = pytest.mark.django_db
# Monday, 23/11/2026, 09:00 in Vietnam.
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel(NOW, tick=False):
        yield


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(response.content.decode())).split())


@pytest.mark.parametrize("asked", ["bình lâm", "BINH LAM", "binh  lâm", "le loi"])
def test_agency_is_found_by_its_name_or_street_with_and_without_accents(client, asked):
    UnitFactory(name="Ủy ban nhân dân xã Bình Lâm", address="12 đường Lê Lợi", key="binhlam")
    UnitFactory(name="Ủy ban nhân dân phường Sông Tranh", key="songtranh")

    text = text_of(client.get("/co-quan/", {"q": asked}))

    assert "xã Bình Lâm" in text
    assert "Sông Tranh" not in text


def test_only_places_that_exist_today_are_listed(client):
    UnitFactory(name="Xã đã sáp nhập", valid_until=date(2026, 11, 22), key="cu")
    UnitFactory(name="Xã sắp lập", valid_from=date(2026, 11, 24), key="moi")
    commune = CommuneFactory()

    text = text_of(client.get("/co-quan/"))

    assert "sáp nhập" not in text
    assert "sắp lập" not in text
    assert commune.agency.name in text
    for key in ("cu", "moi", commune.division.key, "khong-co"):
        assert client.get(f"/co-quan/{key}/").status_code == 404


def test_desk_and_agency_both_have_a_page(client):
    commune = CommuneFactory()
    commune.one_stop.phone = "0299 3 811 199"
    commune.one_stop.reception_note = "Sáng thứ Bảy tiếp nhận từ 7:30 đến 11:30"
    commune.one_stop.email = "motcua@example.vn"
    commune.one_stop.save()

    for key in (commune.agency.key, commune.one_stop.key):
        page = client.get(f"/co-quan/{key}/")
        html = unescape(page.content.decode())

        assert 'href="tel:02993811199"' in html
        assert 'href="mailto:motcua@example.vn"' in html
        assert "Sáng thứ Bảy tiếp nhận" in html
        assert "Sáng: 07:30 đến 11:30" in html
        assert "Chiều: 13:30 đến 17:00" in html


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 23, 2, 0, tzinfo=UTC), "Đang mở cửa, đến 11:30"),
        (datetime(2026, 11, 23, 4, 30, tzinfo=UTC), "Đang nghỉ, mở lại lúc 13:30 hôm nay"),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), "Đang nghỉ, mở lại lúc 07:30 hôm nay"),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "mở lại thứ Ba, 24/11/2026, 07:30"),
        # Wednesday is off, Saturday is made up for it.
        (datetime(2026, 11, 24, 11, 0, tzinfo=UTC), "mở lại thứ Năm, 26/11/2026, 07:30"),
        (datetime(2026, 11, 25, 3, 0, tzinfo=UTC), "Hôm nay nghỉ: Ngày hội. Mở lại thứ Năm"),
        (datetime(2026, 11, 28, 3, 0, tzinfo=UTC), "Đang mở cửa, đến 11:30"),
        (datetime(2026, 11, 29, 3, 0, tzinfo=UTC), "mở lại thứ Hai, 30/11/2026, 07:30"),
    ],
)
def test_page_says_whether_the_agency_is_open_by_its_own_calendar(client, at, words):
    agency = UnitFactory(key="songtranh")
    CalendarDayFactory(unit=agency, on=date(2026, 11, 25), name="Ngày hội")
    CalendarDayFactory(unit=agency, on=date(2026, 11, 28), name="Làm bù", kind=DayKind.MAKE_UP)

    with time_machine.travel(at, tick=False):
        page, listed = client.get("/co-quan/songtranh/"), client.get("/co-quan/")

    assert words in text_of(page)
    assert words in text_of(listed)


def test_agency_without_hours_says_to_call_first(client):
    UnitFactory(key="songtranh", office_hours=[])

    text = text_of(client.get("/co-quan/songtranh/"))

    assert "Chưa có giờ làm việc" in text
    assert "Đang" not in text


def test_page_lists_what_is_filed_there_and_not_elsewhere(client):
    top = UnitFactory(tier=Tier.PROVINCE)
    here = UnitFactory(key="day", parent=top)
    there = UnitFactory(key="kia", tier=Tier.PROVINCE, parent=top)
    for name, where in (
        ("Đăng ký khai sinh", {"tier": Tier.COMMUNE, "unit": None}),
        ("Cấp phép xây dựng", {"unit": there, "tier": ""}),
    ):
        revision = RevisionFactory(procedure__name=name, name=name, everyday_name=name)
        OfferFactory(procedure=revision.procedure, **where)

    text = text_of(client.get("/co-quan/day/"))

    assert "Đăng ký khai sinh" in text
    assert "1 thủ tục nộp được trực tuyến" in text
    assert "Cấp phép xây dựng" not in text
    assert "Cấp phép xây dựng" in text_of(client.get("/co-quan/kia/"))
    assert here.key in client.get("/co-quan/day/").content.decode()


def test_page_calls_what_is_filed_there_as_every_list_does(client):
    UnitFactory(key="day", parent=UnitFactory(tier=Tier.PROVINCE))
    revision = RevisionFactory(name="Thủ tục đăng ký khai sinh", everyday_name="Làm giấy khai sinh")
    OfferFactory(procedure=revision.procedure)

    text = text_of(client.get("/co-quan/day/"))

    assert "Làm giấy khai sinh" in text
    assert "Thủ tục đăng ký khai sinh" not in text


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_is_the_same_for_any_number_of_agencies(client, number):
    communes = [CommuneFactory() for _ in range(number)]

    with CaptureQueriesContext(connection) as listed:
        client.get("/co-quan/")
    with CaptureQueriesContext(connection) as one:
        client.get(f"/co-quan/{communes[0].agency.key}/")

    assert len(listed) == 2
    assert len(one) == 5


@pytest.mark.parametrize(
    "query", ["trang=999", "trang=abc", "cap=khong", "q=%00", "q=" + "a" * 9000]
)
def test_strange_questions_are_answered(client, query):
    UnitFactory()

    assert client.get(f"/co-quan/?{query}").status_code == 200
