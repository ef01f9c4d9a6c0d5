"""The e-form of a draft: its own copy, through one gate, and what is published never changes."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.enums import Role
from procedures.eform import editing
from procedures.eform.schema import FormDefinitionError
from procedures.enums import RevisionState
from procedures.models import FormVersion, Revision
from procedures.services import drafting, eform_editing as forms
from procedures.services.publishing import publish_revision
from procedures.services.reviewing import send_to_review
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import (
    FORM_DEFINITION,
    FormVersionFactory,
    ProcedureFactory,
    RevisionFactory,
)

pytestmark = pytest.mark.django_db

DATE = {"type": "date", "label": "Ngày cần giấy"}


@pytest.fixture
def draft(editor):
    published = RevisionFactory()
    assert published.form_version.published_at
    return drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())


def page(draft, editor=None, version=None):
    fresh = Revision.objects.get(pk=draft.pk)
    return forms.Page(
        revision_id=draft.pk,
        version=fresh.version if version is None else version,
        editor=editor or fresh.edited_by,
        at=timezone.now(),
    )


def add_date(definition):
    return editing.add_field(definition, DATE, section="chung")[0]


def without_form(editor):
    published = RevisionFactory(form_version=None, procedure__code="1.999777")
    return drafting.open_draft(code=published.procedure.code, editor=editor, at=timezone.now())


def test_the_first_edit_copies_what_is_published_and_the_next_ones_change_the_copy(draft):
    published = draft.based_on.form_version
    assert draft.form_version == published

    forms.change_form(page(draft), change=add_date)
    forms.change_form(page(draft), change=add_date)

    draft.refresh_from_db()
    published.refresh_from_db()
    assert published.definition == FORM_DEFINITION
    assert draft.form_version != published
    assert draft.form_version.published_at is None
    assert draft.form_version.number == published.number + 1
    fields = draft.form_version.definition["sections"][0]["fields"]
    assert [one["key"] for one in fields] == ["ly_do", "ngay_can_giay", "ngay_can_giay_2"]
    assert FormVersion.objects.filter(procedure=draft.procedure).count() == 2


def test_every_change_passes_the_gate(draft):
    Revision.objects.filter(pk=draft.pk).update(
        state=RevisionState.IN_REVIEW, sent_by=draft.edited_by, sent_at=timezone.now()
    )
    colleague = StaffFactory(role=Role.EDITOR)

    forms.change_form(page(draft, colleague), change=add_date)

    draft.refresh_from_db()
    assert (draft.state, draft.edited_by, draft.version) == (RevisionState.DRAFT, colleague, 1)


@pytest.mark.parametrize(
    "act",
    [
        lambda at: forms.change_form(at, change=add_date),
        lambda at: forms.begin_form(at, is_standard=False),
        lambda at: forms.copy_form(at, code="1.1"),
        lambda at: forms.import_form(at, content=json.dumps(FORM_DEFINITION).encode()),
        forms.drop_form,
    ],
)
def test_a_page_of_before_changes_nothing(draft, act):
    old = page(draft)
    forms.change_form(old, change=add_date)
    before = Revision.objects.get(pk=draft.pk).form_version.definition

    with pytest.raises(drafting.StaleRevision):
        act(old)
    with pytest.raises(drafting.NotEditable):
        act(page(draft.based_on, draft.edited_by))

    assert Revision.objects.get(pk=draft.pk).form_version.definition == before


def test_a_refused_change_leaves_the_draft_as_it_was(draft):
    with pytest.raises(editing.EditError):
        forms.change_form(page(draft), change=lambda form: editing.remove_field(form, "ly_do"))

    draft.refresh_from_db()
    assert (draft.version, draft.form_version) == (0, draft.based_on.form_version)


def test_the_copy_goes_with_the_draft_and_what_is_published_stays(draft):
    forms.change_form(page(draft), change=add_date)

    at = page(draft)
    drafting.discard_draft(revision_id=draft.pk, version=at.version, editor=at.editor, at=at.at)

    assert list(FormVersion.objects.all()) == [draft.based_on.form_version]


def test_a_draft_thrown_away_untouched_takes_nothing_along(draft):
    drafting.discard_draft(
        revision_id=draft.pk, version=0, editor=draft.edited_by, at=timezone.now()
    )

    assert FormVersion.objects.count() == 1


def test_an_unpublished_form_of_two_revisions_is_copied_not_changed(draft):
    shared = FormVersionFactory(procedure=draft.procedure, number=7, published_at=None)
    Revision.objects.filter(pk=draft.pk).update(form_version=shared)
    Revision.objects.create(procedure=draft.procedure, number=9, name="Nhập", form_version=shared)

    forms.change_form(page(draft), change=add_date)

    shared.refresh_from_db()
    assert shared.definition == FORM_DEFINITION
    draft.refresh_from_db()
    assert draft.form_version.number == 8


def test_publishing_closes_the_form_for_ever(draft):
    forms.change_form(page(draft), change=add_date)
    publisher = StaffFactory(role=Role.PUBLISHER)
    at = timezone.now() + timedelta(minutes=1)

    draft.refresh_from_db()
    send_to_review(revision_id=draft.pk, editor=draft.edited_by, at=at)
    publish_revision(revision_id=draft.pk, publisher=publisher, at=at)

    draft.refresh_from_db()
    assert draft.form_version.published_at == at
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        FormVersion.objects.filter(pk=draft.form_version_id).update(name="Khác")
    earlier = draft.based_on.form_version
    assert earlier.published_at < at


def test_one_begins_from_one_question_or_from_the_standard_form(editor):
    draft = without_form(editor)

    forms.begin_form(page(draft), is_standard=False)
    draft.refresh_from_db()
    assert len(draft.form_version.definition["sections"]) == 1

    with pytest.raises(forms.HasForm):
        forms.begin_form(page(draft), is_standard=True)
    forms.drop_form(page(draft))
    forms.begin_form(page(draft), is_standard=True)
    draft.refresh_from_db()
    assert len(draft.form_version.definition["sections"]) == 2
    assert FormVersion.objects.filter(procedure=draft.procedure).count() == 1


def test_one_begins_from_what_another_procedure_publishes(editor):
    draft = without_form(editor)
    other = RevisionFactory(procedure__code="1.999001")
    other.procedure.current_revision = other
    other.procedure.save(update_fields=["current_revision"])

    with pytest.raises(forms.NothingToCopy):
        forms.copy_form(page(draft), code=ProcedureFactory(code="1.999002").code)
    forms.copy_form(page(draft), code="1.999001")

    draft.refresh_from_db()
    assert draft.form_version.procedure == draft.procedure
    assert draft.form_version.definition == {**FORM_DEFINITION}


def test_dropping_leaves_what_is_published(draft):
    forms.drop_form(page(draft))

    draft.refresh_from_db()
    assert draft.form_version is None
    assert draft.based_on.form_version is not None
    with pytest.raises(forms.NoForm):
        forms.change_form(page(draft), change=add_date)


def test_a_file_replaces_the_form(draft):
    other = {**FORM_DEFINITION, "title": "Tờ khai từ tệp"}

    forms.import_form(page(draft), content=json.dumps(other).encode("utf-8-sig"))

    draft.refresh_from_db()
    assert (draft.form_version.name, draft.form_version.definition) == ("Tờ khai từ tệp", other)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "dòng 1, cột 1"),
        (b'{"version": 1,\n "title": }', "dòng 2"),
        (b"\xff\xfe", "UTF-8"),
        (b"[" * 100_000, "không phải"),
        (b"9" * 5_000, "không phải"),
        (b" " * 1_000_001, "1 MB"),
        (b'{"version": 1, "title": "\\ud800", "sections": []}', "không lưu được"),
        (b'{"version": 1, "title": "a\\u0000", "sections": []}', "không lưu được"),
        (b"NaN", "type|kiểu"),
        (b'{"version": 1, "title": "T", "sections": []}', "sections"),
    ],
)
def test_a_file_that_is_no_form_is_refused_with_its_place(draft, content, words):
    with pytest.raises(FormDefinitionError, match=words):
        forms.import_form(page(draft), content=content)

    draft.refresh_from_db()
    assert draft.version == 0
