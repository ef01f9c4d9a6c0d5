"""Filing a procedure without an e-form of its own: the printed form is filled in and uploaded."""

import pytest

from dossiers import filing
from dossiers.filing import FilingStep
from dossiers.models import Dossier, DraftPaper
from dossiers.services import drafting, submission
from procedures.enums import PaperSource
from tests.factories.dossiers import MONDAY_9AM, StoredFileFactory
from tests.factories.filing import TODAY, place, ready_draft
from tests.factories.procedures import PaperFactory, RevisionFactory

pytestmark = pytest.mark.django_db


def test_without_an_own_form_the_printed_one_is_uploaded_and_filed():
    revision = RevisionFactory(form_version=None)
    PaperFactory(revision=revision, key="to-khai", name="Tờ khai", source=PaperSource.EFORM)
    draft = ready_draft(place(procedure=revision.procedure))

    page = filing.load(draft, today=TODAY)
    assert FilingStep.FORM not in page.steps
    assert filing.missing_papers(page) == ["Thêm tệp cho “Tờ khai”."]

    DraftPaper.objects.create(
        draft=draft, paper_key="to-khai", file=StoredFileFactory(uploaded_by=draft.owner)
    )
    for step in (FilingStep.PAPERS, FilingStep.REVIEW):
        drafting.finish_step(draft_id=draft.pk, owner=draft.owner, at=MONDAY_9AM, step=step)
    sent = {"draft_id": draft.pk, "owner": draft.owner, "key": draft.submission_key}
    submission.submit_dossier(**sent, at=MONDAY_9AM)

    dossier = Dossier.objects.get(procedure=revision.procedure)
    assert dossier.form_version is None
    assert dossier.answers == {}
    assert dossier.papers.filter(paper_key="to-khai").exists()
