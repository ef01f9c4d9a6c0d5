"""Several sweeps at the hour that was agreed on: one publishes, once."""

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db.models import QuerySet

from accounts.enums import Role
from portal.notices.enums import Medium
from portal.notices.models import Notice
from procedures.enums import RevisionState
from procedures.models import Revision
from procedures.services import drafting, publishing, reviewing
from procedures.services.locking import WrongState
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import RevisionFactory
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
HOUR = AT + timedelta(hours=1)


def in_review():
    editor = StaffFactory(role=Role.EDITOR)
    draft = drafting.open_draft(code=RevisionFactory().procedure.code, editor=editor, at=AT)
    return reviewing.send_to_review(revision_id=draft.pk, editor=editor, at=AT)


def scheduled():
    return publishing.schedule_revision(
        revision_id=in_review().pk,
        publisher=StaffFactory(role=Role.PUBLISHER),
        publish_at=HOUR,
        at=AT,
        version=None,
    )


def all_have_found_it(monkeypatch, count):
    """Let nobody go on after looking for what is due before everybody has looked."""
    gate = Barrier(count, timeout=30)
    original = publishing._publish_one_due

    def wait_for_all(**asked):
        gate.wait()
        return original(**asked)

    monkeypatch.setattr(publishing, "_publish_one_due", wait_for_all)


def published_notices():
    return Notice.objects.filter(kind="revision-published", medium=Medium.IN_APP).count()


def test_sweeps_that_all_find_it_publish_it_once(monkeypatch):
    revision = scheduled()
    all_have_found_it(monkeypatch, 4)

    seen = at_once([partial(publishing.publish_due, at=HOUR)] * 4)

    revision.refresh_from_db()
    assert sorted(seen) == [0, 0, 0, 1]
    assert revision.state == RevisionState.PUBLISHED
    # The version counts what was done to it.
    assert revision.version == 3


def test_control_without_the_lock_every_sweep_would_publish_it(monkeypatch):
    scheduled()
    all_have_found_it(monkeypatch, 4)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: self)
    gate, original, reached = Barrier(4, timeout=30), publishing._publish, []

    def publish_once_all_are_here(revision, **asked):
        reached.append(revision.pk)
        gate.wait()
        return original(revision, **asked)

    monkeypatch.setattr(publishing, "_publish", publish_once_all_are_here)

    at_once([partial(publishing.publish_due, at=HOUR)] * 4)

    assert len(reached) == 4


def test_two_publishers_press_at_once_and_one_is_told():
    revision = in_review()
    people = [StaffFactory(role=Role.PUBLISHER) for _each in range(4)]

    seen = at_once(
        [
            partial(publishing.publish_revision, revision_id=revision.pk, publisher=one, at=HOUR)
            for one in people
        ]
    )

    assert [type(one) for one in seen].count(WrongState) == 3
    assert published_notices() == 1


def test_an_edit_and_the_hour_at_once_leave_either_a_draft_or_what_was_reviewed():
    revision = scheduled()
    editor = StaffFactory(role=Role.EDITOR)
    edit = partial(
        drafting.discard_draft,
        revision_id=revision.pk,
        version=revision.version,
        editor=editor,
        at=HOUR,
    )

    edited, swept = at_once([edit, partial(publishing.publish_due, at=HOUR)])

    went_out = Revision.objects.filter(pk=revision.pk, state=RevisionState.PUBLISHED).exists()
    assert went_out == (swept == 1) == isinstance(edited, drafting.NotEditable)
