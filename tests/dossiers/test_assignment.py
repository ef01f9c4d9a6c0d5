"""Several claims at once, and the leader's hand in who holds a step."""

import pytest

from accounts.enums import Role
from dossiers import lifecycle, policies, steps
from dossiers.enums import Action, DossierState
from dossiers.services import assignment, processing, reception
from dossiers.services.assignment import ClaimResult
from tests.dossiers.desk import LATER, last_event
from tests.factories.accounts import StaffFactory
from tests.factories.dossiers import DossierFactory, dossier_at, office

pytestmark = pytest.mark.django_db


def reassign(dossier, by, to, version=None):
    return assignment.reassign_step(
        dossier_id=dossier.pk, by=by, at=LATER, version=version, to_id=to.pk if to else None
    )


def test_each_row_of_a_bulk_claim_is_judged_for_itself():
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk)
    free, other = DossierFactory(place=place), DossierFactory(place=office("khac"))
    taken, ended = DossierFactory(place=place), dossier_at(DossierState.REFUSED, place=place)
    processing.claim_step(dossier_id=taken.pk, by=colleague, at=LATER, version=None)

    claims = assignment.claim_steps(
        dossier_ids=[free.pk, other.pk, taken.pk, ended.pk], by=place.clerk, at=LATER
    )

    assert [claim.result for claim in claims] == [
        ClaimResult.CLAIMED,
        ClaimResult.NOT_YOURS,
        ClaimResult.TAKEN,
        ClaimResult.NOTHING_OPEN,
    ]
    assert claims[2].step.assignee == colleague
    assert free.steps.get().assignee == place.clerk
    assert other.steps.get().assignee is None


def test_a_leader_gives_the_step_to_a_colleague():
    place = office()
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    reassign(dossier, place.leader, colleague)

    step = dossier.steps.open().get()
    event = last_event(dossier)
    assert (step.assignee, step.claimed_at) == (colleague, LATER)
    assert (event.action, event.actor) == (Action.CLAIM, place.leader)
    assert event.data["reassigned_from"] == place.officer.pk
    assert event.data["reassigned_to"] == colleague.pk


def test_a_released_step_is_free_for_anybody_of_the_role():
    place = office()
    colleague = StaffFactory(role=Role.OFFICER, unit=place.division)
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    reassign(dossier, place.leader, None)
    processing.claim_step(dossier_id=dossier.pk, by=colleague, at=LATER, version=None)

    assert dossier.steps.open().get().assignee == colleague


def test_the_one_who_held_it_can_do_nothing_more():
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk)
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=LATER, version=None)
    reassign(dossier, place.leader, colleague)

    with pytest.raises(reception.StepTaken):
        reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=LATER, version=None)


def test_only_who_holds_the_role_in_the_unit_can_be_given_the_step():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    stranger = StaffFactory(role=Role.OFFICER, unit=office("khac").division)

    for person in (stranger, place.clerk):
        with pytest.raises(assignment.NotACandidate):
            reassign(dossier, place.leader, person)

    assert dossier.steps.open().get().assignee == place.officer


@pytest.mark.parametrize("role", ["clerk", "officer", "registrar", "cashier"])
def test_only_a_leader_reassigns(role):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)

    with pytest.raises(policies.NotYourDossier):
        reassign(dossier, getattr(place, role), None)


def test_a_leader_of_another_agency_does_not():
    dossier = dossier_at(DossierState.PROCESSING, place=office())

    with pytest.raises(policies.NotYourDossier):
        reassign(dossier, office("khac").leader, None)


def test_reassigning_on_an_older_page_is_refused():
    place = office()

    with pytest.raises(lifecycle.StaleVersion):
        reassign(dossier_at(DossierState.PROCESSING, place=place), place.leader, None, version=1)


def test_nothing_is_reassigned_where_nobody_has_work():
    place = office()

    with pytest.raises(steps.NoOpenStep):
        reassign(dossier_at(DossierState.RETURNED, place=place), place.leader, None)
