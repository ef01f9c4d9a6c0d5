"""From the first claim to the issued result: every way out of every use case."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from dossiers import lifecycle, policies, steps
from dossiers.enums import Action, DecisionOutcome, DossierState, StepOutcome
from dossiers.models import Dossier
from dossiers.services import processing, reception
from procedures.models import WorkflowVersion
from tests.dossiers.desk import LATER, REASON, approved, kinds_told, last_event, proposed
from tests.factories.accounts import StaffFactory, StaffRoleFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    StoredFileFactory,
    dossier_at,
    fee_line,
    office,
)
from tests.factories.procedures import changing_published

pytestmark = pytest.mark.django_db


def claim(dossier, by, version=None):
    return processing.claim_step(dossier_id=dossier.pk, by=by, at=LATER, version=version)


def forward(dossier, by, version=None):
    return processing.forward_step(
        dossier_id=dossier.pk, by=by, at=LATER, version=version, note="Đã xem sổ gốc."
    )


def propose(dossier, by, *, outcome=DecisionOutcome.GRANTED, reasons=(), version=None):
    return processing.propose_decision(
        dossier_id=dossier.pk,
        by=by,
        at=LATER,
        version=version,
        outcome=outcome,
        proposal="Đủ điều kiện.",
        reasons=reasons,
    )


def approve(dossier, by, version=None):
    return processing.approve_decision(dossier_id=dossier.pk, by=by, at=LATER, version=version)


def send_back(dossier, by, *, note="Thiếu căn cứ.", version=None):
    return processing.send_back(dossier_id=dossier.pk, by=by, at=LATER, version=version, note=note)


def issue(dossier, by, version=None):
    return processing.issue_result(
        dossier_id=dossier.pk,
        by=by,
        at=LATER,
        version=version,
        number="12/GXN",
        title="Giấy xác nhận",
        signed_by_name="Nguyễn Hữu Thọ",
        file=StoredFileFactory(),
    )


def stop(dossier, by, *, at=LATER, reason="Người nộp đã mất.", version=None):
    return processing.stop_dossier(
        dossier_id=dossier.pk, by=by, at=at, version=version, reason=reason
    )


def with_two_officers(dossier):
    """Put a second officer's step before the leader's, so that there is one to forward to."""
    described = dossier.workflow_version.steps
    second = {**described[0], "key": "soan-thao", "name": "Soạn thảo"}
    with changing_published():
        WorkflowVersion.objects.filter(pk=dossier.workflow_version_id).update(
            steps=[described[0], second, *described[1:]]
        )
    return Dossier.objects.get(pk=dossier.pk)


# Claiming.


def test_the_first_claim_of_the_workflow_starts_the_processing():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    claim(dossier, place.officer)

    dossier.refresh_from_db()
    step = dossier.steps.open().get()
    assert dossier.state == DossierState.PROCESSING
    assert (step.assignee, step.claimed_at) == (place.officer, LATER)
    assert (last_event(dossier).action, last_event(dossier).unit) == (
        Action.START,
        place.division,
    )


def test_claiming_elsewhere_is_noted_without_a_change_of_state():
    place = office()
    dossier = DossierFactory(place=place)

    claim(dossier, place.clerk)

    dossier.refresh_from_db()
    assert (dossier.state, last_event(dossier).action) == (DossierState.SUBMITTED, Action.CLAIM)
    assert last_event(dossier).data["step"] == steps.RECEPTION


def test_claiming_what_a_colleague_holds_names_the_colleague():
    place = office()
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(reception.StepTaken) as refused:
        claim(dossier, colleague)

    assert refused.value.step.assignee == place.officer


def test_claiming_on_an_older_page_is_refused():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    with pytest.raises(lifecycle.StaleVersion):
        claim(dossier, place.officer, version=dossier.version - 1)


@pytest.mark.parametrize("role", ["clerk", "leader", "registrar", "cashier"])
def test_another_role_cannot_claim_the_officers_step(role):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    with pytest.raises(policies.NotYourDossier):
        claim(dossier, getattr(place, role))


# Forwarding.


def test_forwarding_closes_one_step_and_opens_the_next():
    place = office()
    dossier = with_two_officers(dossier_at(DossierState.PROCESSING, place=place))

    forward(dossier, place.officer)

    closed, opened = list(dossier.steps.all())[-2:]
    assert (closed.outcome, closed.note) == (StepOutcome.DONE, "Đã xem sổ gốc.")
    assert (opened.key, opened.assignee) == ("soan-thao", None)
    assert last_event(dossier).data["next"] == "soan-thao"
    assert "Đã xem sổ gốc." not in str(last_event(dossier).data)


def test_what_must_be_proposed_cannot_be_forwarded_past_the_leader():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(processing.WrongStep):
        forward(dossier, place.officer)


# Proposing.


def test_a_proposal_goes_to_the_leader():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    decision = propose(dossier, place.officer)

    step = dossier.steps.open().get()
    assert (decision.proposed_by, decision.approved_by) == (place.officer, None)
    assert (step.role, step.unit) == (Role.LEADER, place.agency)
    assert last_event(dossier).data["outcome"] == DecisionOutcome.GRANTED


def test_proposing_straight_after_acceptance_starts_the_processing():
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    propose(dossier, place.officer)

    dossier.refresh_from_db()
    assert dossier.state == DossierState.PROCESSING
    assert [event.action for event in dossier.events.order_by("-sequence")[:2]] == [
        Action.PROPOSE,
        Action.START,
    ]


def test_a_refusal_on_merit_keeps_its_reasons():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    decision = propose(dossier, place.officer, outcome=DecisionOutcome.REFUSED, reasons=[REASON])

    assert decision.reasons == [
        {
            "key": "giay-chung-sinh",
            "label": "Giấy chứng sinh",
            "reason": "Ảnh mờ",
            "ground": "Luật Hộ tịch, điều 16",
        }
    ]


def test_a_refusal_on_merit_without_reasons_is_refused():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(processing.ReasonMissing):
        propose(dossier, place.officer, outcome=DecisionOutcome.REFUSED)


def test_proposing_on_an_older_page_is_refused():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(lifecycle.StaleVersion):
        propose(dossier, place.officer, version=1)


# Approving.


def test_an_approval_goes_to_the_registrar():
    place = office()
    dossier = proposed(place)

    decision = approve(dossier, place.leader)

    step = dossier.steps.open().get()
    assert (decision.approved_by, decision.approved_at) == (place.leader, LATER)
    assert (step.role, step.key) == (Role.REGISTRAR, "phat-hanh")
    assert last_event(dossier).action == Action.APPROVE


def test_nobody_approves_what_they_proposed_even_with_both_roles():
    place = office()
    StaffRoleFactory(user=place.officer, role=Role.LEADER, unit=place.agency)
    dossier = proposed(place)

    with pytest.raises(processing.SamePerson):
        approve(dossier, place.officer)

    assert dossier.decisions.get().approved_by is None


def test_the_database_refuses_one_person_for_both():
    decision = proposed(office()).decisions.get()

    decision.approved_by = decision.proposed_by
    decision.approved_at = LATER

    with pytest.raises(IntegrityError, match="decision_two_people"), transaction.atomic():
        decision.save(update_fields=["approved_by", "approved_at"])


def test_a_leader_of_another_agency_cannot_approve():
    dossier = proposed(office())

    with pytest.raises(policies.NotYourDossier):
        approve(dossier, office("khac").leader)


def test_approving_on_an_older_page_is_refused():
    place = office()
    dossier = proposed(place)

    with pytest.raises(lifecycle.StaleVersion):
        approve(dossier, place.leader, version=dossier.version - 1)


# Sending back.


def test_sending_back_returns_the_work_to_whoever_did_it():
    place = office()
    dossier = proposed(place)

    send_back(dossier, place.leader)

    step = dossier.steps.open().get()
    decision = dossier.decisions.get()
    assert (step.key, step.assignee) == ("tham-dinh", place.officer)
    assert (decision.sent_back_at, decision.sent_back_note) == (LATER, "Thiếu căn cứ.")
    assert last_event(dossier).action == Action.SEND_BACK
    assert "Thiếu căn cứ." not in str(last_event(dossier).data)


def test_what_was_sent_back_can_be_proposed_again():
    place = office()
    dossier = proposed(place)
    send_back(dossier, place.leader)

    propose(dossier, place.officer)
    approve(dossier, place.leader)

    assert [one.approved_by for one in dossier.decisions.order_by("pk")] == [None, place.leader]


def test_sending_back_needs_a_reason():
    place = office()

    with pytest.raises(processing.ReasonMissing):
        send_back(proposed(place), place.leader, note="   ")


def test_there_is_nothing_before_the_first_step():
    place = office()

    with pytest.raises(processing.WrongStep):
        send_back(dossier_at(DossierState.PROCESSING, place=place), place.officer)


# Issuing the result.


def test_an_issued_result_goes_to_the_desk_and_the_citizen_is_told():
    place = office()
    dossier = approved(place)

    result = issue(dossier, place.registrar)

    dossier.refresh_from_db()
    step = dossier.steps.open().get()
    assert (dossier.state, dossier.decided_at) == (DossierState.DECIDED, LATER)
    assert (step.key, step.unit, step.role) == (steps.RETURN, place.desk, Role.CLERK)
    assert (result.number, result.issued_by) == ("12/GXN", place.registrar)
    assert len(result.verification_token) >= 24
    assert "dossier-result-ready" in kinds_told(dossier)


def test_nothing_is_issued_before_it_is_approved():
    place = office()
    dossier = proposed(place)

    with pytest.raises(policies.NotYourDossier):
        issue(dossier, place.registrar)


def test_issuing_on_an_older_page_is_refused():
    place = office()
    dossier = approved(place)

    with pytest.raises(lifecycle.StaleVersion):
        issue(dossier, place.registrar, version=1)


# Stopping.


def test_stopping_ends_the_work_and_what_is_due():
    place = office()
    dossier = dossier_at(
        DossierState.PROCESSING, place=place, fees=[fee_line()], fee_moment="AT_RESULT"
    )

    stop(dossier, place.leader)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.closed_at) == (DossierState.STOPPED, LATER)
    assert not dossier.steps.open().exists()
    assert dossier.obligations.get().cancelled_at == LATER
    assert "Người nộp đã mất." not in str(last_event(dossier).data)
    assert "dossier-stopped" in kinds_told(dossier)


def test_stopping_recalls_a_waiting_proposal():
    place = office()
    dossier = proposed(place)

    stop(dossier, place.leader)

    assert dossier.decisions.get().recalled_at == LATER


def test_stopping_needs_a_reason():
    place = office()

    with pytest.raises(processing.ReasonMissing):
        stop(dossier_at(DossierState.PROCESSING, place=place), place.leader, reason=" ")


@pytest.mark.parametrize("role", ["clerk", "officer", "registrar", "cashier"])
def test_only_the_leader_stops(role):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(policies.NotYourDossier):
        stop(dossier, getattr(place, role))


def test_what_never_was_accepted_is_refused_and_not_stopped():
    place = office()
    dossier = dossier_at(DossierState.SUPPLEMENT, place=place)
    late = dossier.supplements.get().deadline_at + timedelta(days=1)

    with pytest.raises(lifecycle.ForbiddenTransition):
        stop(dossier, place.leader, at=late)


def test_who_does_not_pay_in_time_may_be_stopped_and_not_before():
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)

    with pytest.raises(reception.CitizenStillHasTime):
        stop(dossier, place.leader, at=MONDAY_9AM + timedelta(days=15))
    stop(dossier, place.leader, at=MONDAY_9AM + timedelta(days=16))

    dossier.refresh_from_db()
    assert dossier.state == DossierState.STOPPED
    assert dossier.obligations.get().cancelled_at is not None
    assert not dossier.pauses.filter(ended_at=None).exists()
