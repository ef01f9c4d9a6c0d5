"""The draft of a procedure's next revision: who begins it, who changes it, what it starts from."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Role, Tier
from procedures.enums import ProcedureState, RevisionState
from procedures.models import PrintableForm, Revision
from procedures.services import drafting
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import (
    FeeRuleFactory,
    FieldFactory,
    ProcedureFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db


def begin(revision, editor):
    return drafting.open_draft(code=revision.procedure.code, editor=editor, at=timezone.now())


def edit(draft, editor, version):
    with transaction.atomic():
        return drafting.lock_for_edit(
            revision_id=draft.pk, version=version, editor=editor, at=timezone.now()
        )


def test_a_draft_says_what_is_published(editor):
    published = RevisionFactory()
    case = published.cases.get()
    FeeRuleFactory(case=case)
    paper = published.papers.first()
    PrintableForm.objects.create(
        revision=published, paper=paper, key="to-khai", name="Tờ khai", storage_key="x", size=1
    )

    draft = begin(published, editor)

    assert (draft.state, draft.number, draft.based_on) == (RevisionState.DRAFT, 2, published)
    assert draft.summary == published.summary
    copied = draft.cases.get()
    assert copied.pk != case.pk
    assert copied.key == case.key
    assert copied.times.count() == case.times.count()
    assert copied.fees.get().amount_vnd == case.fees.get().amount_vnd
    assert [one.key for one in draft.papers.all()] == [one.key for one in published.papers.all()]
    form = draft.printable_forms.get()
    assert form.paper.revision == draft
    assert published.printable_forms.get().paper == paper


def test_a_second_press_and_a_colleague_meet_the_same_draft(editor):
    published = RevisionFactory()

    first = begin(published, editor)

    assert begin(published, StaffFactory(role=Role.EDITOR)) == first


def test_the_database_keeps_a_second_draft_of_people_away(editor):
    draft = begin(RevisionFactory(), editor)

    with pytest.raises(IntegrityError):
        Revision.objects.create(
            procedure=draft.procedure, number=3, name=draft.name, edited_by=editor
        )


def test_an_edit_voids_the_review(editor):
    draft = begin(RevisionFactory(), editor)
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=editor, sent_at=timezone.now()
    )
    colleague = StaffFactory(role=Role.EDITOR)

    changed = edit(draft, colleague, version=0)

    changed.refresh_from_db()
    assert (changed.state, changed.edited_by, changed.version) == (
        RevisionState.DRAFT,
        colleague,
        1,
    )


def test_a_page_made_before_a_colleagues_edit_changes_nothing(editor):
    draft = begin(RevisionFactory(), editor)
    edit(draft, editor, version=0)

    with pytest.raises(drafting.StaleRevision):
        edit(draft, editor, version=0)


def test_what_is_published_is_not_edited(editor):
    with pytest.raises(drafting.NotEditable):
        edit(RevisionFactory(), editor, version=0)


def test_a_new_procedure_is_listed_with_an_empty_draft(editor):
    draft = drafting.create_procedure(
        code="1.999001",
        name="Cấp giấy thử",
        field=FieldFactory(),
        tiers=[Tier.COMMUNE],
        editor=editor,
        at=timezone.now(),
    )

    assert draft.procedure.state == ProcedureState.LISTED
    assert draft.cases.get().is_default


@pytest.mark.parametrize(
    ("code", "refusal"),
    [("1.999001", drafting.CodeTaken), ("khai sinh", drafting.BadCode), ("1.12", drafting.BadCode)],
)
def test_a_code_that_is_taken_or_none_is_refused(editor, code, refusal):
    ProcedureFactory(code="1.999001")

    with pytest.raises(refusal):
        drafting.create_procedure(
            code=code,
            name="Cấp giấy thử",
            field=FieldFactory(),
            tiers=[Tier.COMMUNE],
            editor=editor,
            at=timezone.now(),
        )


def test_a_repealed_procedure_gets_no_draft(editor):
    gone = ProcedureFactory(state=ProcedureState.REPEALED)

    with pytest.raises(drafting.IsRepealed):
        drafting.open_draft(code=gone.code, editor=editor, at=timezone.now())


def test_a_thrown_away_draft_leaves_what_is_published(editor):
    published = RevisionFactory()
    draft = begin(published, editor)

    drafting.discard_draft(revision_id=draft.pk, version=0, editor=editor, at=timezone.now())

    published.procedure.refresh_from_db()
    assert published.procedure.current_revision == published
    assert list(published.procedure.revisions.all()) == [published]
