"""The desk's first answer: accepting and refusing, every way out."""

from datetime import datetime, timedelta

import pytest

from accounts.enums import Role
from dossiers import lifecycle, policies, steps
from dossiers.enums import Action, DossierState, SlipKind, StepOutcome
from dossiers.services import reception
from procedures.enums import FeeMoment
from tests.dossiers.desk import REASON, kinds_told, last_event
from tests.factories.accounts import StaffFactory
from tests.factories.dossiers import HANOI, MONDAY_9AM, DossierFactory, dossier_at, fee_line, office

pytestmark = pytest.mark.django_db

TEN = MONDAY_9AM + timedelta(hours=1)


def accept(dossier, by, *, at=TEN, version=None):
    return reception.accept_dossier(dossier_id=dossier.pk, by=by, at=at, version=version)


def refuse(dossier, by, *, at=TEN, version=None, reasons=(REASON,)):
    return reception.refuse_dossier(
        dossier_id=dossier.pk, by=by, at=at, version=version, reasons=reasons
    )


def test_accepting_promises_a_date_prints_the_slip_and_passes_the_work_on():
    place = office()
    dossier = DossierFactory(place=place)

    accept(dossier, place.clerk)

    dossier.refresh_from_db()
    due = datetime(2026, 3, 9, 10, 0, tzinfo=HANOI)  # five working days on, same clock time
    assert (dossier.state, dossier.accepted_at) == (DossierState.ACCEPTED, TEN)
    assert (dossier.due_at, dossier.original_due_at) == (due, due)
    assert {note["kind"] for note in dossier.due_notes} >= {"received", "working_days", "due"}
    event = last_event(dossier)
    assert (event.action, event.source, event.actor, event.unit) == (
        Action.ACCEPT,
        DossierState.SUBMITTED,
        place.clerk,
        place.desk,
    )
    closed, opened = dossier.steps.all()
    assert (closed.key, closed.outcome, closed.assignee) == (
        steps.RECEPTION,
        StepOutcome.DONE,
        place.clerk,
    )
    assert (opened.key, opened.unit, opened.role, opened.assignee) == (
        "tham-dinh",
        place.division,
        Role.OFFICER,
        None,
    )
    assert list(dossier.slips.values_list("kind", flat=True)) == [SlipKind.ACCEPTANCE]
    assert "dossier-accepted" in kinds_told(dossier)


def test_a_fee_due_after_acceptance_stops_the_clock_at_once():
    place = office()
    dossier = DossierFactory(place=place, fees=[fee_line(30_000)])

    accept(dossier, place.clerk)

    dossier.refresh_from_db()
    [obligation] = dossier.obligations.all()
    assert (dossier.state, dossier.resume_state) == (DossierState.PAYMENT, DossierState.ACCEPTED)
    assert (obligation.amount_vnd, obligation.blocks_work) == (30_000, True)
    assert dossier.pauses.get().ended_at is None
    assert "dossier-payment-asked" in kinds_told(dossier)


def test_a_fee_due_at_the_result_changes_no_state():
    place = office()
    dossier = DossierFactory(place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT)

    accept(dossier, place.clerk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    assert dossier.obligations.get().blocks_work is False


def test_an_undetermined_fee_asks_for_nothing_yet():
    place = office()
    dossier = DossierFactory(place=place, fees=[fee_line(None)])

    accept(dossier, place.clerk)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED
    assert dossier.obligations.get().amount_vnd is None


def test_accepting_on_an_older_page_is_refused_and_changes_nothing():
    place = office()
    dossier = DossierFactory(place=place)

    with pytest.raises(lifecycle.StaleVersion):
        accept(dossier, place.clerk, version=dossier.version + 1)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.events.count()) == (DossierState.SUBMITTED, 1)


def test_a_clerk_of_another_desk_may_not_accept():
    dossier = DossierFactory(place=office())

    with pytest.raises(policies.NotYourDossier):
        accept(dossier, office("khac").clerk)


@pytest.mark.parametrize("role", ["officer", "leader", "registrar", "cashier"])
def test_another_role_may_not_accept(role):
    place = office()
    dossier = DossierFactory(place=place)

    with pytest.raises(policies.NotYourDossier):
        accept(dossier, getattr(place, role))


def test_a_role_that_ended_yesterday_counts_no_more():
    place = office()
    dossier = DossierFactory(place=place)
    place.clerk.staff_roles.update(valid_until=(TEN - timedelta(days=1)).date())

    with pytest.raises(policies.NotYourDossier):
        accept(dossier, place.clerk)


def test_a_role_begins_at_midnight_in_vietnam():
    place = office()
    dossier = DossierFactory(place=place)
    place.clerk.staff_roles.update(valid_from=TEN.date() + timedelta(days=1))
    one_in_the_night = (TEN + timedelta(days=1)).replace(hour=1)

    accept(dossier, place.clerk, at=one_in_the_night)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.ACCEPTED


def test_what_a_colleague_holds_cannot_be_accepted():
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk)
    dossier = DossierFactory(place=place)
    dossier.steps.update(assignee=colleague, claimed_at=MONDAY_9AM)

    with pytest.raises(reception.StepTaken) as refused:
        accept(dossier, place.clerk)

    assert refused.value.step.assignee == colleague


def test_refusing_closes_the_work_with_a_slip_and_keys_only_in_the_log():
    place = office()
    dossier = DossierFactory(place=place)

    refuse(dossier, place.clerk)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.closed_at) == (DossierState.REFUSED, TEN)
    assert not dossier.steps.open().exists()
    assert dossier.slips.get().kind == SlipKind.REFUSAL
    assert last_event(dossier).data["keys"] == ["giay-chung-sinh"]
    assert "Ảnh mờ" not in str(last_event(dossier).data)
    assert "dossier-refused" in kinds_told(dossier)


def test_refusing_without_a_reason_is_refused():
    place = office()
    dossier = DossierFactory(place=place)

    with pytest.raises(reception.NothingToRefuseFor):
        refuse(dossier, place.clerk, reasons=())


def test_a_citizen_who_still_has_time_is_not_refused_and_a_late_one_may_be():
    place = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=place)
    deadline = dossier.supplements.get().deadline_at

    with pytest.raises(reception.CitizenStillHasTime):
        refuse(dossier, place.clerk, at=deadline)
    refuse(dossier, place.clerk, at=deadline + timedelta(minutes=1))

    dossier.refresh_from_db()
    assert dossier.state == DossierState.REFUSED
    assert dossier.supplements.get().closed_at == deadline + timedelta(minutes=1)
    assert not dossier.pauses.filter(ended_at=None).exists()


def test_refusing_cancels_what_is_due():
    place = office()
    dossier = dossier_at(DossierState.SUBMITTED, place=place)
    dossier.obligations.create(
        number=1,
        moment=FeeMoment.AT_FILING,
        blocks_work=True,
        amount_vnd=1_000,
        created_at=MONDAY_9AM,
    )

    refuse(dossier, place.clerk)

    assert dossier.obligations.get().cancelled_at == TEN
