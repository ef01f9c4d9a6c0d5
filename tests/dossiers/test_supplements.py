"""Asking for everything at once, the citizen's answer, and the clock between the two."""

from datetime import datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.selectors import get_work_calendar
from dossiers import lifecycle, policies
from dossiers.enums import Action, DossierState, SlipKind, SupplementStage
from dossiers.models import SupplementUpload
from dossiers.services import processing, reception, supplements
from portal.core.calendars import working_minutes_between
from tests.dossiers.desk import ITEM, kinds_told, last_event
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import (
    HANOI,
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    StoredFileFactory,
    dossier_at,
    office,
)

pytestmark = pytest.mark.django_db


def ask(dossier, by, *, at, version=None, items=(ITEM,), deadline_at=None):
    return supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=by,
        at=at,
        version=version,
        items=items,
        ground="Luật Hộ tịch, điều 16",
        deadline_at=deadline_at or at + timedelta(days=10),
        message="Chụp lại giúp cơ quan.",
    )


def answer(dossier, *, at, answers=None, by=None):
    return supplements.answer_supplement(
        dossier_id=dossier.pk, by=by or dossier.owner, at=at, answers=answers or {}, sealed={}
    )


def put_file(request):
    item = request.items.get(paper_key="giay-chung-sinh")
    return SupplementUpload.objects.create(item=item, file=StoredFileFactory(name="moi.pdf"))


def test_asking_stops_the_clock_and_names_every_item():
    place = office()
    dossier = DossierFactory(place=place)

    request = ask(dossier, place.clerk, at=MONDAY_9AM)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.resume_state) == (
        DossierState.SUPPLEMENT,
        DossierState.SUBMITTED,
    )
    assert (request.round, request.stage) == (1, SupplementStage.INTAKE)
    assert [(item.paper_key, item.reason) for item in request.items.all()] == [
        ("giay-chung-sinh", "Ảnh mờ")
    ]
    event = last_event(dossier)
    assert event.action == Action.ASK_SUPPLEMENT
    assert (event.data["round"], event.data["keys"]) == (1, ["giay-chung-sinh"])
    assert dossier.slips.get().kind == SlipKind.SUPPLEMENT
    assert "dossier-supplement-asked" in kinds_told(dossier)


def test_an_answered_supplement_moves_the_due_date_by_the_working_minutes_between():
    place = office()
    dossier = DossierFactory(place=place)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM, version=None)
    # Asked Tuesday 16:00, answered Wednesday 8:30: one hour that day, one hour the next.
    request = ask(dossier, place.officer, at=datetime(2026, 3, 3, 16, 0, tzinfo=HANOI))
    put_file(request)
    step_due = dossier.steps.open().get().due_at

    answer(dossier, at=datetime(2026, 3, 4, 8, 30, tzinfo=HANOI))

    dossier.refresh_from_db()
    assert dossier.original_due_at == datetime(2026, 3, 9, 9, 0, tzinfo=HANOI)
    assert dossier.due_at == datetime(2026, 3, 9, 11, 0, tzinfo=HANOI)
    assert dossier.pauses.get().minutes == 120
    assert dossier.steps.open().get().due_at > step_due
    assert last_event(dossier).data["pause_minutes"] == 120
    assert (dossier.state, dossier.resume_state) == (DossierState.ACCEPTED, "")


def test_an_answer_at_intake_moves_the_time_by_which_the_agency_answers():
    place = office()
    dossier = DossierFactory(place=place)
    before = dossier.answer_due_at
    # Asked Tuesday 16:00, answered Wednesday 8:30: two working hours.
    request = ask(dossier, place.clerk, at=datetime(2026, 3, 3, 16, 0, tzinfo=HANOI))
    put_file(request)

    answer(dossier, at=datetime(2026, 3, 4, 8, 30, tzinfo=HANOI))

    dossier.refresh_from_db()
    calendar = get_work_calendar(place.agency)
    assert working_minutes_between(before, dossier.answer_due_at, calendar) == 120


def test_a_pause_outside_office_hours_moves_nothing():
    place = office()
    dossier = DossierFactory(place=place)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=MONDAY_9AM, version=None)
    request = ask(dossier, place.officer, at=datetime(2026, 3, 6, 17, 30, tzinfo=HANOI))
    put_file(request)

    answer(dossier, at=datetime(2026, 3, 8, 20, 0, tzinfo=HANOI))

    dossier.refresh_from_db()
    assert dossier.due_at == dossier.original_due_at


def test_the_new_file_supersedes_the_old_one_and_erases_nothing():
    place = office()
    dossier = DossierFactory(place=place)
    old = DossierPaperFactory(dossier=dossier)
    request = ask(dossier, place.clerk, at=MONDAY_9AM)
    put_file(request)

    answer(dossier, at=MONDAY_9AM + timedelta(hours=2))

    old.refresh_from_db()
    assert old.superseded_at == MONDAY_9AM + timedelta(hours=2)
    [new] = dossier.papers.filter(superseded_at=None)
    assert (new.paper_key, new.round, new.file.name) == ("giay-chung-sinh", 1, "moi.pdf")
    assert "dossier-supplement-answered" in kinds_told(dossier)


def test_only_what_was_asked_is_taken_over():
    place = office()
    dossier = DossierFactory(place=place)
    field = supplements.Item("", "ly_do", "Lý do đề nghị", "Ghi rõ hơn")
    ask(dossier, place.clerk, at=MONDAY_9AM, items=[field])

    answer(
        dossier,
        at=MONDAY_9AM + timedelta(hours=1),
        answers={"ly_do": "Nhập học lớp 1", "khac": "lẻn vào"},
    )

    dossier.refresh_from_db()
    assert dossier.answers == {"ly_do": "Nhập học lớp 1"}


def test_an_item_without_its_file_is_not_an_answer():
    place = office()
    dossier = DossierFactory(place=place)
    ask(dossier, place.clerk, at=MONDAY_9AM)

    with pytest.raises(supplements.NotAnswered) as refused:
        answer(dossier, at=MONDAY_9AM + timedelta(hours=1))

    assert [item.paper_key for item in refused.value.items] == ["giay-chung-sinh"]
    dossier.refresh_from_db()
    assert dossier.state == DossierState.SUPPLEMENT


def test_only_the_owner_answers():
    dossier = dossier_at(DossierState.SUPPLEMENT, place=office())

    with pytest.raises(policies.NotYourDossier):
        answer(dossier, at=MONDAY_9AM + timedelta(hours=2), by=CitizenFactory())


def test_asking_for_nothing_is_refused():
    place = office()

    with pytest.raises(supplements.NothingAsked):
        ask(DossierFactory(place=place), place.clerk, at=MONDAY_9AM, items=())


def test_a_deadline_in_the_past_is_refused():
    place = office()

    with pytest.raises(supplements.DeadlineInThePast):
        ask(DossierFactory(place=place), place.clerk, at=MONDAY_9AM, deadline_at=MONDAY_9AM)


def test_asking_on_an_older_page_is_refused():
    place = office()
    dossier = DossierFactory(place=place)

    with pytest.raises(lifecycle.StaleVersion):
        ask(dossier, place.clerk, at=MONDAY_9AM, version=99)


def test_asking_at_somebody_elses_step_is_refused():
    place = office()
    dossier = DossierFactory(place=place)

    with pytest.raises(policies.NotYourDossier):
        ask(dossier, place.officer, at=MONDAY_9AM)


def test_asking_while_a_colleague_holds_the_step_is_refused():
    place = office()
    dossier = DossierFactory(place=place)
    dossier.steps.update(assignee=StaffFactory(role=Role.CLERK, unit=place.desk))

    with pytest.raises(reception.StepTaken):
        ask(dossier, place.clerk, at=MONDAY_9AM)


def test_a_second_round_in_one_stage_is_for_the_leader_whatever_step_is_open():
    place = office()
    dossier = DossierFactory(place=place)
    request = ask(dossier, place.clerk, at=MONDAY_9AM)
    put_file(request)
    answer(dossier, at=MONDAY_9AM + timedelta(hours=1))

    with pytest.raises(supplements.RoundNeedsLeader):
        ask(dossier, place.clerk, at=MONDAY_9AM + timedelta(hours=2))
    second = ask(dossier, place.leader, at=MONDAY_9AM + timedelta(hours=2))

    assert (second.round, second.stage, second.approved_by) == (
        2,
        SupplementStage.INTAKE,
        place.leader,
    )
    assert dossier.steps.open().get().assignee == place.clerk


def test_the_appraisal_has_a_round_of_its_own():
    place = office()
    dossier = DossierFactory(place=place)
    put_file(ask(dossier, place.clerk, at=MONDAY_9AM))
    answer(dossier, at=MONDAY_9AM + timedelta(hours=1))
    later = MONDAY_9AM + timedelta(hours=2)
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=later, version=None)
    processing.claim_step(dossier_id=dossier.pk, by=place.officer, at=later, version=None)

    request = ask(dossier, place.officer, at=later)

    assert (request.round, request.stage) == (2, SupplementStage.APPRAISAL)
    assert request.approved_by is None
