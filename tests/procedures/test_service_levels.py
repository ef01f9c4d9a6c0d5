"""How many services each level has, and the public list of levels 3 and 4."""

import re
from collections import Counter
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import PayWay
from portal.operations.demo_data import load_procedures
from procedures.enums import FeeStatus
from procedures.models import Offer, Procedure
from procedures.selectors.service_levels import LevelsPage, get_levels_page
from procedures.services.publishing import measure_content
from tests.factories.accounts import UnitFactory
from tests.factories.payments import CollectingAccountFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
)

TODAY = date(2026, 11, 23)
URL = "/muc-do-dich-vu/"


@pytest.fixture
def province(db):
    """A province with two communes and one department."""
    top = UnitFactory(key="tinh", tier="PROVINCE")
    return {
        "so": UnitFactory(key="so", parent=top, tier="PROVINCE", name="Sở Tư pháp"),
        "xa": UnitFactory(key="xa", parent=top, name="Ủy ban nhân dân xã A"),
        "phuong": UnitFactory(key="phuong", parent=top, name="Ủy ban nhân dân phường B"),
    }


def counts(page: LevelsPage) -> dict[int, tuple[int, ...]]:
    """Return communes, province and all of every level."""
    return {row.level: (*row.by_tier, row.total) for row in page.tallies}


def listed(page: LevelsPage) -> list[tuple[int, str, str]]:
    return [
        (group.level, service.title, service.units)
        for group in page.groups
        for service in group.services
    ]


def revision(name, **offer):
    made = RevisionFactory(procedure=ProcedureFactory(name=name), everyday_name="")
    Procedure.objects.filter(pk=made.procedure_id).update(content_level=4, paid_level=4)
    OfferFactory(procedure=made.procedure, **offer)
    return made


def test_the_demo_is_counted_as_its_files_declare_it(catalogue):
    page = get_levels_page(on=TODAY)

    declared = {one["code"]: one["offers"] for one in load_procedures()}
    in_all = Counter(offers[0]["declared_level"] for offers in declared.values())
    at = {"commune": Counter(), "department": Counter()}
    for offers in declared.values():
        for offer in offers:
            at["department" if offer["unit"] else "commune"][offer["declared_level"]] += 1
    expected = {
        level: (at["commune"][level], at["department"][level], in_all[level])
        for level in (4, 3, 2, 1)
    }
    assert counts(page) == expected
    assert page.sums.total == len(declared)


def test_a_procedure_of_two_tiers_counts_at_both_and_once_in_all(province):
    made = revision("Đăng ký khai sinh", declared_level=3)
    OfferFactory(
        procedure=made.procedure,
        unit=province["so"],
        tier="",
        declared_level=1,
        workflow_version=None,
    )

    page = get_levels_page(on=TODAY)

    assert page.tiers == ("Xã, phường", "Cấp tỉnh")
    assert counts(page) == {4: (0, 0, 0), 3: (1, 0, 1), 2: (0, 0, 0), 1: (0, 1, 0)}
    assert listed(page) == [(3, "Đăng ký khai sinh", "Tất cả xã, phường")]


def test_known_by_name_only_has_a_row_of_its_own_and_repealed_has_none(province):
    ProcedureFactory(name="Chỉ có tên", tiers=["COMMUNE"])
    ProcedureFactory(name="Đã bỏ", tiers=["COMMUNE"], state="REPEALED")

    page = get_levels_page(on=TODAY)

    assert counts(page)[0] == (1, 0, 1)
    assert page.sums.total == 1
    assert listed(page) == []


def test_a_declared_level_that_does_not_hold_is_neither_counted_nor_listed(province):
    made = revision("Thu phí chưa rõ", declared_level=4)
    FeeRuleFactory(
        case=made.cases.get(),
        status=FeeStatus.UNDETERMINED,
        amount_vnd=None,
        channels=["ONLINE"],
    )
    unpaid, paid = measure_content(made)
    Procedure.objects.update(content_level=unpaid, paid_level=paid)

    page = get_levels_page(on=TODAY)

    assert counts(page)[4] == (0, 0, 0)
    assert listed(page) == [(3, "Thu phí chưa rõ", "Tất cả xã, phường")]


def test_agencies_of_one_offer_at_two_levels_are_named_apart(province):
    made = revision("Thu phí", declared_level=4)
    Procedure.objects.filter(pk=made.procedure_id).update(content_level=3)
    CollectingAccountFactory(unit=province["phuong"], ways=[PayWay.VNPAY])

    assert listed(get_levels_page(on=TODAY)) == [
        (4, "Thu phí", "Ủy ban nhân dân phường B"),
        (3, "Thu phí", "Ủy ban nhân dân xã A"),
    ]


def test_an_offer_that_ended_is_gone(province):
    revision("Đã thôi", declared_level=4)
    Offer.objects.update(valid_until=date(2026, 11, 22))

    page = get_levels_page(on=TODAY)

    assert listed(page) == []
    assert counts(page)[0] == (1, 0, 1)


def test_the_page_gives_unit_level_number_and_date_of_the_decision(client, catalogue):
    html = unescape(client.get(URL).content.decode())
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())

    assert "Mức độ 4: Nộp hồ sơ, nộp phí và nhận kết quả trực tuyến" in text
    assert "Mức độ 3: Nộp trực tuyến, nộp phí và nhận kết quả tại quầy" in text
    row = re.search(r"<tr>(?:(?!</tr>).)*2\.002288.*?</tr>", html, re.DOTALL)
    assert row
    for part in ("Sở Xây dựng", "Toàn trình", "1512/QĐ-UBND (giả định), ngày 01/07/2026"):
        assert part in row[0]
    assert "/thu-tuc/1.000656/" in html
    assert "/thu-tuc/2.000815/" not in html


def test_home_and_the_foot_of_every_page_lead_to_it(client, catalogue):
    assert client.get("/").content.decode().count(f'href="{URL}"') == 2
    assert f'href="{URL}"' in client.get("/tro-giup/").content.decode()


@pytest.mark.parametrize("rows", [1, 12])
def test_page_takes_four_queries_however_much_there_is(client, province, rows):
    for number in range(rows):
        revision(f"Thủ tục {number}", declared_level=3 + number % 2)

    with CaptureQueriesContext(connection) as queries:
        response = client.get(URL)

    assert response.status_code == 200
    assert len(queries) == 4
