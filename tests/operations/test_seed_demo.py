"""The demonstration's data: dossiers whose histories could have happened."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db.models import Max
from django.test import TestCase, override_settings

from accounts.enums import PayWay, Role
from accounts.models import CollectingAccount, StaffRole, Unit, User
from accounts.selectors import get_work_calendar, list_roles
from dossiers import transitions
from dossiers.enums import Action, DossierState, PartyRole, Relation, SlipKind
from dossiers.models import (
    Decision,
    Dossier,
    DossierEvent,
    DossierPaper,
    Draft,
    Extension,
    Obligation,
    Result,
    Slip,
    Step,
    StoredFile,
    SupplementRequest,
)
from dossiers.selectors.desk_queues import Queue, count_queues
from payments.enums import PaymentState
from payments.models import CashReceipt, LedgerEntry, Payment, Refund
from payments.services.verification import verify_ledger
from portal.core.calendars import WorkCalendar
from portal.core.dates import LOCAL_ZONE, to_local
from portal.core.holidays import national_calendar
from portal.notices.models import Notice
from portal.operations.services import seed_dossiers
from portal.operations.services.seed_backlog import HOW_MANY, all_stories
from portal.operations.services.seed_clock import timeline
from portal.operations.services.seed_stories import Story, first_stories
from procedures import printing
from procedures.levels import offer_gaps, reached
from procedures.models import FeeRule, Offer, Procedure
from procedures.selectors import holding
from procedures.services.publishing import measure_content
from tests.factories.filing import pdf
from tests.factories.payments import VNPAY as GATEWAY

# A Wednesday morning with nothing special about it.
NOW = datetime(2026, 10, 14, 9, 20, tzinfo=LOCAL_ZONE)
# The gateway of the demonstration's terminal.
VNPAY = GATEWAY | {"VNPAY_TMN_CODE": "DVCH9901"}
CITIZENS_ACTS = {Action.SUBMIT, Action.ANSWER_SUPPLEMENT}
COUNTED = (
    *(Unit, User, StaffRole, Procedure, Offer, Dossier, DossierEvent, DossierPaper, StoredFile),
    *(Draft, Step, Slip, Obligation, CashReceipt, Decision, Result, Notice, SupplementRequest),
)


def say_nothing(_line: str) -> None:
    """Take the lines of progress and show none."""


def some_of_the_tail() -> tuple[Story, ...]:
    """Return one story of the tail for each procedure and each path."""
    seen: set[tuple[str, str]] = set()
    found = []
    for story in all_stories()[len(first_stories()) :]:
        marks = {("procedure", story.procedure), ("path", story.path)}
        if marks - seen:
            seen |= marks
            found.append(story)
    return tuple(found)


@pytest.fixture(scope="module")
def _seeded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """
    Seed once for all tests of this module, inside a transaction that is rolled back.

    The first stories as the demonstration opens with them, then a sample of the tail.
    """
    wanted = (*first_stories(), *some_of_the_tail())
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True, **VNPAY),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(seed_dossiers, "stories", lambda: wanted)
        # Its own tests print real ones; a second for each of seventeen is much here.
        patch.setattr(printing, "render_blank_form", lambda **_form: pdf().getvalue())
        atomics = TestCase._enter_atomics()
        try:
            assert seed_dossiers.seed(at=NOW, tell=say_nothing, only_first=True)
            assert not seed_dossiers.is_complete()
            assert seed_dossiers.seed(at=NOW + timedelta(minutes=1), tell=say_nothing)
            yield
        finally:
            TestCase._rollback_atomics(atomics)


@pytest.fixture
def seeded(_seeded: None, db: None) -> None:
    """The seeded database; what one test changes, the next does not see."""


def fingerprint() -> dict[str, tuple[int, str]]:
    return {
        model.__name__: (model.objects.count(), str(model.objects.aggregate(m=Max("pk"))["m"]))
        for model in COUNTED
        if model is not StoredFile and model is not Draft
    } | {
        model.__name__: (model.objects.count(), "")  # random keys have no greatest
        for model in (StoredFile, Draft)
    }


def holders(unit: str, role: Role) -> list[User]:
    return [held.user for held in StaffRole.objects.filter(unit__key=unit, role=role)]


def test_what_it_opens_with_is_in_all_ten_states_at_communes_and_departments(seeded):
    numbers = {story.key for story in first_stories()}
    first = Dossier.objects.filter(submission_key__in=numbers)
    states = Counter(first.values_list("state", flat=True))

    assert sum(states.values()) == len(first_stories()) == 76
    assert set(states) == set(DossierState)
    assert Counter(first.values_list("deciding_unit__key", flat=True)) == {
        "songtranh": 46,
        "binhlam": 22,
        "so-noi-vu": 2,
        "so-tu-phap": 2,
        "so-xay-dung": 2,
        "so-nong-nghiep-moi-truong": 2,
    }
    assert first.values("procedure").distinct().count() == 9


def test_all_in_all_there_are_three_hundred_over_four_months():
    stories = all_stories()
    agencies = Counter(story.commune for story in stories)

    assert len(stories) == HOW_MANY == 300
    assert [story.number for story in stories] == list(range(1, 301))
    assert len({story.key for story in stories}) == 300
    assert agencies["songtranh"] > agencies["binhlam"] > 60
    assert min(agencies.values()) >= 15
    assert len(agencies) == 6
    # As one sees them: most of what is over ended with the result in somebody's hands.
    ended = Counter(story.path for story in stories[76:])
    assert ended["returned"] > 150
    assert {"refused", "withdrawn", "stopped", "denied", "answered-returned"} <= set(ended)


def test_nothing_of_the_tail_is_open_and_its_slips_wait_their_turn(seeded):
    tail = Dossier.objects.filter(submission_key__in=[one.key for one in some_of_the_tail()])

    assert tail.count() == len(some_of_the_tail())
    assert not tail.open().exists()
    waiting = Slip.objects.filter(dossier__in=tail, file=None)
    assert waiting.exists()
    assert not waiting.filter(render_due_at__lt=NOW).exists()
    keys = [f"dossier:{code}" for code in tail.values_list("code", flat=True)]
    assert not Notice.objects.unsent().filter(subject_key__in=keys).exists()


def test_apologies_are_made_in_time_and_too_late(seeded):
    made = Extension.objects.filter(approved_at__isnull=False)

    assert {one.approved_at > one.due_before for one in made} == {True, False}
    for one in made:
        assert one.dossier.due_at >= one.new_due_at > NOW
        assert one.dossier.slips.filter(kind=SlipKind.APOLOGY).exists()


def test_money_came_online_and_goes_back_in_every_stage(seeded):
    paid = Payment.objects.filter(state=PaymentState.SUCCEEDED)

    assert paid.count() >= 5
    assert LedgerEntry.objects.filter(source="GATEWAY", kind="SETTLEMENT").count() >= 4
    surplus = LedgerEntry.objects.unplaced().get(kind="SURPLUS")
    assert surplus.obligation.dossier.state == DossierState.WITHDRAWN
    states = Counter(Refund.objects.values_list("state", flat=True))
    assert set(states) == {"SUGGESTED", "PROPOSED", "PAID"}
    assert states["PROPOSED"] == states["PAID"] == 1


def test_paid_at_filing_then_refused_the_money_waits_for_the_accountant(seeded):
    refunds = Refund.objects.filter(entry__obligation__dossier__state=DossierState.REFUSED)
    refund = refunds.get()
    dossier = refund.entry.obligation.dossier
    actions = list(dossier.events.order_by("sequence").values_list("action", flat=True))

    assert (refund.state, refund.entry.source) == ("SUGGESTED", "GATEWAY")
    assert actions == ["SUBMIT", "ASK_PAYMENT", "RECORD_PAYMENT", "SETTLE", "REFUSE"]
    assert dossier.slips.filter(kind=SlipKind.REFUSAL).exists()


def test_stopped_dossiers_have_their_notice(seeded):
    stopped = Dossier.objects.filter(state=DossierState.STOPPED)

    assert stopped.exists()
    assert not stopped.exclude(slips__kind=SlipKind.STOP).exists()


def test_every_story_came_to_its_end(seeded):
    assert seed_dossiers.is_complete()


def test_chains_are_whole_and_replay_to_the_state(seeded):
    for dossier in Dossier.objects.all():
        assert transitions.first_broken_event(dossier) is None, dossier.code
        assert transitions.state_of(dossier) == dossier.state


def test_every_open_dossier_has_exactly_one_next_actor(seeded):
    for dossier in Dossier.objects.open():
        waiting = dossier.state in {DossierState.SUPPLEMENT, DossierState.PAYMENT}
        open_steps = list(dossier.steps.open())
        assert len(open_steps) == 1, dossier.code
        if dossier.state == DossierState.SUPPLEMENT:
            assert dossier.supplements.filter(answered_at=None, closed_at=None).count() == 1
        if dossier.state == DossierState.PAYMENT:
            assert dossier.obligations.due().filter(blocks_work=True).count() == 1
        assert waiting == dossier.pauses.filter(ended_at=None).exists()


def test_events_lie_in_the_past_in_order_and_staff_work_in_office_hours(seeded):
    calendar = get_work_calendar(Unit.objects.get(key="songtranh"))
    for dossier in Dossier.objects.prefetch_related("events__actor"):
        moments = [event.occurred_at for event in dossier.events.all()]
        assert moments == sorted(moments)
        assert moments[-1] <= NOW
        for event in dossier.events.all():
            local = to_local(event.occurred_at)
            if event.actor is not None and event.actor.is_staff_member:
                assert calendar.is_working_day(local.date()), (dossier.code, local)
                assert any(a <= local.time() <= b for a, b in calendar.office_hours), local
            else:
                assert time(6, 0) <= local.time() <= time(22, 0), (dossier.code, local)


def test_numbers_follow_the_time_of_submission(seeded):
    by_day: dict[str, list[str]] = {}
    for code in Dossier.objects.order_by("submitted_at").values_list("code", flat=True):
        by_day.setdefault(code.rpartition("-")[0], []).append(code)
    assert all(codes == sorted(codes) for codes in by_day.values())


def test_files_reasons_people_and_money_are_of_every_kind(seeded):
    assert {"pdf", "jpeg", "png"} <= set(StoredFile.objects.values_list("kind", flat=True))
    per_slot = Counter(DossierPaper.objects.values_list("dossier", "paper_key"))
    assert max(per_slot.values()) >= 3
    relations = set(
        Dossier.objects.filter(parties__role=PartyRole.APPLICANT).values_list(
            "parties__relation", flat=True
        )
    )
    # Nobody files for who gave them a mandate.
    assert relations == set(Relation) - {Relation.PRINCIPAL}
    assert set(Dossier.objects.values_list("return_method", flat=True)) == {
        "ONLINE",
        "COUNTER",
        "POST",
    }
    assert SupplementRequest.objects.filter(answered_at__isnull=False).exists()
    late = SupplementRequest.objects.filter(answered_at=None, deadline_at__lt=NOW)
    assert late.filter(dossier__state=DossierState.SUPPLEMENT).exists()
    assert CashReceipt.objects.exists()
    assert Dossier.objects.filter(
        state=DossierState.DECIDED, obligations__in=Obligation.objects.due()
    ).exists()
    assert (
        Result.objects.count() == Dossier.objects.filter(state__in=["DECIDED", "RETURNED"]).count()
    )
    assert Draft.objects.open().count() == 2


@pytest.mark.parametrize(
    ("unit", "role"),
    [
        ("songtranh-mot-cua", Role.CLERK),
        ("songtranh-ho-tich", Role.OFFICER),
        ("songtranh-kinh-te", Role.OFFICER),
        ("songtranh", Role.LEADER),
        ("songtranh", Role.REGISTRAR),
    ],
)
def test_every_queue_of_every_role_holds_something(seeded, unit, role):
    for user in holders(unit, role):
        _links, counts = count_queues(user, list_roles(user, on=NOW.date()), at=NOW)
        if user.username == "motcua2.songtranh":
            assert counts[Queue.MINE]
        else:
            assert all(counts.values()), (user.username, counts)


def test_the_cashier_finds_both_communes_waiting_for_money(seeded):
    for unit in ("songtranh-mot-cua", "binhlam-mot-cua"):
        due = Obligation.objects.due().filter(dossier__receiving_unit__key=unit)
        assert due.exists()
        assert holders(unit, Role.CASHIER)


def test_only_the_last_notices_are_left_to_send(seeded):
    unsent = Notice.objects.unsent()

    assert 1 <= unsent.count() <= 20
    assert unsent.count() * 10 < Notice.objects.exclude(medium="in_app").count()
    assert unsent.aggregate(m=Max("created_at"))["m"] <= NOW


def test_every_sum_stands_in_books_that_hold(seeded):
    assert list(verify_ledger()) == []
    cash = LedgerEntry.objects.filter(source="CASH", kind="SETTLEMENT")
    assert cash.count() == CashReceipt.objects.count()


def test_a_second_run_changes_nothing(seeded):
    before = fingerprint()

    assert not seed_dossiers.seed(at=NOW + timedelta(days=1), tell=say_nothing)

    assert fingerprint() == before


def pays_online(offer: Offer) -> bool:
    """Tell whether every agency that serves under an offer takes money online."""
    agencies = Unit.objects.agencies().filter(parent__isnull=False)
    mine = agencies.filter(pk=offer.unit_id) if offer.unit_id else agencies.filter(tier=offer.tier)
    ids = set(mine.values_list("pk", flat=True))
    taking = CollectingAccount.objects.taking(PayWay.VNPAY).filter(unit__in=ids)
    return set(taking.values_list("unit", flat=True)) == ids


def test_declared_levels_are_the_derived_ones(seeded):
    every = Offer.objects.select_related("procedure__current_revision")
    # The others are there to be found out.
    offers = every.filter(assigned_by=None)
    assert {offer.procedure.code for offer in offers} == set(
        Procedure.objects.values_list("code", flat=True)
    )
    for offer in offers:
        content = measure_content(offer.procedure.current_revision)[pays_online(offer)]
        level = min(content, reached(offer_gaps(offer)))
        # Where there is no form at all, nothing is missing for level 2; level 1 may be declared.
        level = min(level, 1) if offer.declared_level == 1 else level
        assert level == offer.declared_level, offer.procedure.code


def test_two_offers_declare_more_than_holds(seeded):
    ahead = Offer.objects.exclude(assigned_by=None).select_related("procedure", "unit")

    held = holding.describe(ahead, on=NOW.date())

    assert len(held) == 2
    assert all(one.is_contradiction and one.gaps for one in held)


def test_level_4_costs_nothing_online_or_is_paid_online(seeded):
    paid = []
    for offer in Offer.objects.filter(declared_level=4):
        rules = FeeRule.objects.filter(case__revision=offer.procedure.current_revision)
        online = [rule for rule in rules if "ONLINE" in rule.channels]
        assert online
        assert {rule.status for rule in online} <= {"FREE", "AMOUNT"}
        if any(rule.status == "AMOUNT" for rule in online):
            paid.append(offer.procedure.code)
            assert pays_online(offer)
    assert paid == ["2.002516"]


@pytest.mark.parametrize("month", range(1, 13))
def test_whenever_it_is_made_histories_lie_in_working_time_before_now(month):
    nation = national_calendar()
    calendar = WorkCalendar(
        office_hours=((time(7, 30), time(11, 30)), (time(13, 30), time(17))),
        days_off={day.on: day.name for day in nation.days_off},
        make_up={day.on: day.name for day in nation.make_up},
    )
    now = datetime(2026, month, 1, month % 3, 3, tzinfo=LOCAL_ZONE)
    tail = all_stories()[len(first_stories()) :]
    turn = 0
    while now.month == month:
        # The tail changes little from one hour to the next: each of it is looked at in turn.
        turn += 1
        for story in (*first_stories(), *tail[turn % 8 :: 8]):
            line = timeline(story, calendar=calendar, now=now)
            moments = [line.submitted_at, *line.moves]
            assert moments == sorted(set(moments)), (story.number, now)
            assert moments[-1] <= now
            assert now - moments[0] < seed_dossiers.HISTORY
        # Every hour of the day comes up in the year, each day of the week in every month.
        now += timedelta(hours=32, minutes=47)
