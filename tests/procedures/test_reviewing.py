"""A draft handed to whoever publishes, and back; an edit takes it back by itself."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from accounts.enums import Role
from portal.notices.enums import Medium
from portal.notices.models import Notice
from procedures.enums import RevisionState
from procedures.models import Revision
from procedures.policies import NotAnEditor, NotAPublisher
from procedures.services import drafting, reviewing
from procedures.services.drafting import IsRepealed
from procedures.services.locking import WrongState
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import ProcedureFactory, RevisionFactory

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)


@pytest.fixture
def reviewer():
    return StaffFactory(role=Role.PUBLISHER)


@pytest.fixture
def draft(editor):
    return drafting.open_draft(code=RevisionFactory().procedure.code, editor=editor, at=AT)


def sent(draft, editor):
    return reviewing.send_to_review(revision_id=draft.pk, editor=editor, at=AT, version=0)


def test_a_complete_draft_waits_for_review_and_reviewers_are_told(draft, editor, reviewer):
    sent(draft, editor)

    draft.refresh_from_db()
    assert (draft.state, draft.sent_by, draft.sent_at) == (RevisionState.IN_REVIEW, editor, AT)
    told = Notice.objects.filter(kind="revision-waiting")
    assert {one.recipient for one in told} == {reviewer}
    assert draft.procedure.code in told.first().body


def test_an_incomplete_draft_is_refused_with_what_it_lacks(draft, editor):
    Revision.objects.filter(pk=draft.pk).update(decision_number="", legal_grounds=[])

    with pytest.raises(reviewing.Incomplete) as refused:
        sent(draft, editor)

    said = {str(gap) for gap in refused.value.gaps}
    assert said == {"Thiếu căn cứ pháp lý.", "Thiếu quyết định công bố."}
    draft.refresh_from_db()
    assert draft.state == RevisionState.DRAFT


def test_a_second_press_sends_nothing_again(draft, editor, reviewer):
    sent(draft, editor)

    with pytest.raises(WrongState):
        sent(draft, editor)

    assert Notice.objects.filter(kind="revision-waiting", medium=Medium.IN_APP).count() == 1


def test_who_has_another_role_sends_nothing(draft):
    with pytest.raises(NotAnEditor):
        sent(draft, StaffFactory(role=Role.CLERK))


def test_what_an_import_left_is_taken_over_before_it_is_sent(editor):
    procedure = ProcedureFactory()
    left = Revision.objects.create(procedure=procedure, number=1, name=procedure.name)

    with pytest.raises(WrongState):
        reviewing.send_to_review(revision_id=left.pk, editor=editor, at=AT)


def test_a_reviewer_sends_back_with_a_reason_that_the_editor_reads(draft, editor, reviewer):
    sent(draft, editor)

    reviewing.send_back(
        revision_id=draft.pk, reviewer=reviewer, reason=" Thiếu mức phí. ", at=AT, version=1
    )

    draft.refresh_from_db()
    assert (draft.state, draft.review_note) == (RevisionState.DRAFT, "Thiếu mức phí.")
    told = Notice.objects.filter(kind="revision-returned")
    assert {one.recipient for one in told} == {editor}
    assert "Thiếu mức phí." in told.first().body


def test_without_a_reason_nothing_is_sent_back(draft, editor, reviewer):
    sent(draft, editor)

    with pytest.raises(reviewing.NoReason):
        reviewing.send_back(revision_id=draft.pk, reviewer=reviewer, reason="  ", at=AT)


def test_an_editor_sends_nothing_back(draft, editor):
    sent(draft, editor)

    with pytest.raises(NotAPublisher):
        reviewing.send_back(revision_id=draft.pk, reviewer=editor, reason="Sửa", at=AT)


def test_an_editor_takes_back_what_nobody_has_decided_on(draft, editor):
    sent(draft, editor)

    reviewing.withdraw_from_review(revision_id=draft.pk, editor=editor, at=AT, version=1)

    draft.refresh_from_db()
    assert draft.state == RevisionState.DRAFT
    with pytest.raises(WrongState):
        reviewing.withdraw_from_review(revision_id=draft.pk, editor=editor, at=AT)


def test_sending_again_clears_what_the_reviewer_said(draft, editor, reviewer):
    sent(draft, editor)
    reviewing.send_back(revision_id=draft.pk, reviewer=reviewer, reason="Sửa phí", at=AT)

    reviewing.send_to_review(revision_id=draft.pk, editor=editor, at=AT)

    draft.refresh_from_db()
    assert draft.review_note == ""


def test_a_page_from_before_the_sending_changes_nothing(draft, editor):
    """Its reader was not told that the next edit voids a review."""
    sent(draft, editor)

    with pytest.raises(drafting.StaleRevision), transaction.atomic():
        drafting.lock_for_edit(revision_id=draft.pk, version=0, editor=editor, at=AT)


def test_nothing_of_a_repealed_procedure_is_sent(draft, editor):
    procedure = draft.procedure
    procedure.state = "REPEALED"
    procedure.save(update_fields=["state"])

    with pytest.raises(IsRepealed):
        sent(draft, editor)
