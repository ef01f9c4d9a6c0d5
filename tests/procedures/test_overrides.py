"""Local rules change fee and time where they hold, by their decision, and nowhere else."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role, Tier
from procedures import overrides
from procedures.enums import FeeStatus, FilingChannel, TimeUnit
from procedures.models import FeeRule, LocalRule, NoSuchProcedure, ProcessingTime
from procedures.policies import NotAPublisher, NotYetDecided, OutsideAgency
from procedures.selectors.detail import Asked, get_procedure_page
from procedures.services import local_rules
from procedures.services.local_rules import NewRule
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    LocalRuleFactory,
    OfferFactory,
    RevisionFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
ONLINE, COUNTER = FilingChannel.ONLINE, FilingChannel.COUNTER


@pytest.fixture
def province():
    return UnitFactory(key="tinh", tier=Tier.PROVINCE)


@pytest.fixture
def communes(province):
    return [UnitFactory(parent=province, key=key) for key in ("xa-mot", "xa-hai")]


@pytest.fixture
def procedure(communes):
    """A procedure of all communes: 5 working days, 30.000 đồng with a step and a cap."""
    procedure = OfferFactory().procedure
    with changing_published():
        FeeRuleFactory(
            case=procedure.current_revision.cases.get(),
            tiers=[{"from": 3, "amount_vnd": 1_000}],
            cap_vnd=90_000,
        )
    return procedure


@pytest.fixture
def publisher(province):
    return StaffFactory(role=Role.PUBLISHER, unit=province)


def terms(procedure, agency):
    case = procedure.current_revision.cases.prefetch_related("times", "fees").get()
    rules = list(LocalRule.objects.in_force(on=TODAY).filter(procedure=procedure))
    return overrides.terms_at(case, rules, agency=agency)


def page_of(procedure, agency):
    asked = Asked(agency=agency.key)
    return get_procedure_page(code=procedure.code, asked=asked, at=AT)


def new(**changes):
    given = {
        "unit": None,
        "tier": Tier.COMMUNE,
        "case_key": "thong-thuong",
        "decision_number": "12/2026/NQ-HĐND",
        "decision_date": date(2026, 2, 1),
        "annex": "Phụ lục I",
        "valid_from": date(2026, 2, 15),
        "valid_until": None,
    }
    return NewRule(**given | changes)


def a_fee(**changes):
    return new(**{"fee_key": "le-phi", "fee_status": "AMOUNT", "amount_vnd": 12_000} | changes)


def a_time(**changes):
    return new(**{"channel": ONLINE, "time_unit": "WORKING_DAYS", "time_amount": 3} | changes)


def add(procedure, rule, publisher):
    return local_rules.add_rule(code=procedure.code, rule=rule, publisher=publisher, at=AT)


def test_the_agency_comes_before_its_tier_and_the_case_stays_as_it_was(procedure, communes):
    LocalRuleFactory(procedure=procedure)
    LocalRuleFactory(procedure=procedure, unit=communes[0], tier="", amount_vnd=8_000)
    LocalRuleFactory(procedure=procedure, time=True)
    LocalRuleFactory(procedure=procedure, tier=Tier.PROVINCE, amount_vnd=1)

    own, others = terms(procedure, communes[0]), terms(procedure, communes[1])

    assert [one.fees[0].amount_vnd for one in (own, others)] == [8_000, 12_000]
    assert own.fees[0].local_decision == "12/2026/NQ-HĐND ngày 05/01/2026"
    assert (own.fees[0].tiers, own.fees[0].cap_vnd) == ([], None)
    by_channel = {one.channel: (one.amount, one.unit) for one in own.times}
    assert by_channel == {ONLINE: (2, "WORKING_DAYS"), COUNTER: (5, "WORKING_DAYS")}
    assert own.grounds == {ONLINE: "12/2026/NQ-HĐND ngày 05/01/2026"}
    assert terms(procedure, None).fees[0].amount_vnd == 30_000
    kept = procedure.current_revision.cases.get()
    assert kept.fees.get().amount_vnd == 30_000
    assert {one.amount for one in kept.times.all()} == {5}


@pytest.mark.parametrize(
    "changes",
    [
        {"case_key": "khac"},
        {"fee_key": "khoan-da-bo"},
        {"time": True, "channel": FilingChannel.POST},
        {"time": True, "time_amount": 5},  # as long as the law gives
        {"valid_from": date(2026, 3, 3)},
        {"valid_until": date(2026, 3, 1)},
    ],
)
def test_what_no_longer_fits_changes_nothing(procedure, communes, changes):
    LocalRuleFactory(procedure=procedure, **changes)

    found = terms(procedure, communes[0])

    assert found.fees[0].amount_vnd == 30_000
    assert {one.amount for one in found.times} == {5}
    assert found.grounds == {}


@pytest.mark.parametrize(
    ("legal", "local", "shorter"),
    [
        ((5, "WORKING_DAYS"), (4, "WORKING_DAYS"), True),
        ((5, "WORKING_DAYS"), (5, "WORKING_DAYS"), False),
        ((5, "WORKING_DAYS"), (6, "WORKING_DAYS"), False),
        ((1, "WORKING_DAYS"), (7, "HOURS"), True),
        ((1, "WORKING_DAYS"), (8, "HOURS"), False),
        ((24, "HOURS"), (2, "WORKING_DAYS"), True),
        ((8, "HOURS"), (1, "WORKING_DAYS"), False),
        ((10, "CALENDAR_DAYS"), (9, "CALENDAR_DAYS"), True),
        ((10, "CALENDAR_DAYS"), (3, "WORKING_DAYS"), False),  # holidays may fill the ten days
        ((3, "WORKING_DAYS"), (2, "CALENDAR_DAYS"), False),
        ((1, "WORKING_DAYS"), (None, "SAME_DAY"), True),
        ((8, "HOURS"), (None, "SAME_DAY"), False),
        ((9, "HOURS"), (None, "SAME_DAY"), True),
        ((None, "SAME_DAY"), (2, "HOURS"), False),
        ((None, "NONE_GIVEN"), (30, "WORKING_DAYS"), True),
    ],
)
def test_only_what_is_certainly_shorter_is(legal, local, shorter):
    given = ProcessingTime(amount=legal[0], unit=legal[1])
    rule = LocalRule(time_amount=local[0], time_unit=local[1])

    assert overrides.is_shorter(rule, given) is shorter


def test_the_cut_off_of_the_law_goes_with_its_same_day(procedure, communes):
    given = ProcessingTime(amount=None, unit=TimeUnit.NONE_GIVEN, cut_off=time(15), channel=ONLINE)
    rule = LocalRuleFactory(procedure=procedure, time=True)

    assert overrides._timed(given, rule).cut_off is None


def test_the_procedure_page_tells_fee_time_and_decision_of_the_agency(client, procedure, communes):
    LocalRuleFactory(procedure=procedure, unit=communes[0], tier="")
    LocalRuleFactory(procedure=procedure, unit=communes[0], tier="", time=True)

    page, other = page_of(procedure, communes[0]), page_of(procedure, communes[1])

    assert (page.fee_fact.text, page.time_fact.text) == ("12.000 đồng", "2 ngày làm việc")
    assert page.ready.startswith("thứ Tư, 04/03/2026")
    assert "12/2026/NQ-HĐND ngày 05/01/2026" in page.fees[0].local_decision
    assert page.time_notes == ("Thời hạn của địa phương theo 12/2026/NQ-HĐND ngày 05/01/2026.",)
    assert other.fee_fact.text.startswith("30.000")
    assert other.time_fact.text == "5 ngày làm việc"
    url = reverse("procedures:detail", args=[procedure.code])
    with CaptureQueriesContext(connection) as queries:
        html = client.get(url, {"co_quan": "xa-mot"}).text
    assert "12.000 đồng" in html
    assert len(queries) <= 8


def test_the_finder_asks_for_the_place_before_what_depends_on_it(client, procedure, communes):
    with changing_published():
        fee = procedure.current_revision.cases.get().fees.get()
        fee.asks_quantity, fee.unit, fee.tiers, fee.cap_vnd = True, "COPY", [], None
        fee.status, fee.amount_vnd = FeeStatus.UNDETERMINED, None
        fee.save()
    LocalRuleFactory(procedure=procedure, unit=communes[0], tier="")
    url = reverse("procedures:finder", args=[procedure.code])

    asked = client.get(url, {"cach": "tai-quay"}).text
    counted = client.get(url, {"cach": "tai-quay", "co_quan": "xa-mot"}).text
    found = {"cach": "tai-quay", "co_quan": "xa-mot", "so_le-phi": "3"}
    answer = client.get(url, found).text

    assert "Nộp cho cơ quan nào?" in asked
    assert "12.000 đồng" in counted
    assert "36.000 đồng" in answer
    assert "12/2026/NQ-HĐND" in answer


def test_a_local_charge_that_nobody_can_pay_online_lowers_level_four(communes):
    revision = RevisionFactory()
    offer = OfferFactory(procedure=revision.procedure, declared_level=4)
    with changing_published():
        FeeRuleFactory(case=revision.cases.get(), status=FeeStatus.FREE, amount_vnd=None)
    LocalRuleFactory(procedure=offer.procedure, unit=communes[0], tier="")

    assert page_of(offer.procedure, communes[1]).level == 4
    assert page_of(offer.procedure, communes[0]).level == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "own", "tier": Tier.COMMUNE},
        {"tier": ""},
        {"channel": ONLINE},
        {"fee_key": ""},
        {"amount_vnd": None},
        {"amount_vnd": 0},
        {"fee_status": FeeStatus.UNDETERMINED, "amount_vnd": None},
        {"fee_status": FeeStatus.FREE},
        {"time": True, "time_amount": None},
        {"time": True, "time_unit": TimeUnit.NONE_GIVEN, "time_amount": None},
        {"decision_number": ""},
        {"ended_at": AT},
        {"valid_until": date(2026, 1, 9)},
    ],
)
def test_the_database_refuses_half_a_rule(procedure, communes, changes):
    if "unit" in changes:
        changes = changes | {"unit": communes[0]}

    with pytest.raises(IntegrityError), transaction.atomic():
        LocalRuleFactory(procedure=procedure, **changes)


def test_a_rule_is_added_with_who_and_when_and_shown_at_once(procedure, communes, publisher):
    rule = add(procedure, a_fee(), publisher)

    assert (rule.added_by, rule.added_at) == (publisher, AT)
    assert page_of(procedure, communes[0]).fee_fact.text == "12.000 đồng"


def test_free_is_a_determined_amount(procedure, communes, publisher):
    add(procedure, a_fee(fee_status="FREE", amount_vnd=None), publisher)

    assert page_of(procedure, communes[0]).fee_fact.text == "Không mất phí"


@pytest.mark.parametrize(
    ("rule", "refusal"),
    [
        (a_fee(fee_key="khac"), local_rules.UnknownTarget),
        (a_fee(case_key="khac"), local_rules.UnknownTarget),
        (a_time(channel=FilingChannel.POST), local_rules.UnknownTarget),
        (a_time(time_amount=5), local_rules.NotShorter),
        (a_time(time_amount=6), local_rules.NotShorter),
        (a_fee(decision_date=date(2026, 3, 3)), NotYetDecided),
        (a_fee(valid_from=date(2026, 1, 31)), local_rules.BeforeItsDecision),
        (a_fee(valid_until=date(2026, 2, 14)), local_rules.BeforeItsDecision),
    ],
)
def test_what_could_not_be_applied_is_refused(procedure, publisher, rule, refusal):
    with pytest.raises(refusal):
        add(procedure, rule, publisher)

    assert not LocalRule.objects.exists()


def test_two_rules_about_the_same_thing_never_hold_at_once(procedure, communes, publisher):
    first = add(procedure, a_fee(valid_until=date(2026, 3, 31)), publisher)

    with pytest.raises(local_rules.Overlaps) as overlap:
        add(procedure, a_fee(valid_from=date(2026, 3, 31)), publisher)
    add(procedure, a_fee(valid_from=date(2026, 4, 1)), publisher)
    add(procedure, a_fee(unit=communes[0], tier=""), publisher)

    assert overlap.value.rule == first
    assert LocalRule.objects.count() == 3


def test_nothing_is_added_to_what_is_not_published(publisher):
    with pytest.raises(NoSuchProcedure):
        local_rules.add_rule(code="9.999999", rule=a_fee(), publisher=publisher, at=AT)


def test_an_agency_publishes_for_itself_only(procedure, communes):
    own = StaffFactory(role=Role.PUBLISHER, unit=communes[0])
    others = LocalRuleFactory(procedure=procedure)

    add(procedure, a_fee(unit=communes[0], tier=""), own)
    for place in ({"unit": communes[1], "tier": ""}, {"tier": Tier.COMMUNE}):
        with pytest.raises(OutsideAgency):
            add(procedure, a_fee(**place), own)
    with pytest.raises(OutsideAgency):
        end(others, own, TODAY)


def test_an_editor_adds_and_ends_nothing(procedure, province):
    editor = StaffFactory(role=Role.EDITOR, unit=province)
    rule = LocalRuleFactory(procedure=procedure)

    with pytest.raises(NotAPublisher):
        add(procedure, a_time(), editor)
    with pytest.raises(NotAPublisher):
        end(rule, editor, TODAY)


def end(rule, publisher, last_day):
    return local_rules.end_rule(
        code=rule.procedure.code, rule_id=rule.pk, last_day=last_day, publisher=publisher, at=AT
    )


def test_an_ended_rule_holds_to_its_last_day_or_is_taken_back_at_once(
    procedure, communes, publisher
):
    rule = LocalRuleFactory(procedure=procedure)

    end(rule, publisher, TODAY)
    assert terms(procedure, communes[0]).fees[0].amount_vnd == 12_000
    end(rule, publisher, TODAY - timedelta(days=1))
    assert terms(procedure, communes[0]).fees[0].amount_vnd == 30_000
    rule.refresh_from_db()
    assert (rule.ended_by, rule.ended_at) == (publisher, AT)
    with pytest.raises(local_rules.AlreadyEnded):
        end(rule, publisher, TODAY)
    with pytest.raises(local_rules.BadEnd):
        end(LocalRuleFactory(procedure=procedure, time=True), publisher, TODAY - timedelta(days=2))


def test_one_taken_back_before_it_began_leaves_its_days_free(procedure, publisher):
    future = add(procedure, a_fee(valid_from=date(2026, 5, 1)), publisher)

    end(future, publisher, TODAY)

    add(procedure, a_fee(valid_from=date(2026, 5, 1)), publisher)
    assert LocalRule.objects.in_force(on=date(2026, 5, 2)).count() == 1


def test_words_on_the_national_amount_are_told_apart_from_a_fee_waived_here(procedure, communes):
    with changing_published():
        FeeRule.objects.update(
            text="30.000 đồng một bản.",
            exemptions=[{"key": "ho-ngheo", "name": "Hộ nghèo", "proof": ""}],
        )
    LocalRuleFactory(procedure=procedure, fee_status="FREE", amount_vnd=None)

    (fee,) = page_of(procedure, communes[0]).fees

    assert fee.amount == "không thu"
    assert fee.text == "Quy định chung: 30.000 đồng một bản."
    assert fee.exemptions == ()
