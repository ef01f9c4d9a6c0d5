"""Handing in: one draft is one dossier, checked again, pinned, told, and emptied."""

import json
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from accounts.services.limits import TooManyRequests
from dossiers import filing, transitions
from dossiers.enums import DossierState, PartyRole, Relation, SlipKind
from dossiers.filing import FilingStep
from dossiers.models import Dossier, Draft
from dossiers.services import draft_papers, draft_steps, drafting, submission
from procedures.enums import FeeMoment
from procedures.models import Offer
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import HANOI, MONDAY_9AM
from tests.factories.filing import PAGE, photo, place, ready_draft
from tests.factories.procedures import (
    FeeRuleFactory,
    changing_published,
)

pytestmark = pytest.mark.django_db


def submit(draft, **changes):
    given = {
        "draft_id": draft.pk,
        "owner": draft.owner,
        "key": draft.submission_key,
        "at": MONDAY_9AM,
    }
    return submission.submit_dossier(**{**given, **changes})


def test_submit_stores_the_dossier_with_what_was_promised():
    where = place()
    draft = ready_draft(where, files=2)

    dossier = submit(draft)

    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.code == f"{where.office.agency.code}-260302-0001"
    assert dossier.state == DossierState.SUBMITTED
    assert dossier.receiving_unit == where.office.desk
    assert dossier.deciding_unit == where.office.agency
    # 09:00 on a Monday, 07:30-11:30 and 13:30-17:00: 2,5 + 3,5 hours today, 2 tomorrow.
    assert dossier.answer_due_at == datetime(2026, 3, 3, 9, 30, tzinfo=HANOI)
    assert dossier.offer_snapshot == {
        "level": 3,
        "mode": "PARTIAL",
        "returns": ["COUNTER", "ONLINE"],
        "decision_number": "02/QĐ-UBND",
        "time": {"amount": 5, "unit": "WORKING_DAYS", "cut_off": None},
        "fee_moment": "AFTER_ACCEPTANCE",
        "fees": [],
    }
    assert dossier.answers == {"ly_do": "Nhập học"}
    assert dossier.revision == where.procedure.current_revision
    assert dossier.workflow_version == where.offer.workflow_version
    assert [
        (p.paper_key, p.position) for p in dossier.papers.order_by("paper_key", "position")
    ] == [
        ("can-cuoc", 0),
        ("can-cuoc", 1),
        ("giay-chung-sinh", 0),
        ("giay-chung-sinh", 1),
    ]


def test_submit_opens_reception_records_the_event_and_issues_papers():
    dossier = submit(ready_draft(place()))

    [step] = dossier.steps.all()
    [event] = dossier.events.all()
    assert (step.key, step.unit, step.due_at) == (
        "reception",
        dossier.receiving_unit,
        dossier.answer_due_at,
    )
    assert event.data["papers"] == {"giay-chung-sinh": 1, "can-cuoc": 1}
    assert "Lan" not in json.dumps(event.data, ensure_ascii=False)
    assert transitions.first_broken_event(dossier) is None
    assert {slip.kind for slip in dossier.slips.all()} == {SlipKind.PROOF, SlipKind.DECLARATION}


def test_submit_names_the_account_holder_as_submitter_and_applicant():
    draft = ready_draft(place())

    dossier = submit(draft)

    submitter, applicant = (
        dossier.parties.get(role=role) for role in (PartyRole.SUBMITTER, PartyRole.APPLICANT)
    )
    assert submitter.identity_number == applicant.identity_number == draft.owner.identity_number
    assert submitter.phone == "84912345678"
    assert applicant.relation == Relation.SELF
    assert applicant.folded_name == "nguyen thi lan"


def test_submit_for_a_minor_child_puts_the_child_in_front_and_seals_its_number():
    where = place()
    draft = ready_draft(where)
    draft_steps.save_people(
        draft_id=draft.pk,
        owner=draft.owner,
        at=MONDAY_9AM,
        page=PAGE,
        is_final=True,
        typed={
            "relation": "MINOR_CHILD",
            "child_name": "Trần  An Nhiên",
            "child_born": "1/2/2020",
            "child_identity": "031320000017",
        },
    )
    drafting.finish_step(
        draft_id=draft.pk, owner=draft.owner, step=FilingStep.REVIEW, at=MONDAY_9AM
    )

    dossier = submit(draft)

    applicant = dossier.parties.get(role=PartyRole.APPLICANT)
    assert (applicant.name, applicant.relation) == ("Trần An Nhiên", Relation.MINOR_CHILD)
    assert applicant.identity_number == "031320000017"
    assert applicant.phone == ""
    assert dossier.applicant_name == "Trần An Nhiên"
    assert dossier.applicant_folded == "tran an nhien"


def test_submit_empties_the_draft():
    draft = ready_draft(place())

    submit(draft)

    draft.refresh_from_db()
    assert draft.submitted_at == MONDAY_9AM
    assert (draft.answers, draft.applicant, draft.sealed, draft.return_address) == (
        {},
        {},
        None,
        "",
    )
    assert not draft.papers.exists()


def test_submit_twice_is_one_dossier():
    draft = ready_draft(place())

    first, second = submit(draft), submit(draft, at=MONDAY_9AM + timedelta(hours=1))

    assert first == second
    assert Dossier.objects.count() == 1


def test_a_strangers_draft_or_another_key_is_absent():
    draft = ready_draft(place())

    for changes in ({"owner": CitizenFactory()}, {"key": uuid4()}, {"draft_id": uuid4()}):
        with pytest.raises(drafting.DraftMissing):
            submit(draft, **changes)

    assert not Dossier.objects.exists()


def test_submit_refuses_when_the_offer_has_ended_and_keeps_the_draft():
    where = place()
    draft = ready_draft(where)
    Offer.objects.update(valid_until=MONDAY_9AM.date() - timedelta(days=1))

    with pytest.raises(drafting.ProcedureClosed):
        submit(draft)

    draft.refresh_from_db()
    assert draft.submitted_at is None
    assert draft.answers == {"ly_do": ["Nhập học"]}


@pytest.mark.parametrize("step", ["co-quan", "nguoi", "to-khai.chung", "giay-to", "xem-lai"])
def test_submit_checks_every_step_again(step):
    draft = ready_draft(place())
    Draft.objects.filter(pk=draft.pk).update(
        done_steps=[mark for mark in draft.done_steps if mark != step]
    )

    with pytest.raises(submission.NotComplete) as caught:
        submit(draft)

    assert caught.value.place.mark == step
    assert not Dossier.objects.exists()


def test_submit_trusts_no_stored_mark_of_a_step_done():
    draft = ready_draft(place())
    Draft.objects.filter(pk=draft.pk).update(answers={"ly_do": ["x" * 300]})

    with pytest.raises(submission.NotComplete) as caught:
        submit(draft)

    assert caught.value.place.mark == "to-khai.chung"
    assert caught.value.problems


def test_submit_pins_fees_and_waits_for_those_due_at_filing():
    where = place()
    revision = where.procedure.current_revision
    FeeRuleFactory(case=revision.cases.get(), amount_vnd=30_000)
    with_moment(revision, FeeMoment.AT_FILING)
    draft = ready_draft(where)

    dossier = submit(draft)

    assert dossier.state == DossierState.PAYMENT
    assert dossier.offer_snapshot["fees"][0]["amount_vnd"] == 30_000
    [obligation] = dossier.obligations.all()
    assert (obligation.amount_vnd, obligation.blocks_work) == (30_000, True)


def test_submit_is_limited_per_procedure():
    where, owner = place(), CitizenFactory()
    for _number in range(5):
        submit(ready_draft(where, owner))

    with pytest.raises(TooManyRequests):
        submit(ready_draft(where, owner))

    assert Dossier.objects.count() == 5


def test_submit_takes_the_same_number_of_queries_however_many_files(
    django_assert_max_num_queries, django_assert_num_queries
):
    where = place()
    one, many = ready_draft(where), ready_draft(where, files=4)

    with django_assert_max_num_queries(40) as counted:
        submit(one)
    with django_assert_num_queries(len(counted)):
        submit(many)


def test_files_of_another_case_are_kept_but_not_handed_in():
    draft = ready_draft(place())
    paper = draft.revision.papers.get(key="can-cuoc")
    with changing_published():
        type(paper).objects.filter(pk=paper.pk).update(case_keys=["khac"])

    dossier = submit(draft)

    assert {link.paper_key for link in dossier.papers.all()} == {"giay-chung-sinh"}


def test_the_last_page_is_reached_only_when_all_is_done():
    draft = ready_draft(place())
    page = filing.load(draft, today=MONDAY_9AM.date())

    assert filing.first_incomplete(page, filing.judge(page)).step is FilingStep.SUBMIT

    link = draft.papers.first()
    draft_papers.remove_file(
        draft_id=draft.pk, owner=draft.owner, file_id=link.file_id, at=MONDAY_9AM
    )
    draft.refresh_from_db()
    page = filing.load(draft, today=MONDAY_9AM.date())
    assert filing.first_incomplete(page, filing.judge(page)).step is FilingStep.PAPERS
    draft_papers.add_upload(
        draft_id=draft.pk,
        owner=draft.owner,
        paper_key=link.paper_key,
        upload=photo(),
        name="lai.jpg",
        at=MONDAY_9AM,
    )
    draft.refresh_from_db()
    page = filing.load(draft, today=MONDAY_9AM.date())
    # What the review showed has changed: it must be read again.
    assert filing.first_incomplete(page, filing.judge(page)).step is FilingStep.REVIEW


def with_moment(revision, moment):
    with changing_published():
        type(revision).objects.filter(pk=revision.pk).update(fee_moment=moment)
