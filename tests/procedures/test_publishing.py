"""Publishing a revision: whoever edited it last is not the one who lets the public see it."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role, Tier
from procedures.enums import ProcedureState, RevisionState
from procedures.models import Revision
from procedures.services.publishing import (
    NotADraft,
    NotAPublisher,
    OwnEdit,
    publish_revision,
)
from tests.factories.accounts import StaffFactory, StaffRoleFactory, UnitFactory
from tests.factories.procedures import ProcedureFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)


def both(unit):
    """Somebody who edits and publishes in the same unit."""
    person = StaffFactory(role=Role.EDITOR, unit=unit)
    StaffRoleFactory(user=person, role=Role.PUBLISHER, unit=unit)
    return person


def draft(edited_by):
    procedure = ProcedureFactory()
    return Revision.objects.create(
        procedure=procedure, number=1, name=procedure.name, edited_by=edited_by
    )


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
    with pytest.raises(NotADraft):
        publish_revision(revision_id=revision.pk, publisher=publisher, at=AT)


@pytest.mark.parametrize(("tier", "small"), [(Tier.PROVINCE, True), (Tier.COMMUNE, False)])
def test_nobody_publishes_what_they_edited_last(tier, small):
    person = both(UnitFactory(tier=tier, small_office=small))
    revision = draft(person)

    with pytest.raises(OwnEdit):
        publish_revision(revision_id=revision.pk, publisher=person, at=AT)

    revision.refresh_from_db()
    assert revision.state == RevisionState.DRAFT


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
    revision = draft(StaffFactory(role=Role.EDITOR))

    with pytest.raises(NotAPublisher):
        publish_revision(revision_id=revision.pk, publisher=None, at=AT)


def test_the_database_refuses_the_same_person_twice():
    person = both(UnitFactory())
    revision = draft(person)

    with pytest.raises(IntegrityError, match="revision_published_by_another"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(published_by=person)
