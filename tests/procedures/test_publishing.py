"""Publishing a revision: whoever edited it last is not the one who lets the public see it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.enums import Role, Tier
from portal.notices.models import Notice
from procedures.enums import ProcedureState, RevisionState
from procedures.models import Revision
from procedures.policies import NotAPublisher, OwnEdit
from procedures.services import publishing, repealing
from procedures.services.drafting import IsRepealed, StaleRevision
from procedures.services.locking import WrongState
from procedures.services.publishing import (
    NotInFuture,
    publish_due,
    publish_revision,
    schedule_revision,
    unschedule_revision,
)
from tests.factories.accounts import StaffFactory, StaffRoleFactory, UnitFactory
from tests.factories.procedures import (
    FormVersionFactory,
    ProcedureFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)


def both(unit):
    """Somebody who edits and publishes in the same unit."""
    person = StaffFactory(role=Role.EDITOR, unit=unit)
    StaffRoleFactory(user=person, role=Role.PUBLISHER, unit=unit)
    return person


def draft(edited_by, state=RevisionState.IN_REVIEW, **fields):
    """A draft that its editor has sent to review."""
    procedure = ProcedureFactory()
    return Revision.objects.create(
        procedure=procedure,
        number=1,
        name=procedure.name,
        edited_by=edited_by,
        state=state,
        sent_by=edited_by,
        sent_at=AT,
        **fields,
    )


def people():
    return StaffFactory(role=Role.EDITOR), StaffFactory(role=Role.PUBLISHER)


def scheduled(hours=1):
    editor, publisher = people()
    revision = draft(editor)
    schedule_revision(
        revision_id=revision.pk,
        publisher=publisher,
        publish_at=AT + timedelta(hours=hours),
        at=AT,
        version=0,
    )
    return revision, publisher


def test_a_second_person_publishes_and_the_row_says_who():
    unit = UnitFactory(tier=Tier.PROVINCE)
    editor = StaffFactory(role=Role.EDITOR, unit=unit)
    publisher = StaffFactory(role=Role.PUBLISHER, unit=unit)
    revision = draft(editor)

    procedure = publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)

    revision.refresh_from_db()
    assert (revision.edited_by, revision.published_by) == (editor, publisher)
    assert revision.state == RevisionState.PUBLISHED
    assert not revision.small_office
    assert procedure.state == ProcedureState.PUBLISHED
    with pytest.raises(WrongState):
        publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)


@pytest.mark.parametrize(("tier", "small"), [(Tier.PROVINCE, True), (Tier.COMMUNE, False)])
def test_nobody_publishes_what_they_edited_last(tier, small):
    person = both(UnitFactory(tier=tier, small_office=small))
    revision = draft(person)

    with pytest.raises(OwnEdit):
        publish_revision(revision_id=revision.pk, publisher=person, at=AT)

    revision.refresh_from_db()
    assert revision.state == RevisionState.IN_REVIEW


def test_in_a_commune_of_few_people_one_person_does_both_and_it_is_written_down():
    person = both(UnitFactory(tier=Tier.COMMUNE, small_office=True))
    revision = draft(person)

    publish_revision(revision_id=revision.pk, publisher=person, at=AT)

    revision.refresh_from_db()
    assert revision.small_office
    assert revision.published_by == person


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PUBLISHER}))
def test_no_other_role_publishes(role):
    revision = draft(StaffFactory(role=Role.EDITOR))
    other = StaffFactory(role=role, unit=UnitFactory())

    with pytest.raises(NotAPublisher):
        publish_revision(revision_id=revision.pk, publisher=other, at=AT)


def test_what_a_person_edited_does_not_go_out_without_a_person():
    revision = draft(StaffFactory(role=Role.EDITOR), state=RevisionState.DRAFT)

    with pytest.raises(NotAPublisher):
        publish_revision(revision_id=revision.pk, publisher=None, at=AT)


def test_the_database_refuses_the_same_person_twice():
    person = both(UnitFactory())
    revision = draft(person)

    with pytest.raises(IntegrityError, match="revision_published_by_another"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(published_by=person)


@pytest.mark.parametrize("state", [RevisionState.DRAFT, RevisionState.SCHEDULED])
def test_only_what_is_in_review_is_published_by_hand(state):
    editor, publisher = people()
    hour = {"publish_at": AT, "scheduled_by": publisher} if state == "SCHEDULED" else {}
    revision = draft(editor, state=state, **hour)

    with pytest.raises(WrongState):
        publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)


def test_not_even_the_database_lets_an_edited_draft_out_without_a_review():
    revision = draft(StaffFactory(role=Role.EDITOR), state=RevisionState.DRAFT)

    with pytest.raises(DatabaseError, match="no revision goes from"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(
            state=RevisionState.PUBLISHED, published_at=AT
        )


def test_what_has_changed_since_the_page_was_made_is_not_published():
    editor, publisher = people()
    revision = draft(editor, version=4)

    with pytest.raises(StaleRevision):
        publish_revision(revision_id=revision.pk, publisher=publisher, at=AT, version=3)


def test_the_form_goes_out_with_the_revision_and_keeps_its_first_day():
    editor, publisher = people()
    old = RevisionFactory()
    first = old.form_version.published_at
    revision = draft(editor)
    form = FormVersionFactory(procedure=revision.procedure, published_at=None)
    Revision.objects.filter(pk=revision.pk).update(form_version=form)

    publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)

    form.refresh_from_db()
    old.form_version.refresh_from_db()
    assert (form.published_at, old.form_version.published_at) == (AT, first)


def test_the_editor_is_told_that_it_is_out():
    editor, publisher = people()
    revision = draft(editor)

    publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)

    told = Notice.objects.filter(kind="revision-published")
    assert {one.recipient for one in told} == {editor}


def test_at_its_hour_a_scheduled_revision_publishes_itself_in_the_name_of_who_agreed():
    revision, publisher = scheduled()

    early = publish_due(at=AT + timedelta(minutes=59))
    due = publish_due(at=AT + timedelta(hours=1))
    again = publish_due(at=AT + timedelta(hours=2))

    revision.refresh_from_db()
    assert (early, due, again) == (0, 1, 0)
    assert revision.state == RevisionState.PUBLISHED
    assert revision.published_by == publisher
    assert revision.published_at == AT + timedelta(hours=1)
    assert revision.publish_at is None


def test_one_that_cannot_go_out_does_not_keep_the_next_one_back(monkeypatch, caplog):
    broken, _publisher = scheduled()
    fine, _other = scheduled(hours=2)
    original = publishing._publish

    def fail_first(revision, **asked):
        if revision.pk == broken.pk:
            raise DatabaseError
        return original(revision, **asked)

    monkeypatch.setattr(publishing, "_publish", fail_first)

    assert publish_due(at=AT + timedelta(hours=3)) == 1

    fine.refresh_from_db()
    assert fine.state == RevisionState.PUBLISHED
    assert "procedures.not-published-on-time" in caplog.text


def test_an_hour_that_has_passed_is_none():
    editor, publisher = people()

    with pytest.raises(NotInFuture):
        schedule_revision(
            revision_id=draft(editor).pk, publisher=publisher, publish_at=AT, at=AT, version=0
        )


def test_who_edited_last_does_not_schedule_either():
    person = both(UnitFactory(tier=Tier.PROVINCE))
    revision = draft(person)

    with pytest.raises(OwnEdit):
        schedule_revision(
            revision_id=revision.pk,
            publisher=person,
            publish_at=AT + timedelta(hours=1),
            at=AT,
            version=0,
        )


def test_an_hour_taken_back_publishes_nothing():
    revision, publisher = scheduled()

    unschedule_revision(revision_id=revision.pk, publisher=publisher, at=AT, version=1)

    assert publish_due(at=AT + timedelta(hours=2)) == 0
    revision.refresh_from_db()
    assert revision.state == RevisionState.IN_REVIEW


def test_an_edit_between_scheduling_and_its_hour_publishes_nothing():
    revision, _publisher = scheduled()
    Revision.objects.filter(pk=revision.pk).update(
        state=RevisionState.DRAFT, publish_at=None, scheduled_by=None
    )

    assert publishing._publish_one_due(revision_id=revision.pk, at=AT + timedelta(hours=2)) is False


def test_nothing_of_a_repealed_procedure_is_published():
    revision, publisher = scheduled()
    repealing.repeal_procedure(
        code=revision.procedure.code,
        decision="9/QĐ-UBND",
        decision_date=AT.date(),
        replaced_by="",
        publisher=publisher,
        at=AT,
    )

    assert publish_due(at=AT + timedelta(hours=2)) == 0
    with pytest.raises(IsRepealed):
        publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)
    revision.refresh_from_db()
    assert revision.state == RevisionState.DRAFT
    assert revision.procedure.state != ProcedureState.PUBLISHED
