"""A date that is not kept: apology, new date, two people or the leader alone, told to everybody."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from dossiers import lifecycle, policies, transitions
from dossiers.enums import Action, DossierState, ExtensionCause, SlipKind
from dossiers.issuing.content import unpack
from dossiers.models import Dossier, Extension
from dossiers.services import extension, processing, reception, rendering, supplements, withdrawal
from dossiers.services.extension import NewDate
from portal.core.calendars import explain, notes_from_json
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.dossiers.desk import LATER, kinds_told, last_event
from tests.factories.accounts import StaffFactory, StaffRoleFactory
from tests.factories.dossiers import HANOI, DossierFactory, dossier_at, office

pytestmark = pytest.mark.django_db

DUE = datetime(2026, 3, 9, 10, 0, tzinfo=HANOI)
FRIDAY = datetime(2026, 3, 13, 10, 0, tzinfo=HANOI)
REASON = "Công an xã chưa trả lời xác minh nơi cư trú"
NEW = NewDate(due_at=FRIDAY, cause=ExtensionCause.COORDINATION, reason=REASON)
AGAIN = NewDate(
    due_at=FRIDAY + timedelta(days=7), cause=ExtensionCause.FORCE_MAJEURE, reason="Bão số 9"
)
RULE = "Nghị định 61/2018/NĐ-CP, điều 19"


@pytest.fixture
def place():
    return office()


@pytest.fixture
def dossier(place):
    found = dossier_at(DossierState.PROCESSING, place=place)
    assert found.due_at == DUE
    return found


def extend(dossier, by, *, new=NEW, at=LATER, version=None):
    return extension.extend_due_date(dossier_id=dossier.pk, by=by, at=at, version=version, new=new)


def propose(dossier, by, *, new=NEW, at=LATER, version=None):
    return extension.propose_extension(
        dossier_id=dossier.pk, by=by, at=at, version=version, new=new
    )


def test_the_leader_moves_the_date_with_one_event_and_a_slip(place, dossier):
    count, step = dossier.events.count(), dossier.steps.open().get()

    made = extend(dossier, place.leader)

    dossier.refresh_from_db()
    event, slip = last_event(dossier), dossier.slips.get(kind=SlipKind.APOLOGY)
    assert (dossier.due_at, dossier.original_due_at, dossier.state) == (
        FRIDAY, DUE, DossierState.PROCESSING,
    )  # fmt: skip
    assert (made.number, made.due_before, made.proposed_by, made.is_late) == (1, DUE, None, False)
    assert dossier.events.count() == count + 1
    assert (event.action, event.actor, event.unit) == (Action.EXTEND, place.leader, place.agency)
    assert datetime.fromisoformat(event.data["due_at"]) == FRIDAY
    assert REASON not in str(event.data)
    assert transitions.first_broken_event(dossier) is None
    # Four working days and a weekend later, as the whole dossier is.
    assert dossier.steps.open().get().due_at == step.due_at + timedelta(days=6)
    record = unpack(slip)
    assert slip.number.startswith("00001/PXL/2026/")
    assert record.due == "10 giờ 00 phút, ngày 09 tháng 3 năm 2026"
    assert record.new_due == "10 giờ 00 phút, ngày 13 tháng 3 năm 2026"
    assert record.reason == f"Cơ quan phối hợp trả lời chậm: {REASON}"
    assert record.is_overdue is False
    assert explain(notes_from_json(dossier.due_notes))[-1] == (
        "Cơ quan không kịp trả kết quả vào thứ Hai, 09/03/2026, 10:00 nên đã xin lỗi và hẹn lại "
        "thứ Sáu, 13/03/2026, 10:00 (lần 1)."
    )


def test_the_citizen_is_told_by_every_medium_and_the_mail_brings_the_slip(place, dossier):
    extend(dossier, place.leader)
    rendering.render_due_slips(at=LATER)

    told = Notice.objects.filter(kind="dossier-extended")
    assert set(told.values_list("medium", flat=True)) == set(Medium)
    sms, mail = told.get(medium=Medium.SMS), told.get(medium=Medium.EMAIL)
    assert "xin" in sms.body
    assert "10h00 13/03/2026" in sms.body
    assert "thứ Sáu, 13/03/2026, 10:00" in mail.body
    assert REASON in mail.body
    assert "Ủy ban nhân dân" in mail.body
    assert len(mail.attachments) == 1


def test_a_late_apology_is_taken_and_says_so(place, dossier):
    made = extend(dossier, place.leader, at=DUE + timedelta(hours=3))

    assert made.is_late
    assert last_event(dossier).data["is_late"] is True
    assert unpack(dossier.slips.get(kind=SlipKind.APOLOGY)).is_overdue is True


def test_a_step_whose_time_is_over_gets_the_new_date(place, dossier):
    step = dossier.steps.open().get()

    extend(dossier, place.leader, at=step.due_at + timedelta(days=14), new=AGAIN)

    assert dossier.steps.open().get().due_at == AGAIN.due_at


def test_a_proposal_changes_nothing_until_another_person_signs(place, dossier):
    made = propose(dossier, place.officer)

    dossier.refresh_from_db()
    assert (dossier.due_at, made.number, made.is_waiting) == (DUE, None, True)
    assert not dossier.slips.filter(kind=SlipKind.APOLOGY).exists()
    assert "dossier-extended" not in kinds_told(dossier)
    asked = Notice.objects.get(kind="dossier-extension-proposed-staff")
    assert (asked.recipient, REASON in asked.body) == (place.leader, True)

    extension.approve_extension(
        dossier_id=dossier.pk, by=place.leader, at=LATER, version=dossier.version
    )

    dossier.refresh_from_db()
    made.refresh_from_db()
    assert (dossier.due_at, made.number, made.approved_by) == (FRIDAY, 1, place.leader)
    assert "dossier-extended" in kinds_told(dossier)


def test_whoever_proposed_may_not_sign(place, dossier):
    StaffRoleFactory(user=place.leader, role=Role.OFFICER, unit=place.division)
    dossier.steps.open().update(assignee=place.leader)
    made = propose(dossier, place.leader)

    with pytest.raises(processing.SamePerson):
        extension.approve_extension(dossier_id=dossier.pk, by=place.leader, at=LATER, version=None)
    with pytest.raises(IntegrityError, match="extension_two_people"), transaction.atomic():
        Extension.objects.filter(pk=made.pk).update(
            approved_by=place.leader, approved_at=LATER, number=1
        )


def test_a_declined_proposal_leaves_the_date_and_tells_the_proposer_why(place, dossier):
    propose(dossier, place.officer)

    with pytest.raises(processing.ReasonMissing):
        extension.decline_extension(
            dossier_id=dossier.pk, by=place.leader, at=LATER, version=None, note="  "
        )
    made = extension.decline_extension(
        dossier_id=dossier.pk, by=place.leader, at=LATER, version=None, note="Vẫn kịp"
    )

    dossier.refresh_from_db()
    told = Notice.objects.get(kind="dossier-extension-declined-staff")
    assert (dossier.due_at, made.is_waiting, made.closed_by) == (DUE, False, place.leader)
    assert (told.recipient, "Vẫn kịp" in told.body) == (place.officer, True)
    assert last_event(dossier).action == Action.DECLINE_EXTENSION
    with pytest.raises(extension.NothingProposed):
        extension.approve_extension(dossier_id=dossier.pk, by=place.leader, at=LATER, version=None)


def test_one_proposal_at_a_time_and_the_leader_may_overtake_it(place, dossier):
    first = propose(dossier, place.officer)
    with pytest.raises(extension.AlreadyProposed):
        propose(dossier, place.officer)

    extend(dossier, place.leader, new=AGAIN)

    first.refresh_from_db()
    assert (first.is_waiting, first.number, first.closed_by) == (False, None, place.leader)
    assert list(dossier.extensions.granted().values_list("number", flat=True)) == [1]


def test_the_second_time_needs_the_rule_that_allows_it(place, dossier):
    extend(dossier, place.leader)
    with pytest.raises(extension.GroundMissing):
        extend(dossier, place.leader, new=AGAIN)
    with pytest.raises(extension.GroundMissing):
        propose(dossier, place.officer, new=AGAIN)

    ground = NewDate(AGAIN.due_at, AGAIN.cause, AGAIN.reason, RULE)
    made = extend(dossier, place.leader, new=ground)

    assert made.number == 2
    assert RULE in unpack(dossier.slips.filter(kind=SlipKind.APOLOGY).last()).reason
    with pytest.raises(IntegrityError, match="extension_again_has_ground"), transaction.atomic():
        Extension.objects.filter(pk=made.pk).update(ground="")


@pytest.mark.parametrize(
    ("due_at", "error"),
    [
        (DUE, extension.NotLater),
        (DUE - timedelta(days=3), extension.NotLater),
        (datetime(2026, 3, 14, 10, 0, tzinfo=HANOI), extension.NotWorkingTime),  # a Saturday
        (datetime(2026, 3, 13, 12, 30, tzinfo=HANOI), extension.NotWorkingTime),
        (datetime(2026, 3, 13, 20, 0, tzinfo=HANOI), extension.NotWorkingTime),
    ],
)
def test_a_date_that_cannot_be_promised_is_refused(place, dossier, due_at, error):
    with pytest.raises(error):
        extend(dossier, place.leader, new=NewDate(due_at, NEW.cause, NEW.reason))

    dossier.refresh_from_db()
    assert (dossier.due_at, dossier.extensions.count()) == (DUE, 0)


def test_a_new_date_lies_in_the_future(place, dossier):
    with pytest.raises(extension.NotLater):
        extend(dossier, place.leader, at=FRIDAY + timedelta(hours=1))


def test_a_reason_is_needed(place, dossier):
    with pytest.raises(processing.ReasonMissing):
        extend(dossier, place.leader, new=NewDate(FRIDAY, NEW.cause, " "))


def test_where_no_date_was_given_there_is_none_to_move(place):
    time = {"amount": None, "unit": "NONE_GIVEN", "cut_off": None}
    dossier = DossierFactory(place=place)
    Dossier.objects.filter(pk=dossier.pk).update(
        offer_snapshot=dossier.offer_snapshot | {"time": time}
    )
    reception.accept_dossier(dossier_id=dossier.pk, by=place.clerk, at=LATER, version=None)

    with pytest.raises(extension.NothingPromised):
        extend(dossier, place.leader)


def test_others_may_not(place, dossier):
    stranger = office("binh-lam")
    for person in (place.officer, place.clerk, place.registrar, stranger.leader):
        with pytest.raises(policies.NotYourDossier):
            extend(dossier, person)
    for person in (place.clerk, place.registrar, stranger.officer):
        with pytest.raises(policies.NotYourDossier):
            propose(dossier, person)
    propose(dossier, place.officer)
    second = StaffFactory(role=Role.OFFICER, unit=place.division)
    for act in (extension.approve_extension, extension.decline_extension):
        more = {"note": "x"} if act is extension.decline_extension else {}
        with pytest.raises(policies.NotYourDossier):
            act(dossier_id=dossier.pk, by=second, at=LATER, version=None, **more)


def test_a_page_made_before_the_last_change_is_stale(place, dossier):
    extend(dossier, place.leader, version=dossier.version)

    with pytest.raises(lifecycle.StaleVersion):
        extend(dossier, place.leader, new=AGAIN, version=dossier.version)


def test_a_pause_after_it_moves_the_new_date(place, dossier):
    extend(dossier, place.leader)
    supplements.ask_supplement(
        dossier_id=dossier.pk,
        by=place.officer,
        at=LATER,
        version=None,
        items=[supplements.Item("giay-chung-sinh", "", "Giấy chứng sinh", "Ảnh mờ")],
        ground="Luật",
        deadline_at=LATER + timedelta(days=10),
    )
    withdrawal.withdraw_dossier(
        dossier_id=dossier.pk, by=dossier.owner, at=LATER + timedelta(days=1), version=None
    )

    dossier.refresh_from_db()
    assert dossier.due_at == FRIDAY + timedelta(days=3)
    assert any("hẹn lại" in said for said in explain(notes_from_json(dossier.due_notes)))
