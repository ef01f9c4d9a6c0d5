"""Two people for a decision, nobody in their own affair, and acts for somebody absent."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import StaffRole
from accounts.services import roles
from dossiers import policies
from dossiers.enums import DecisionOutcome, DossierState
from dossiers.models import Dossier
from dossiers.selectors import desk_work
from dossiers.services import handover, processing, reception
from dossiers.services.assignment import NotACandidate
from portal.core.dates import local_day
from portal.notices.models import Notice
from tests.dossiers.desk import LATER, last_event, proposed
from tests.factories.accounts import StaffFactory, StaffRoleFactory
from tests.factories.dossiers import DossierFactory, dossier_at, office

pytestmark = pytest.mark.django_db

TODAY = local_day(LATER)


def also(user, role, unit):
    return StaffRoleFactory(user=user, role=role, unit=unit)


def acts_for(user, absent, role, unit):
    return StaffRoleFactory(
        user=user,
        role=role,
        unit=unit,
        on_behalf_of=absent,
        valid_from=TODAY,
        valid_until=TODAY + timedelta(days=9),
    )


def approve(dossier, by):
    return processing.approve_decision(dossier_id=dossier.pk, by=by, at=LATER, version=None)


def test_who_accepted_does_not_approve_even_with_the_leaders_role_given_in_between():
    place = office()
    dossier = proposed(place)
    also(place.clerk, Role.LEADER, place.agency)

    with pytest.raises(processing.AcceptedIt):
        approve(dossier, place.clerk)

    assert dossier.decisions.get().approved_by is None


def test_who_proposed_does_not_approve_with_the_leaders_role_given_in_between():
    place = office()
    dossier = proposed(place)
    also(place.officer, Role.LEADER, place.agency)

    with pytest.raises(processing.SamePerson):
        approve(dossier, place.officer)


def test_a_small_office_lets_the_acceptor_approve_and_never_the_proposer():
    place = office()
    dossier = proposed(place)
    place.agency.small_office = True
    place.agency.save()
    for person in (place.clerk, place.officer):
        also(person, Role.LEADER, place.agency)

    with pytest.raises(processing.SamePerson):
        approve(dossier, place.officer)
    decision = approve(dossier, place.clerk)

    assert (decision.approved_by, decision.accepted_by) == (place.clerk, place.clerk)
    assert decision.small_office


def test_the_database_refuses_an_acceptor_as_approver():
    place = office()
    decision = proposed(place).decisions.get()
    decision.approved_by = decision.accepted_by = place.clerk
    decision.approved_at = LATER

    refused = pytest.raises(IntegrityError, match="decision_not_approved_by_acceptor")
    with refused, transaction.atomic():
        decision.save()


def test_acting_for_the_proposer_does_not_make_a_second_person():
    place = office()
    dossier = proposed(place)
    also(place.officer, Role.LEADER, place.agency)
    acts_for(place.registrar, place.officer, Role.LEADER, place.agency)

    with pytest.raises(processing.SamePerson):
        approve(dossier, place.registrar)


def test_acting_for_the_leader_the_real_person_counts():
    place = office()
    dossier = proposed(place)
    acts_for(place.officer, place.leader, Role.LEADER, place.agency)

    with pytest.raises(processing.SamePerson):
        approve(dossier, place.officer)


def test_an_act_for_somebody_absent_says_so_in_its_event_and_on_the_page():
    place = office()
    place.leader.full_name = "Trương Văn Hòa"
    place.leader.save()
    dossier = proposed(place)
    acts_for(place.registrar, place.leader, Role.LEADER, place.agency)

    approve(dossier, place.registrar)

    event = last_event(dossier)
    assert (event.actor, event.data["on_behalf_of"]) == (place.registrar, place.leader.pk)
    found = desk_work.find_dossier(place.registrar, code=dossier.code, at=LATER)
    held = list(StaffRole.objects.filter(user=place.registrar))
    page = desk_work.get_work_page(found, place.registrar, held, at=LATER)
    assert "(thay mặt Trương Văn Hòa)" in page.events[0].who


def test_what_an_absent_colleague_has_in_hand_is_worked_on_in_their_place():
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk)
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=LATER, version=None)
    with pytest.raises(reception.StepTaken):
        processing.claim_step(dossier_id=dossier.pk, by=colleague, at=LATER, version=None)
    acts_for(colleague, place.clerk, Role.CLERK, place.desk)

    reception.accept_dossier(dossier_id=dossier.pk, by=colleague, at=LATER, version=None)

    event = dossier.events.get(action="ACCEPT")
    assert (event.actor, event.data["on_behalf_of"]) == (colleague, place.clerk.pk)


@pytest.mark.parametrize("who", ["party", "owner"])
def test_staff_neither_see_nor_touch_their_own_affair(who):
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    number = "031190004242"
    place.officer.set_identity_number(number)
    place.officer.save()
    if who == "party":
        party = dossier.parties.first()
        party.set_identity_number(number)
        party.save()
    else:
        dossier.owner.set_identity_number(number)
        dossier.owner.save()
    client = Client()
    client.force_login(place.officer)
    for name in ("work", "pane", "claim", "propose"):
        url = reverse(f"dossiers:{name}", args=[dossier.code])
        answer = client.post(url) if name == "claim" else client.get(url)
        assert answer.status_code == 404, name
    with pytest.raises(policies.OwnAffair):
        processing.claim_step(dossier_id=dossier.pk, by=place.officer, at=LATER, version=None)
    with pytest.raises(policies.OwnAffair):
        processing.propose_decision(
            dossier_id=dossier.pk,
            by=place.officer,
            at=LATER,
            version=None,
            outcome=DecisionOutcome.GRANTED,
            proposal="Đủ điều kiện.",
        )


def test_a_leader_who_is_a_party_neither_stops_nor_reassigns():
    place = office()
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    place.leader.set_identity_number("031190004243")
    place.leader.save()
    party = dossier.parties.first()
    party.set_identity_number("031190004243")
    party.save()

    with pytest.raises(policies.OwnAffair):
        processing.stop_dossier(
            dossier_id=dossier.pk, by=place.leader, at=LATER, version=None, reason="x"
        )


def move(admin, person, successors, seen=()):
    return handover.move_work(
        person_id=person.pk, by=admin, at=LATER, successors=successors, seen=seen
    )


def test_all_work_of_somebody_absent_moves_at_once_with_an_event_each_and_one_notice():
    place = office()
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    successor = StaffFactory(role=Role.OFFICER, unit=place.division)
    mine = [dossier_at(DossierState.PROCESSING, place=place) for _number in range(3)]
    gone, own = mine[2], mine[1]
    step = gone.steps.open().get()
    seen = [one.steps.open().get().pk for one in mine]
    step.assignee = StaffFactory(role=Role.OFFICER, unit=place.division)
    step.save()
    successor.set_identity_number("031190004244")
    successor.save()
    party = own.parties.first()
    party.set_identity_number("031190004244")
    party.save()

    outcome = move(admin, place.officer, {(place.division.pk, Role.OFFICER): successor.pk}, seen)

    assert outcome.moved == [mine[0].code]
    assert outcome.gone == [gone.code]
    assert outcome.own_affairs == [own.code]
    assert mine[0].steps.open().get().assignee == successor
    event = last_event(mine[0])
    assert (event.actor, event.data["reassigned_to"]) == (admin, successor.pk)
    assert Notice.objects.filter(recipient=successor, kind="work-moved").count() == 1
    assert Dossier.objects.get(pk=mine[0].pk).due_at == mine[0].due_at


def test_work_moves_only_to_who_holds_the_role_and_by_who_looks_after_both():
    place, other = office(), office("khac")
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    dossier = dossier_at(DossierState.PROCESSING, place=place)
    key = (place.division.pk, Role.OFFICER)

    for wrong in (place.clerk, other.officer, place.officer):
        with pytest.raises(NotACandidate):
            move(admin, place.officer, {key: wrong.pk})
    stranger = StaffFactory(role=Role.UNIT_ADMIN, unit=other.agency)
    successor = StaffFactory(role=Role.OFFICER, unit=place.division)
    with pytest.raises(roles.NotInYourHouse):
        move(stranger, place.officer, {key: successor.pk})
    assert dossier.steps.open().get().assignee == place.officer


def test_the_page_previews_moves_and_reports():
    place = office()
    admin = StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency)
    StaffRole.objects.filter(user=admin).update(valid_from=timezone.localdate())
    successor = StaffFactory(role=Role.OFFICER, unit=place.division)
    dossier_at(DossierState.PROCESSING, place=place)
    client = Client()
    client.force_login(admin)
    url = reverse("dossiers:move_work", args=[place.officer.pk])
    assert "1 hồ sơ" in client.get(url).text
    field = f"{place.division.pk}-OFFICER"
    assert client.post(url, {field: ""}).status_code == 422
    response = client.post(url, {field: successor.pk}, follow=True)
    assert "Đã bàn giao 1 hồ sơ." in response.text
    assert "Không còn hồ sơ nào" in client.get(url).text
