"""The level that a page may claim: what content and offer bear out, whatever was declared."""

from datetime import date

import pytest

from portal.operations.demo_data import load_procedures
from procedures.enums import FeeStatus, FilingChannel, ResultDelivery
from procedures.levels import content_gaps, load_parts, public_level
from procedures.models import Procedure
from procedures.search import read_question
from procedures.selectors.kinds import find
from procedures.selectors.serving import Content, load_units, serving
from procedures.services.publishing import measure_content
from tests.factories.accounts import UnitFactory
from tests.factories.payments import CollectingAccountFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    OfferFactory,
    PaperFactory,
    RevisionFactory,
    changing_published,
)


def missing(revision, *, can_pay_online=False):
    """Return what a stored content lacks, by level."""
    gaps = content_gaps(load_parts(revision), can_pay_online=can_pay_online)
    serious = {level: [one for one in what if not one.only_warns] for level, what in gaps.items()}
    return {level: what for level, what in serious.items() if what}


def level_of(revision, offer, *, can_pay_online=False):
    """Return the level that content and offer bear out together."""
    content = measure_content(revision)[can_pay_online]
    return public_level(offer, content=content)


def offered(revision, **options):
    returns = [ResultDelivery.ONLINE, ResultDelivery.COUNTER]
    return OfferFactory(
        procedure=revision.procedure, **{"declared_level": 4, "returns": returns} | options
    )


def test_complete_content_with_nothing_to_pay_reaches_the_fourth_level(db):
    revision = RevisionFactory()

    assert level_of(revision, offered(revision)) == 4
    assert missing(revision) == {}


@pytest.mark.parametrize("item", ["name", "filing_places", "agency_text", "decision_number"])
def test_missing_item_of_information_leaves_no_level(db, item):
    revision = RevisionFactory(**{item: ""})

    assert level_of(revision, offered(revision)) == 0
    assert len(missing(revision)[1]) == 1


def test_missing_form_leaves_the_first_level(db):
    revision = RevisionFactory()
    PaperFactory(revision=revision, source="EFORM")

    assert level_of(revision, offered(revision)) == 1


def test_without_an_online_time_nothing_is_filed_online(db):
    revision = RevisionFactory()
    with changing_published():
        revision.cases.get().times.filter(channel=FilingChannel.ONLINE).delete()

    assert level_of(revision, offered(revision)) == 2


def test_without_a_workflow_nothing_is_filed_online(db):
    revision = RevisionFactory()

    assert level_of(revision, offered(revision, workflow_version=None)) == 2


@pytest.mark.parametrize(
    ("status", "amount", "can_pay", "level"),
    [
        (FeeStatus.FREE, None, False, 4),
        (FeeStatus.AMOUNT, 30_000, False, 3),
        (FeeStatus.AMOUNT, 30_000, True, 4),
        (FeeStatus.UNDETERMINED, None, True, 3),
    ],
)
def test_fee_decides_the_fourth_level(db, status, amount, can_pay, level):
    revision = RevisionFactory()
    FeeRuleFactory(case=revision.cases.get(), status=status, amount_vnd=amount)

    assert level_of(revision, offered(revision), can_pay_online=can_pay) == level


def test_result_at_the_counter_only_leaves_the_third_level(db):
    revision = RevisionFactory()

    assert level_of(revision, offered(revision, returns=[ResultDelivery.COUNTER])) == 3


@pytest.mark.parametrize(("declared", "claimed"), [(1, 1), (3, 3), (4, 3)])
def test_lists_claim_the_lower_of_declared_and_derived(db, declared, claimed):
    revision = RevisionFactory()
    FeeRuleFactory(case=revision.cases.get())
    offer = offered(revision, declared_level=declared)

    unpaid, paid = measure_content(revision)

    assert (unpaid, paid) == (3, 4)
    assert public_level(offer, content=unpaid) == claimed


def test_demo_offers_claim_exactly_what_was_declared(catalogue):
    procedures = Procedure.objects.prefetch_related("offers")

    claimed = {
        procedure.code: {
            # Both communes of the demonstration take money online; the departments do not.
            (
                offer.declared_level,
                public_level(
                    offer, content=procedure.paid_level if offer.tier else procedure.content_level
                ),
            )
            for offer in procedure.offers.all()
        }
        for procedure in procedures
    }

    assert len(claimed) == len(load_procedures())
    assert all(declared == level for pairs in claimed.values() for declared, level in pairs)


def test_levels_of_procedures_offered_alike_are_worked_out_once(db):
    province = UnitFactory(key="tinh", tier="PROVINCE")
    UnitFactory.create_batch(3, parent=province)
    special = UnitFactory(parent=province, key="rieng")
    procedures = [RevisionFactory().procedure for _ in range(3)]
    for procedure in procedures:
        OfferFactory(procedure=procedure)
    OfferFactory(
        procedure=procedures[2], unit=special, tier="", declared_level=1, workflow_version=None
    )

    catalogue = find(read_question(""), on=date(2026, 11, 23))

    first, second, third = sorted(catalogue.read(catalogue.kinds), key=lambda entry: entry.pk)
    assert first.levels is second.levels
    assert (first.levels["rieng"], third.levels["rieng"]) == (3, 1)
    assert (len(third.levels), third.highest) == (4, 3)


def test_a_fee_is_level_4_exactly_where_the_agency_collects_online(db):
    province = UnitFactory(key="tinh-thu", tier="PROVINCE")
    collecting = UnitFactory(parent=province, key="co-tai-khoan")
    without = UnitFactory(parent=province, key="khong-tai-khoan")
    ended = UnitFactory(parent=province, key="het-han")
    cash_only = UnitFactory(parent=province, key="chi-tien-mat")
    day = date(2026, 3, 2)
    CollectingAccountFactory(unit=collecting)
    CollectingAccountFactory(unit=ended, valid_from=date(2025, 1, 1), valid_until=date(2025, 6, 30))
    CollectingAccountFactory(unit=cash_only, ways=["CASH"])
    revision = RevisionFactory()
    FeeRuleFactory(case=revision.cases.get())
    procedure = publish_again(revision)
    agencies = (collecting, without, ended, cash_only)
    offers = [offered(revision, unit=collecting, tier="", valid_from=day)]
    workflow = offers[0].workflow_version
    offers += [
        offered(revision, unit=unit, tier="", valid_from=day, workflow_version=workflow)
        for unit in agencies[1:]
    ]

    content = Content(procedure.content_level, procedure.paid_level)
    found = serving(offers, load_units(on=day), content=content)

    assert {one.agency.key: one.level for one in found} == {
        "co-tai-khoan": 4,
        "khong-tai-khoan": 3,
        "het-han": 3,
        "chi-tien-mat": 3,
    }


def publish_again(revision):
    """Measure a revision anew after its fees were written."""
    procedure = revision.procedure
    procedure.content_level, procedure.paid_level = measure_content(revision)
    return procedure
