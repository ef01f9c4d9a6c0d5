"""The page of local rules: what an editor sees, what a publisher adds and ends there."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role, Tier
from procedures.models import LocalRule
from tests.factories.accounts import StaffFactory, UnitFactory, sign_in_proved
from tests.factories.procedures import (
    FeeRuleFactory,
    LocalRuleFactory,
    OfferFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def province():
    return UnitFactory(key="tinh", tier=Tier.PROVINCE)


@pytest.fixture
def communes(province):
    return [
        UnitFactory(parent=province, key=key, name=f"Ủy ban nhân dân {name}")
        for key, name in (("xa-mot", "xã Một"), ("xa-hai", "xã Hai"))
    ]


@pytest.fixture
def procedure(communes):
    procedure = OfferFactory().procedure
    with changing_published():
        FeeRuleFactory(case=procedure.current_revision.cases.get())
    return procedure


@pytest.fixture
def publisher(province):
    return sign_in_proved(Client(), StaffFactory(role=Role.PUBLISHER, unit=province))


FEE = {
    "place": "unit|xa-mot",
    "target": "thong-thuong|le-phi",
    "fee_status": "AMOUNT",
    "amount_vnd": "12.000",
    "decision_number": "12/2026/NQ-HĐND",
    "decision_date": "05/02/2026",
    "annex": "Phụ lục I",
    "valid_from": "01/03/2026",
    "valid_until": "",
}
TIME = {**FEE, "target": "thong-thuong|ONLINE", "time_amount": "3", "time_unit": "WORKING_DAYS"}


def at(name, procedure, *more):
    return reverse(f"procedures:editor_{name}", args=[procedure.code, *more])


def test_a_publisher_adds_and_ends_what_the_public_then_sees(publisher, procedure, client):
    added = publisher.post(at("local_fee", procedure), FEE, follow=True)
    publisher.post(at("local_time", procedure), TIME)
    page = client.get(reverse("procedures:detail", args=[procedure.code]), {"co_quan": "xa-mot"})

    assert "Đã ghi." in added.text
    assert "12/2026/NQ-HĐND ngày 05/02/2026, Phụ lục I" in added.text
    assert "12.000 đồng" in page.text
    assert "3 ngày làm việc" in page.text

    rule = LocalRule.objects.get(fee_key="le-phi")
    another = f"{at('local_time', procedure)}?theo={rule.pk}"
    assert another in added.text
    initial = publisher.get(another).context["form"].initial
    assert (initial["place"], initial["decision_number"]) == ("unit|xa-mot", "12/2026/NQ-HĐND")
    assert publisher.get(f"{another}9").context["form"].initial == {}

    publisher.post(at("local_end", procedure, rule.pk), {"last_day": "01/01/2020"})
    rule.refresh_from_db()
    assert rule.valid_until is None
    ended = publisher.post(
        at("local_end", procedure, rule.pk), {"last_day": "31/12/2099"}, follow=True
    )
    assert "đến hết 31/12/2099" in ended.text


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("local_fee", {"amount_vnd": ""}, "Ghi số tiền."),
        ("local_fee", {"fee_status": "FREE"}, "Không thu thì để trống số tiền."),
        ("local_fee", {"decision_date": "01/01/2099", "valid_from": "02/01/2099"}, "sau hôm nay"),
        ("local_fee", {"valid_from": "01/02/2026"}, "Không áp dụng trước ngày ban hành"),
        ("local_fee", {"decision_number": "<b>12</b>"}, "bỏ các thẻ"),
        ("local_fee", {"place": "unit|khong-co"}, "xa-mot"),
        ("local_fee", {"target": "thong-thuong|khac"}, "le-phi"),
        ("local_time", {"time_amount": "9"}, "phải ngắn hơn"),
        ("local_time", {"time_amount": "5"}, "phải ngắn hơn"),
        ("local_time", {"time_amount": ""}, "Ghi thời hạn là bao nhiêu."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    publisher, procedure, name, changes, said
):
    typed = (FEE if name == "local_fee" else TIME) | changes

    page = publisher.post(at(name, procedure), typed)

    assert page.status_code == 422
    assert said in page.text
    assert "Phụ lục I" in page.text
    assert not LocalRule.objects.exists()


def test_a_second_rule_about_the_same_is_refused_with_the_first(publisher, procedure):
    publisher.post(at("local_fee", procedure), FEE)

    page = publisher.post(at("local_fee", procedure), FEE | {"valid_from": "01/04/2026"})

    assert page.status_code == 422
    assert "Nơi này đã có quy định 12/2026/NQ-HĐND ngày 05/02/2026, Phụ lục I" in page.text


def test_the_page_sorts_in_force_from_ended_and_from_what_no_longer_fits(procedure, communes):
    LocalRuleFactory(procedure=procedure, decision_number="01/ĐANG")
    LocalRuleFactory(procedure=procedure, fee_key="da-bo", decision_number="02/LẠC")
    LocalRuleFactory(procedure=procedure, valid_until="2026-02-01", decision_number="03/HẾT")
    editor = sign_in_proved(Client(), StaffFactory(role=Role.EDITOR, unit=communes[0]))

    html = editor.get(at("local_rules", procedure)).text

    order = ["Không còn khớp", "02/LẠC", "Đang áp dụng", "01/ĐANG", "Đã hết áp dụng", "03/HẾT"]
    places = [html.index(one) for one in order]
    assert places == sorted(places)
    assert "Thêm mức thu" not in html
    assert editor.post(at("local_fee", procedure), FEE).status_code == 403


def test_an_agency_sees_and_rules_only_itself(procedure, communes):
    LocalRuleFactory(procedure=procedure, unit=communes[1], tier="", decision_number="09/RIÊNG")
    others = LocalRule.objects.get()
    own = sign_in_proved(Client(), StaffFactory(role=Role.PUBLISHER, unit=communes[0]))

    assert "09/RIÊNG" not in own.get(at("local_rules", procedure)).text
    assert own.get(at("local_end", procedure, others.pk)).status_code == 404
    refused = own.post(at("local_fee", procedure), FEE | {"place": "tier|COMMUNE"})
    assert refused.status_code == 422
    own.post(at("local_fee", procedure), FEE)
    assert LocalRule.objects.filter(unit=communes[0]).count() == 1
