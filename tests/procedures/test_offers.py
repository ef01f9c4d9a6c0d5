"""Offers: assigned by a decision, closed by a later one, never rewritten; all of them or none."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from accounts.enums import PayWay, Role, Tier
from accounts.models import CollectingAccount
from procedures.enums import FilingChannel, ProcedureState, ResultDelivery, ServiceMode
from procedures.models import Offer, Procedure
from procedures.policies import NotAPublisher, OutsideAgency
from procedures.selectors import holding
from procedures.services import offers
from procedures.services.offer_plan import BadTerms, NothingChosen, Outcome, Terms
from tests.factories.accounts import StaffFactory, UnitFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    ProcedureFactory,
    RevisionFactory,
    WorkflowVersionFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 15)
FROM = date(2026, 7, 1)

TERMS = Terms(
    unit=None,
    tier=Tier.COMMUNE,
    declared_level=3,
    service_mode=ServiceMode.PARTIAL,
    returns=(ResultDelivery.COUNTER,),
    decision_number="125/QĐ-UBND",
    decision_date=date(2026, 6, 10),
    decision_annex="Phụ lục II",
    valid_from=FROM,
)


@pytest.fixture
def province():
    return UnitFactory(tier=Tier.PROVINCE, name="Ủy ban nhân dân tỉnh")


@pytest.fixture
def commune(province):
    return UnitFactory(parent=province)


@pytest.fixture
def publisher(province):
    return StaffFactory(role=Role.PUBLISHER, unit=province)


@pytest.fixture
def procedure(commune):
    revision = RevisionFactory()
    WorkflowVersionFactory(procedure=revision.procedure)
    return revision.procedure


def assign(publisher, *procedures, **terms):
    return offers.assign_offers(
        codes=[one.code for one in procedures],
        terms=replace(TERMS, **terms),
        publisher=publisher,
        at=AT,
    )


def preview(person, *procedures, **terms):
    return offers.preview_offers(
        codes=[one.code for one in procedures], terms=replace(TERMS, **terms), by=person, at=AT
    )


def test_many_procedures_are_assigned_by_one_decision(publisher, procedure):
    other = RevisionFactory().procedure

    made = assign(publisher, procedure, other)

    assert {one.procedure_id for one in made} == {procedure.pk, other.pk}
    stored = Offer.objects.get(procedure=procedure)
    assert (stored.tier, stored.declared_level, stored.decision_number) == (
        Tier.COMMUNE,
        3,
        "125/QĐ-UBND",
    )
    assert (stored.decision_annex, stored.valid_from) == ("Phụ lục II", FROM)
    assert (stored.assigned_by, stored.assigned_at) == (publisher, AT)


def test_the_newest_published_workflow_runs_from_level_3_only(publisher, procedure):
    newer = WorkflowVersionFactory(procedure=procedure, number=2)
    WorkflowVersionFactory(procedure=procedure, number=3, published_at=None)

    at_three = assign(publisher, procedure)[0]
    at_two = assign(
        publisher,
        procedure,
        declared_level=2,
        service_mode=ServiceMode.INFORMATION,
        valid_from=date(2026, 8, 1),
    )[0]

    assert at_three.workflow_version == newer
    assert at_two.workflow_version is None


def test_an_earlier_offer_of_the_same_target_ends_the_day_before_and_stays_as_it_was(
    publisher, procedure
):
    old = OfferFactory(procedure=procedure, tier=Tier.COMMUNE, workflow_version=None)

    assign(publisher, procedure)

    stored = Offer.objects.get(pk=old.pk)
    assert stored.valid_until == date(2026, 6, 30)
    assert (stored.ended_by, stored.declared_level) == (publisher, old.declared_level)
    assert Offer.objects.in_force(on=date(2026, 6, 30)).get().pk == old.pk
    assert Offer.objects.in_force(on=FROM).get().pk != old.pk


def test_offers_of_another_target_are_left_alone(publisher, procedure, commune):
    own = OfferFactory(procedure=procedure, unit=commune, tier="", workflow_version=None)

    assign(publisher, procedure)

    assert Offer.objects.get(pk=own.pk).valid_until is None


def test_one_that_begins_the_same_day_or_later_is_refused_and_so_are_all(publisher, procedure):
    other = RevisionFactory().procedure
    OfferFactory(procedure=procedure, workflow_version=None, valid_from=FROM)

    with pytest.raises(offers.Refused) as error:
        assign(publisher, other, procedure)

    refused = error.value.plan.refused
    assert [line.procedure for line in refused] == [procedure]
    assert "Đã có dịch vụ khác bắt đầu 01/07/2026" in str(refused[0].reason)
    assert not Offer.objects.filter(procedure=other).exists()


def test_a_later_one_out_of_its_time_is_none_of_its_business(publisher, procedure):
    OfferFactory(procedure=procedure, workflow_version=None, valid_from=date(2027, 1, 1))

    assign(publisher, procedure, valid_until=date(2026, 12, 31))

    assert Offer.objects.in_force(on=FROM).count() == 1


def test_a_repealed_procedure_is_refused(publisher, procedure):
    Procedure.objects.filter(pk=procedure.pk).update(state=ProcedureState.REPEALED)

    with pytest.raises(offers.Refused):
        assign(publisher, procedure)


def test_pressed_twice_it_is_assigned_once(publisher, procedure):
    assign(publisher, procedure)

    with pytest.raises(offers.Refused):
        assign(publisher, procedure)

    assert Offer.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"valid_from": date(2026, 6, 14)}, "valid_from"),
        ({"valid_until": date(2026, 6, 30)}, "valid_until"),
        ({"decision_date": date(2026, 6, 16)}, "decision_date"),
        ({"service_mode": ServiceMode.FULL}, "service_mode"),
        ({"service_mode": ServiceMode.INFORMATION}, "service_mode"),
        ({"declared_level": 2}, "service_mode"),
    ],
)
def test_what_contradicts_itself_is_refused_before_any_procedure(
    publisher, procedure, terms, field
):
    with pytest.raises(BadTerms) as error:
        assign(publisher, procedure, **terms)

    assert error.value.field == field
    assert not Offer.objects.exists()


def test_nothing_to_assign_is_refused(publisher):
    with pytest.raises(NothingChosen):
        offers.assign_offers(codes=["khong-co"], terms=TERMS, publisher=publisher, at=AT)
    with pytest.raises(NothingChosen):
        offers.assign_offers(codes=[], terms=TERMS, publisher=publisher, at=AT)


class TestWho:
    def test_only_a_publisher_assigns_and_ends(self, province, procedure):
        editor = StaffFactory(role=Role.EDITOR, unit=province)
        offer = OfferFactory(procedure=procedure, workflow_version=None)

        with pytest.raises(NotAPublisher):
            assign(editor, procedure)
        with pytest.raises(NotAPublisher):
            end(editor, offer)

    def test_an_editor_sees_what_would_happen_and_nothing_is_written(self, province, procedure):
        old = OfferFactory(procedure=procedure, workflow_version=None)

        plan = preview(StaffFactory(role=Role.EDITOR, unit=province), procedure)

        assert plan.lines[0].outcome is Outcome.REPLACES
        assert plan.lines[0].replaced == (old,)
        assert Offer.objects.get().valid_until is None

    def test_whoever_works_for_an_agency_assigns_for_it_only(self, commune, procedure):
        of_commune = StaffFactory(role=Role.PUBLISHER, unit=commune)
        elsewhere = UnitFactory(parent=commune.parent)

        with pytest.raises(OutsideAgency):
            assign(of_commune, procedure)
        with pytest.raises(OutsideAgency):
            preview(of_commune, procedure, unit=elsewhere, tier="")
        assign(of_commune, procedure, unit=commune, tier="")

        assert Offer.objects.get().unit == commune

    def test_whoever_works_for_an_agency_ends_its_offers_only(self, commune, procedure):
        of_commune = StaffFactory(role=Role.PUBLISHER, unit=commune)
        of_tier = OfferFactory(procedure=procedure, workflow_version=None)

        with pytest.raises(OutsideAgency):
            end(of_commune, of_tier)


def test_what_was_seen_is_what_is_assigned(publisher, procedure):
    seen = preview(publisher, procedure).fingerprint
    OfferFactory(procedure=procedure, workflow_version=None)

    with pytest.raises(offers.PlanChanged) as error:
        offers.assign_offers(
            codes=[procedure.code], terms=TERMS, publisher=publisher, at=AT, seen=seen
        )

    assert Offer.objects.get().valid_until is None
    offers.assign_offers(
        codes=[procedure.code],
        terms=TERMS,
        publisher=publisher,
        at=AT,
        seen=error.value.plan.fingerprint,
    )
    assert Offer.objects.count() == 2


def end(publisher, offer, last_day=date(2026, 6, 30), decided=date(2026, 6, 10)):
    return offers.end_offer(
        offer_id=offer.pk,
        last_day=last_day,
        decision_number="130/QĐ-UBND",
        decision_date=decided,
        publisher=publisher,
        at=AT,
    )


class TestEnding:
    def test_an_offer_gets_its_last_day_by_a_decision(self, publisher, procedure):
        offer = end(publisher, OfferFactory(procedure=procedure, workflow_version=None))

        stored = Offer.objects.get()
        assert (stored.valid_until, stored.end_decision) == (date(2026, 6, 30), "130/QĐ-UBND")
        assert (stored.ended_by, stored.ended_at) == (publisher, AT)
        assert offer.pk == stored.pk

    def test_what_has_been_is_not_changed(self, publisher, procedure):
        offer = OfferFactory(procedure=procedure, workflow_version=None)

        with pytest.raises(offers.BadLastDay):
            end(publisher, offer, last_day=date(2026, 6, 14))
        with pytest.raises(BadTerms):
            end(publisher, offer, decided=date(2026, 6, 16))
        end(publisher, offer)
        with pytest.raises(offers.AlreadyOver):
            end(publisher, offer, last_day=date(2026, 7, 30))

    def test_one_that_has_not_begun_is_called_off(self, publisher, procedure):
        offer = assign(publisher, procedure)[0]

        end(publisher, offer, last_day=TODAY)

        assert not Offer.objects.not_over(on=TODAY).exists()
        assert not Offer.objects.in_force(on=FROM).exists()
        # And stands in nobody's way.
        assign(publisher, procedure)

    def test_an_offer_that_is_not_there(self, publisher):
        with pytest.raises(offers.NoSuchOffer):
            offers.end_offer(
                offer_id=0,
                last_day=TODAY,
                decision_number="1",
                decision_date=TODAY,
                publisher=publisher,
                at=AT,
            )


def account(unit):
    return CollectingAccount.objects.create(
        unit=unit,
        holder=unit.name,
        number="1",
        bank="Kho bạc",
        ways=[PayWay.VNPAY],
        terminal="T1",
        valid_from=date(2026, 1, 1),
    )


def held(offer):
    return holding.describe([offer], on=FROM)[0]


class TestWhatHolds:
    """The level that holds beside the one that is declared."""

    @pytest.fixture
    def paid(self, procedure):
        """A procedure that is paid for online."""
        with changing_published():
            FeeRuleFactory(
                case=procedure.current_revision.cases.get(), channels=[FilingChannel.ONLINE]
            )
        Procedure.objects.filter(pk=procedure.pk).update(content_level=3, paid_level=4)
        return Procedure.objects.get(pk=procedure.pk)

    def at_four(self, publisher, procedure, **terms):
        return preview(
            publisher,
            procedure,
            **{
                "declared_level": 4,
                "service_mode": ServiceMode.FULL,
                "returns": (ResultDelivery.ONLINE,),
                **terms,
            },
        ).lines[0]

    def test_an_agency_without_an_account_does_not_hold_level_4(self, publisher, paid, commune):
        line = self.at_four(publisher, paid)

        assert (line.holding.level, line.holding.is_contradiction) == (3, True)
        assert [str(gap.sentence) for gap in line.holding.gaps] == [
            f"Chưa có tài khoản nhận thanh toán trực tuyến: {commune.name}."
        ]
        assert line.holding.unpaid == commune

    def test_with_an_account_it_does(self, publisher, paid, commune):
        account(commune)

        line = self.at_four(publisher, paid)

        assert (line.holding.level, line.holding.gaps) == (4, ())

    def test_one_agency_of_a_tier_without_an_account_is_enough(self, publisher, paid, commune):
        account(commune)
        other = UnitFactory(parent=commune.parent)

        line = self.at_four(publisher, paid)

        assert line.holding.level == 3
        assert other.name in str(line.holding.gaps[0].sentence)
        assert commune.name not in str(line.holding.gaps[0].sentence)

    def test_whoever_decides_collects(self, publisher, paid, commune):
        deciding = UnitFactory(parent=commune.parent, tier=Tier.PROVINCE)
        account(deciding)

        assert self.at_four(publisher, paid).holding.level == 3
        assert self.at_four(publisher, paid, deciding=deciding).holding.level == 4

    def test_the_ways_of_return_are_the_offers_own(self, publisher, procedure):
        line = self.at_four(publisher, procedure, returns=(ResultDelivery.COUNTER,))

        assert line.holding.level == 3
        assert [gap.part for gap in line.holding.gaps] == ["dich-vu"]

    def test_without_a_workflow_nothing_is_filed_online(self, publisher, commune):
        procedure = RevisionFactory().procedure

        line = preview(publisher, procedure).lines[0]

        assert line.holding.level == 2
        assert [gap.part for gap in line.holding.gaps] == ["quy-trinh"]

    def test_a_procedure_without_content_holds_nothing(self, publisher, commune):
        line = preview(
            publisher,
            ProcedureFactory(),
            declared_level=1,
            service_mode=ServiceMode.INFORMATION,
        ).lines[0]

        assert line.holding.level == 0
        assert [str(gap.sentence) for gap in line.holding.gaps] == [
            "Thủ tục chưa công bố nội dung."
        ]
