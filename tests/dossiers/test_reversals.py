"""What the leader takes back: steps, slips, dates and money after it; and that nobody else may."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import StaffRole
from dossiers import lifecycle, policies, steps, transitions
from dossiers.enums import Action, DossierState, SlipKind
from dossiers.models import Dossier, Reversal
from dossiers.selectors.papers import results_for
from dossiers.services import extension, fees, processing, reception, rendering, results, reversals
from portal.notices.enums import Medium
from portal.notices.models import Notice
from procedures.enums import FeeMoment, ResultDelivery
from tests.dossiers.desk import REASON, kinds_told, last_event
from tests.dossiers.test_extension import NEW
from tests.factories.accounts import sign_in_proved
from tests.factories.dossiers import MONDAY_9AM, dossier_at, fee_line, office

pytestmark = pytest.mark.django_db

WHY = "Phân loại nhầm thẩm quyền"
THURSDAY = MONDAY_9AM + timedelta(days=3)
ACTS = {
    Action.REOPEN: reversals.reopen_dossier,
    Action.UNDO_ACCEPTANCE: reversals.undo_acceptance,
    Action.RESTART: reversals.restart_dossier,
    Action.RECALL: reversals.recall_result,
}
SOURCES = {action: next(iter(lifecycle.TRANSITIONS[action])) for action in ACTS}


@pytest.fixture
def place():
    return office()


def act(action, dossier, by, *, at=THURSDAY, reason=WHY, version=None):
    return ACTS[action](dossier_id=dossier.pk, by=by, at=at, version=version, reason=reason)


def fresh(dossier):
    return Dossier.objects.get(pk=dossier.pk)


@pytest.mark.parametrize("action", ACTS)
def test_one_event_one_reason_and_the_citizen_is_told(place, action):
    dossier = dossier_at(SOURCES[action], place=place)
    count = dossier.events.count()

    act(action, dossier, place.leader)

    dossier = fresh(dossier)
    event, kept = last_event(dossier), dossier.reversals.get()
    assert dossier.state == lifecycle.TRANSITIONS[action][SOURCES[action]]
    assert (event.action, event.actor, event.unit) == (action, place.leader, place.agency)
    assert dossier.events.count() == count + 1
    assert WHY not in str(event.data)
    assert (kept.action, kept.reason, kept.decided_by) == (action, WHY, place.leader)
    assert (transitions.state_of(dossier), dossier.closed_at) == (dossier.state, None)
    assert dossier.steps.open().count() == 1
    kind = {
        Action.REOPEN: "dossier-reopened",
        Action.UNDO_ACCEPTANCE: "dossier-acceptance-undone",
        Action.RESTART: "dossier-restarted",
        Action.RECALL: "dossier-recalled",
    }[action]
    told = Notice.objects.filter(kind=kind)
    assert set(told.values_list("medium", flat=True)) == set(Medium)
    assert all(WHY in one.body for one in told if one.medium != Medium.SMS)


@pytest.mark.parametrize("action", ACTS)
def test_only_the_leader_may_with_a_reason_on_the_newest_view(place, action):
    dossier = dossier_at(SOURCES[action], place=place)
    for person in (place.clerk, place.officer, place.registrar, office("binh-lam").leader):
        with pytest.raises(policies.NotYourDossier):
            act(action, dossier, person)
    with pytest.raises(processing.ReasonMissing):
        act(action, dossier, place.leader, reason=" ")
    with pytest.raises(lifecycle.StaleVersion):
        act(action, dossier, place.leader, version=dossier.version - 1)
    assert fresh(dossier).version == dossier.version


def test_only_what_reverses_is_kept_as_a_reversal(place):
    dossier = dossier_at(DossierState.REFUSED, place=place)
    act(Action.REOPEN, dossier, place.leader)

    with pytest.raises(IntegrityError, match="reversal_action_reverses"), transaction.atomic():
        Reversal.objects.update(action=Action.ACCEPT)


def test_a_reopened_dossier_is_new_at_the_desk_with_eight_hours(place):
    dossier = dossier_at(DossierState.REFUSED, place=place)

    act(Action.REOPEN, dossier, place.leader)

    dossier = fresh(dossier)
    step = dossier.steps.open().get()
    assert (step.key, step.assignee, step.unit) == (steps.RECEPTION, None, place.desk)
    assert step.due_at == dossier.answer_due_at > THURSDAY
    assert dossier.slips.get(kind=SlipKind.REFUSAL).withdrawn_at == THURSDAY
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=THURSDAY, version=None)
    assert fresh(dossier).state == DossierState.ACCEPTED


def test_reopening_asks_again_for_what_was_due_at_filing(place):
    dossier = dossier_at(
        DossierState.SUBMITTED, place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_FILING
    )
    with transaction.atomic():
        owed = fees.create_obligations(dossier, moment=FeeMoment.AT_FILING, at=MONDAY_9AM)
    reception.refuse_dossier(
        dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM, version=None, reasons=[REASON]
    )
    owed.refresh_from_db()
    assert owed.cancelled_at is not None

    act(Action.REOPEN, dossier, place.leader)

    dossier = fresh(dossier)
    owed.refresh_from_db()
    assert (dossier.state, dossier.resume_state) == (DossierState.PAYMENT, DossierState.SUBMITTED)
    assert (owed.is_due, dossier.obligations.count()) == (True, 1)
    assert "dossier-payment-asked" in kinds_told(dossier)


def test_an_undone_acceptance_promises_nothing(place):
    dossier = dossier_at(DossierState.ACCEPTED, place=place)
    extension.extend_due_date(
        dossier_id=dossier.pk, by=place.leader, at=MONDAY_9AM, version=None, new=NEW
    )

    act(Action.UNDO_ACCEPTANCE, dossier, place.leader)

    dossier = fresh(dossier)
    assert (dossier.accepted_at, dossier.due_at, dossier.due_notes) == (None, None, [])
    assert dossier.steps.open().get().key == steps.RECEPTION
    kinds = (SlipKind.ACCEPTANCE, SlipKind.APOLOGY)
    assert set(dossier.slips.filter(kind__in=kinds).values_list("withdrawn_at")) == {(THURSDAY,)}
    # Neither slip was printed before: no e-mail brings it any more.
    rendering.render_due_slips(at=THURSDAY)
    mails = Notice.objects.filter(medium=Medium.EMAIL)
    assert not mails.filter(kind__in=["dossier-accepted", "dossier-extended"]).exists()
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=THURSDAY, version=None)
    assert dossier.extensions.of_promise().count() == 0
    assert dossier.slips.filter(kind=SlipKind.ACCEPTANCE, withdrawn_at=None).count() == 1


def test_what_was_paid_for_an_undone_acceptance_is_not_asked_again(place):
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    paid = dossier.obligations.get()
    with transaction.atomic():
        fees.record_settlement(
            obligation_id=paid.pk, amount_vnd=30_000, reference="x", by=None, at=THURSDAY
        )

    act(Action.UNDO_ACCEPTANCE, dossier, place.leader)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=THURSDAY, version=None)

    dossier = fresh(dossier)
    assert dossier.state == DossierState.ACCEPTED
    assert list(dossier.obligations.values_list("settled_vnd", "cancelled_at")) == [(30_000, None)]


def test_what_was_not_paid_for_it_is_cancelled_and_asked_anew(place):
    dossier = dossier_at(
        DossierState.ACCEPTED, place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )

    act(Action.UNDO_ACCEPTANCE, dossier, place.leader)
    assert not fees.list_due(dossier)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=THURSDAY, version=None)

    assert len(fees.list_due(dossier)) == 1
    assert dossier.obligations.count() == 2


def test_a_restarted_dossier_keeps_its_date_and_its_officer(place):
    dossier = dossier_at(DossierState.STOPPED, place=place)

    act(Action.RESTART, dossier, place.leader, at=THURSDAY + timedelta(days=30))

    again = fresh(dossier)
    step = again.steps.open().get()
    assert (again.due_at, again.due_notes) == (dossier.due_at, dossier.due_notes)
    assert (step.assignee, step.unit) == (place.officer, place.division)
    assert again.slips.get(kind=SlipKind.STOP).withdrawn_at is not None


def test_an_officer_who_left_gets_no_work_back(place):
    dossier = dossier_at(DossierState.STOPPED, place=place)
    StaffRole.objects.filter(user=place.officer).update(valid_until=MONDAY_9AM.date())

    act(Action.RESTART, dossier, place.leader)

    assert dossier.steps.open().get().assignee is None


def test_restarting_what_was_stopped_unpaid_asks_for_the_money_again(place):
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    late = MONDAY_9AM + timedelta(days=20)
    processing.stop_dossier(
        dossier_id=dossier.pk, by=place.leader, at=late, version=None, reason="Không nộp phí"
    )

    act(Action.RESTART, dossier, place.leader, at=late + timedelta(days=1))

    dossier = fresh(dossier)
    assert (dossier.state, dossier.resume_state) == (DossierState.PAYMENT, DossierState.PROCESSING)
    assert dossier.obligations.get().is_due


def test_a_recalled_result_is_worth_nothing_and_is_worked_on_anew(place):
    dossier = dossier_at(DossierState.DECIDED, place=place)
    assert results_for(dossier, dossier.owner).exists()

    act(Action.RECALL, dossier, place.leader)

    again = fresh(dossier)
    step = again.steps.open().get()
    assert (again.decided_at, again.due_at) == (None, dossier.due_at)
    assert dossier.results.get().revoked_at == THURSDAY
    assert dossier.decisions.get().recalled_at == THURSDAY
    assert not results_for(again, dossier.owner).exists()
    assert (step.role, step.assignee) == (Role.OFFICER, place.officer)
    with pytest.raises(steps.NoOpenStep):
        results.return_result(
            dossier_id=dossier.pk,
            by=place.clerk,
            at=THURSDAY,
            version=None,
            method=ResultDelivery.ONLINE,
        )


def hand_back(dossier, by, *, method=ResultDelivery.COUNTER, name="Lê Thị Hoa", version=None):
    return results.return_stopped(
        dossier_id=dossier.pk,
        by=by,
        at=THURSDAY,
        version=version,
        method=method,
        recipient_name=name,
        recipient_note="Đã trả 02 bản chính",
    )


def test_the_desk_hands_back_what_was_stopped_and_that_ends_it(place):
    dossier = dossier_at(DossierState.STOPPED, place=place)

    made = hand_back(dossier, place.clerk)

    dossier = fresh(dossier)
    assert (dossier.state, dossier.closed_at) == (DossierState.RETURNED, THURSDAY)
    assert (made.recipient_name, made.recorded_by) == ("Lê Thị Hoa", place.clerk)
    assert last_event(dossier).action == Action.RETURN
    assert "dossier-handed-back" in kinds_told(dossier)
    for again in (
        lambda: hand_back(dossier, place.clerk),
        lambda: act(Action.RESTART, dossier, place.leader),
    ):
        with pytest.raises((results.NotStopped, lifecycle.ForbiddenTransition)):
            again()


def test_handing_back_needs_the_desk_and_a_name_at_the_counter(place):
    dossier = dossier_at(DossierState.STOPPED, place=place)
    for person in (place.officer, place.leader, place.cashier, office("binh-lam").clerk):
        with pytest.raises(policies.NotYourDossier):
            hand_back(dossier, person)
    with pytest.raises(results.RecipientMissing):
        hand_back(dossier, place.clerk, name=" ")
    with pytest.raises(lifecycle.StaleVersion):
        hand_back(dossier, place.clerk, version=dossier.version - 1)

    assert hand_back(dossier, place.clerk, method=ResultDelivery.ONLINE, name="")


PAGES = {
    "reopen": (DossierState.REFUSED, DossierState.SUBMITTED),
    "undo_acceptance": (DossierState.ACCEPTED, DossierState.SUBMITTED),
    "restart": (DossierState.STOPPED, DossierState.PROCESSING),
    "recall": (DossierState.DECIDED, DossierState.PROCESSING),
    "hand_back": (DossierState.STOPPED, DossierState.RETURNED),
}


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"hand_back"}))
def test_what_the_leader_takes_back_asks_for_the_apps_code(client, place, name):
    dossier = dossier_at(PAGES[name][0], place=place)
    client.force_login(place.leader)
    url = reverse(f"dossiers:{name}", args=[dossier.code])

    answer = client.post(url, {"version": dossier.version, "reason": WHY})

    assert 'name="ma_xac_thuc"' in client.get(url).text
    assert answer.status_code == 422
    assert fresh(dossier).state == PAGES[name][0]


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_offered_asks_and_does_it(client, place, name):
    source, target = PAGES[name]
    dossier = dossier_at(source, place=place)
    user = place.clerk if name == "hand_back" else place.leader
    sign_in_proved(client, user)
    url = reverse(f"dossiers:{name}", args=[dossier.code])
    work = reverse("dossiers:work", args=[dossier.code])
    assert url in client.get(work).text

    asked = client.get(url)
    wrong = client.post(url, {"version": dossier.version, "reason": " ", "method": "COUNTER"})
    typed = {"reason": WHY, "method": "COUNTER", "recipient_name": "Lê Thị Hoa"}
    stale = client.post(url, typed | {"version": dossier.version - 1})
    done = client.post(url, typed | {"version": dossier.version})
    twice = client.post(url, typed | {"version": dossier.version})

    found = [answer.status_code for answer in (asked, wrong, stale, done, twice)]
    assert found == [200, 422, 409, 302, 409]
    assert fresh(dossier).state == target
    client.force_login(user)
    if name != "hand_back":
        assert WHY in client.get(work).text
    client.force_login(dossier.owner)
    mine = client.get(reverse("dossiers:detail", args=[dossier.code]))
    assert mine.status_code == 200
    if name == "hand_back":
        assert "đã dừng giải quyết và được trả lại" in mine.text


def test_a_stopped_dossier_waits_at_the_desk_until_it_is_handed_back(client, place):
    dossier = dossier_at(DossierState.STOPPED, place=place)
    client.force_login(place.clerk)
    queue = reverse("dossiers:queue") + "?hang=cho-tra"
    assert dossier.code in client.get(queue).text

    hand_back(dossier, place.clerk)

    assert dossier.code not in client.get(queue).text
