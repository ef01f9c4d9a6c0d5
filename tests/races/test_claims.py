"""Somebody is always first: one clerk accepts, one leader approves, cash is taken once."""

from threading import Barrier, get_ident
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from dossiers import policies
from dossiers.enums import Action, DossierState
from dossiers.models import Dossier, Obligation
from dossiers.models.dossier import DossierQuerySet
from dossiers.models.money import ObligationQuerySet
from dossiers.services import assignment, fees, processing, reception
from dossiers.services.assignment import ClaimResult
from payments.models import CashReceipt
from payments.services import cash
from portal.notices.models import Notice
from tests.dossiers.desk import LATER, proposed
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.dossiers import DossierFactory, dossier_at, office
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CLERKS = 8


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def kinds(outcomes):
    return sorted(type(outcome).__name__ for outcome in outcomes)


def all_have_read(monkeypatch, module, name, count):
    """Let nobody go on after `module.name` before everybody is there: the race at its worst."""
    gate = Barrier(count, timeout=30)
    original = getattr(module, name)

    def wait_for_all(*args, **kwargs):
        found = original(*args, **kwargs)
        gate.wait()
        return found

    monkeypatch.setattr(module, name, wait_for_all)


def without_locks(monkeypatch):
    monkeypatch.setattr(DossierQuerySet, "locked", lambda self: self)
    monkeypatch.setattr(ObligationQuerySet, "locked", lambda self: self)


def a_desk_of_eight():
    place = office()
    clerks = [
        StaffFactory(role=Role.CLERK, unit=place.desk, full_name=f"Cán bộ số {number}")
        for number in range(CLERKS)
    ]
    return place, clerks


def test_of_eight_clerks_accepting_one_wins_and_seven_read_who():
    place, clerks = a_desk_of_eight()
    dossier = DossierFactory(place=place, submitted_at=timezone.now())
    url = reverse("dossiers:accept", args=[dossier.code])
    clients = [signed_in(clerk) for clerk in clerks]

    def press(client):
        return lambda: client.post(url, {"version": dossier.version})

    answers = at_once([press(client) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [302] + [409] * 7
    winner = dossier.events.get(action=Action.ACCEPT).actor
    losers = [answer for answer in answers if answer.status_code == 409]
    assert all(f"{winner.full_name}, {place.desk.name} đã làm trước" in a.text for a in losers)
    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.ACCEPTED
    assert dossier.slips.count() == 1
    told = Notice.objects.filter(kind="dossier-accepted").values_list("dedupe_key", flat=True)
    assert len(set(told)) == len(told)


def test_without_the_lock_clerks_collide_instead_of_being_told(monkeypatch):
    """The negative control: the race above is real; only constraints are left to stop it."""
    place, clerks = a_desk_of_eight()
    dossier = DossierFactory(place=place)
    without_locks(monkeypatch)
    all_have_read(monkeypatch, policies, "require_work_on", CLERKS)

    def accept(clerk):
        return lambda: reception.accept_dossier(
            dossier_id=dossier.pk, by=clerk, at=LATER, version=dossier.version
        )

    outcomes = at_once([accept(clerk) for clerk in clerks])

    assert "IntegrityError" in kinds(outcomes)
    assert "StaleVersion" not in kinds(outcomes)


def test_of_eight_clerks_claiming_one_holds_it():
    place, clerks = a_desk_of_eight()
    dossier = DossierFactory(place=place)

    def claim(clerk):
        return lambda: assignment.claim_steps(dossier_ids=[dossier.pk], by=clerk, at=LATER)[0]

    claims = at_once([claim(clerk) for clerk in clerks])

    holder = dossier.steps.get().assignee
    taken = [one for one in claims if one.result == ClaimResult.TAKEN]
    assert len(taken) == 7
    assert {one.step.assignee for one in taken} == {holder}
    assert dossier.events.filter(action=Action.CLAIM).count() == 1


def two_leaders(place):
    return [place.leader, StaffFactory(role=Role.LEADER, unit=place.agency, full_name="Người hai")]


def test_of_two_leaders_approving_one_wins_and_the_other_reads_who():
    place = office()
    leaders = two_leaders(place)
    dossier = proposed(place)
    url = reverse("dossiers:approve", args=[dossier.code])
    clients = [sign_in_proved(Client(), leader) for leader in leaders]

    def press(client):
        return lambda: client.post(url, {"version": dossier.version, "note": ""})

    answers = at_once([press(client) for client in clients])

    assert sorted(answer.status_code for answer in answers) == [302, 409]
    approver = dossier.decisions.get().approved_by
    [loser] = [answer for answer in answers if answer.status_code == 409]
    assert f"{approver.full_name}, {place.agency.name} đã làm trước: phê duyệt" in loser.text
    assert dossier.events.filter(action=Action.APPROVE).count() == 1


def test_without_the_lock_both_leaders_pass_the_check_of_the_version(monkeypatch):
    """The negative control: the later one is stopped by chance, and not told who was first."""
    place = office()
    leaders = two_leaders(place)
    dossier = proposed(place)
    without_locks(monkeypatch)
    all_have_read(monkeypatch, policies, "require_work_on", 2)

    def approve(leader):
        return lambda: processing.approve_decision(
            dossier_id=dossier.pk, by=leader, at=LATER, version=dossier.version
        )

    outcomes = at_once([approve(leader) for leader in leaders])

    assert "StaleVersion" not in kinds(outcomes)


def takes(place, dossier, *, keys):
    obligation = dossier.obligations.get()

    def take(number, key):
        return lambda: cash.receive_cash(
            obligation_id=obligation.pk,
            key=key,
            amount_vnd=30_000,
            receipt_number=f"AB {number}",
            by=place.cashier,
            at=LATER,
        )

    return [take(number, key) for number, key in enumerate(keys)]


def test_one_press_of_cash_sent_many_times_is_one_receipt():
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)

    outcomes = at_once(takes(place, dossier, keys=[uuid4()] * CLERKS))

    assert {outcome.pk for outcome in outcomes} == {CashReceipt.objects.get().pk}
    assert dossier.obligations.get().settled_vnd == 30_000
    assert dossier.events.filter(action=Action.RECORD_PAYMENT).count() == 1


def test_two_windows_taking_the_same_fee_are_one_receipt_and_one_refusal():
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)

    outcomes = at_once(takes(place, dossier, keys=[uuid4(), uuid4()]))

    assert kinds(outcomes) == ["CashReceipt", "NotPayable"]
    assert any(isinstance(outcome, fees.NotPayable) for outcome in outcomes)
    assert CashReceipt.objects.count() == 1


def test_without_the_lock_both_windows_take_the_fee_for_due(monkeypatch):
    """The negative control of the cash: only the books, asked once more, are left to refuse."""
    place = office()
    dossier = dossier_at(DossierState.PAYMENT, place=place)
    without_locks(monkeypatch)
    gate, believed = Barrier(2, timeout=30), {}

    def still_due(obligation):
        found = obligation.cancelled_at is None and obligation.settled_at is None
        # The books ask again, when the other one may be waiting for a row of this one.
        if get_ident() not in believed:
            believed[get_ident()] = found
            gate.wait()
        return found

    monkeypatch.setattr(Obligation, "is_due", property(still_due))

    outcomes = at_once(takes(place, dossier, keys=[uuid4(), uuid4()]))

    assert list(believed.values()) == [True, True]
    assert kinds(outcomes) == ["CashReceipt", "NotPayable"]
