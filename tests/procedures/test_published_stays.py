"""What was published stays as it was, whoever would change it, and by whatever way."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.enums import Role
from procedures.models import PrintableForm, Revision
from procedures.services import drafting
from tests.factories.accounts import StaffFactory
from tests.factories.procedures import FeeRuleFactory, RevisionFactory, WorkflowVersionFactory

pytestmark = pytest.mark.django_db


def published():
    revision = RevisionFactory()
    FeeRuleFactory(case=revision.cases.get())
    PrintableForm.objects.create(
        revision=revision, key="to-khai", name="Tờ khai", storage_key="x", size=1
    )
    WorkflowVersionFactory(procedure=revision.procedure)
    return revision


# By what each row is called, how to find it, and a change of it.
ROWS = {
    "case": (lambda revision: revision.cases.all(), {"name": "Khác"}),
    "time": (lambda revision: revision.cases.get().times.all(), {"amount": 99}),
    "fee": (lambda revision: revision.cases.get().fees.all(), {"amount_vnd": 1}),
    "paper": (lambda revision: revision.papers.all(), {"originals": 9}),
    "printable form": (lambda revision: revision.printable_forms.all(), {"name": "Khác"}),
    "e-form": (lambda revision: revision.procedure.form_versions.all(), {"definition": {}}),
    "workflow": (lambda revision: revision.procedure.workflow_versions.all(), {"steps": []}),
    "revision": (lambda revision: Revision.objects.filter(pk=revision.pk), {"summary": "Khác"}),
}


def refused(act):
    with pytest.raises(DatabaseError, match="immutable"), transaction.atomic():
        act()


@pytest.mark.parametrize("row", ROWS)
def test_nothing_of_a_published_revision_is_changed_or_deleted(row):
    find, change = ROWS[row]
    rows = find(published())
    assert rows.exists()

    refused(lambda: rows.update(**change))
    refused(lambda: rows._raw_delete(rows.db))


@pytest.mark.parametrize("row", ["case", "time", "fee", "paper", "printable form"])
def test_what_is_superseded_stays_as_well_and_a_draft_does_not(row):
    revision = published()
    draft = drafting.open_draft(
        code=revision.procedure.code,
        editor=StaffFactory(role=Role.EDITOR),
        at=timezone.now(),
    )
    Revision.objects.filter(pk=revision.pk).update(state="SUPERSEDED")
    find, change = ROWS[row]

    refused(lambda: find(revision).update(**change))
    assert find(draft).update(**change)
    assert find(draft).delete()[0]


@pytest.mark.parametrize("state", ["DRAFT", "IN_REVIEW", "SCHEDULED"])
def test_what_was_published_is_never_a_draft_again(state):
    revision = RevisionFactory()

    with pytest.raises(DatabaseError, match="no revision goes from"), transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(state=state)
