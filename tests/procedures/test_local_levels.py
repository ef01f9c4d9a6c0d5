"""Where an agency sets a fee itself, lists and the procedure's page say the same level."""

from datetime import date

import pytest
from django.test import Client

from accounts.enums import PayWay
from accounts.models import Unit
from procedures.enums import FeeStatus, ResultDelivery
from procedures.models import Case, Procedure
from procedures.policies import Reach
from procedures.search import read_question
from procedures.selectors.editor_offers import list_contradictions
from procedures.selectors.filters import Filters
from procedures.selectors.holding import describe
from procedures.selectors.kinds import find
from procedures.selectors.posting import tell_all
from procedures.selectors.published import load_published
from procedures.selectors.results import get_rows
from procedures.selectors.service_levels import get_levels_page
from procedures.services.publishing import measure_content
from tests.factories.accounts import UnitFactory
from tests.factories.payments import CollectingAccountFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    LocalRuleFactory,
    OfferFactory,
    RevisionFactory,
    changing_published,
)

TODAY = date(2026, 11, 23)
UNKNOWN = {"status": FeeStatus.UNDETERMINED, "amount_vnd": None, "text": "Theo địa phương"}
FREE = {"status": FeeStatus.FREE, "amount_vnd": None, "ground": "Luật Hộ tịch"}


@pytest.fixture
def places(db):
    """Two communes, of which only the first can be paid online."""
    top = UnitFactory(key="tinh", tier="PROVINCE")
    paid = UnitFactory(key="xa", parent=top, name="Ủy ban nhân dân xã A")
    CollectingAccountFactory(unit=paid, ways=[PayWay.VNPAY])
    return {"xa": paid, "phuong": UnitFactory(key="phuong", parent=top, name="UBND phường B")}


def offered(**fee) -> Procedure:
    """Return a procedure of level 4 but for its fee, at every commune."""
    revision = RevisionFactory()
    with changing_published():
        FeeRuleFactory(case=Case.objects.get(revision=revision), **fee)
    procedure = revision.procedure
    procedure.content_level, procedure.paid_level = measure_content(revision)
    procedure.save()
    OfferFactory(
        procedure=procedure,
        declared_level=4,
        returns=[ResultDelivery.ONLINE],
    )
    return procedure


def both(procedure: Procedure) -> dict[str, int]:
    """Return the level at each commune, the same in a list as on the page."""
    (kind,) = find(read_question(""), on=TODAY).kinds
    page = load_published(procedure.code, on=TODAY)
    on_page = {one.agency.key: one.level for one in page.served}
    assert dict(kind.levels) == on_page
    assert kind.level(Filters()) == max(on_page.values())
    for unit in Unit.objects.filter(key__in=on_page):
        (on_the_wall,) = [one.level for _what, one in tell_all(unit, on=TODAY).served]
        assert on_the_wall == on_page[unit.key]
    # Of an offer to a whole tier holds what holds at each of its agencies; else it is told why.
    (held,) = describe(procedure.offers.all(), on=TODAY)
    assert held.level == min(on_page.values())
    assert bool(held.gaps) == held.is_contradiction == (held.level < 4)
    told = list_contradictions(
        cause="",
        tier="",
        question=read_question(""),
        page="",
        reach=Reach(True, frozenset(), frozenset()),
        publishes=True,
        on=TODAY,
    )
    assert [row.is_contradiction for row in told.rows] == [True] * held.is_contradiction
    return on_page


@pytest.mark.parametrize(
    ("national", "rules", "levels"),
    [
        (UNKNOWN, {}, {"xa": 3, "phuong": 3}),
        # A resolution of the province determines the fee: payable where there is an account.
        (UNKNOWN, {"": 12_000}, {"xa": 4, "phuong": 3}),
        (UNKNOWN, {"xa": 12_000}, {"xa": 4, "phuong": 3}),
        # What is asked for must be payable; what is waived need not.
        (FREE, {"": 12_000}, {"xa": 4, "phuong": 3}),
        ({}, {"phuong": None}, {"xa": 4, "phuong": 4}),
        # The agency's own rule comes before that of its tier.
        ({}, {"": None, "phuong": 12_000}, {"xa": 4, "phuong": 3}),
        (FREE, {"": 12_000, "phuong": None}, {"xa": 4, "phuong": 4}),
    ],
)
def test_list_and_page_know_the_fees_that_agencies_set_themselves(places, national, rules, levels):
    procedure = offered(**national)
    for key, amount in rules.items():
        LocalRuleFactory(
            procedure=procedure,
            unit=places.get(key),
            tier="" if key else "COMMUNE",
            fee_status=FeeStatus.FREE if amount is None else FeeStatus.AMOUNT,
            amount_vnd=amount,
        )

    assert both(procedure) == levels


@pytest.mark.parametrize(
    "ineffective",
    [
        {"valid_from": date(2026, 12, 1)},
        {"valid_until": date(2026, 11, 1)},
        {"fee_key": "khoan-khac"},
        {"case_key": "truong-hop-khac"},
    ],
)
def test_a_rule_that_changes_nothing_today_changes_no_level(places, ineffective):
    procedure = offered(**FREE)
    LocalRuleFactory(procedure=procedure, **ineffective)

    assert both(procedure) == {"xa": 4, "phuong": 4}


def test_a_fee_of_its_own_lifts_no_content_that_cannot_be_filed_online(places):
    procedure = offered(**UNKNOWN)
    Procedure.objects.update(content_level=2, paid_level=2)
    LocalRuleFactory(procedure=procedure)

    (kind,) = find(read_question(""), on=TODAY).kinds

    assert dict(kind.levels) == {"xa": 2, "phuong": 2}


def test_the_filter_and_the_public_count_follow(places):
    procedure = offered(**UNKNOWN)
    LocalRuleFactory(procedure=procedure)

    at_xa = Client().get("/thu-tuc/", {"muc_do": "4", "co_quan": "xa"}).content.decode()
    at_phuong = Client().get("/thu-tuc/", {"muc_do": "4", "co_quan": "phuong"}).content.decode()
    groups = {one.level: one.services for one in get_levels_page(on=TODAY).groups}

    assert f"/thu-tuc/{procedure.code}/" in at_xa
    assert f"/thu-tuc/{procedure.code}/" not in at_phuong
    assert [one.units for one in groups[4]] == ["Ủy ban nhân dân xã A"]
    assert [one.units for one in groups[3]] == ["UBND phường B"]


def test_a_row_promises_no_form_and_no_way_that_the_procedure_does_not_have(places):
    procedure = offered()
    procedure.offers.update(declared_level=2)

    (row,) = get_rows([procedure.pk], on=TODAY).values()

    assert row.level == 2
    assert row.level_words == "Xem hướng dẫn, nộp tại quầy"


def test_a_row_says_that_less_can_be_done_elsewhere(places):
    procedure = offered(**UNKNOWN)
    LocalRuleFactory(procedure=procedure)

    (row,) = get_rows([procedure.pk], on=TODAY).values()

    assert row.level_words == "Nộp hồ sơ, nộp phí và nhận kết quả trực tuyến (tùy nơi nộp)"
