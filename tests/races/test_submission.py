"""Handing in at once: one key is one dossier, one agency and day never gives a code twice."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from accounts.models import NumberSeries
from dossiers import attachments, codes
from dossiers.models import Dossier, Draft
from dossiers.models.draft import DraftQuerySet
from dossiers.services import draft_papers, submission
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import PAPERS, new_draft, photo, place, ready_draft
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def submit(draft):
    return submission.submit_dossier(
        draft_id=draft.pk, owner=draft.owner, key=draft.submission_key, at=MONDAY_9AM
    )


@pytest.fixture
def no_limits(monkeypatch):
    monkeypatch.setattr("accounts.services.limits.require", lambda *_key, **_at: None)


@pytest.mark.usefixtures("no_limits")
def test_twenty_parallel_submits_with_one_key_are_one_dossier():
    draft = ready_draft(place())

    outcomes = at_once([lambda: submit(draft)] * 20, workers=20)

    assert {outcome.pk for outcome in outcomes} == {Dossier.objects.get().pk}
    assert Dossier.objects.get().events.count() == 1
    assert Dossier.objects.get().papers.count() == len(PAPERS)


@pytest.mark.usefixtures("no_limits")
def test_without_the_lock_parallel_submits_collide(monkeypatch):
    """The negative control: the race above is real, and the unique key is the last guard."""
    draft = ready_draft(place())
    monkeypatch.setattr(DraftQuerySet, "locked", lambda self: self)

    outcomes = at_once([lambda: submit(draft)] * 20, workers=20)

    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)
    assert Dossier.objects.count() == 1


def copies_of(draft, count):
    """Make more drafts of other citizens with the same content."""
    drafts = [draft]
    for _number in range(count - 1):
        owner = CitizenFactory()
        copy = Draft.objects.get(pk=draft.pk)
        fresh = new_draft_like(copy, owner)
        for link in draft.papers.all():
            fresh.papers.create(paper_key=link.paper_key, file=link.file, position=link.position)
        drafts.append(fresh)
    return drafts


def new_draft_like(draft, owner):
    blank = Draft(owner=owner)
    names = {"id", "owner", "submission_key"}
    for field in Draft._meta.concrete_fields:
        if field.name not in names:
            setattr(blank, field.attname, getattr(draft, field.attname))
    blank.save(force_insert=True)
    return blank


@pytest.mark.usefixtures("no_limits")
def test_two_hundred_parallel_submits_of_one_agency_and_day_have_distinct_codes():
    where = place()
    drafts = copies_of(ready_draft(where), 200)

    outcomes = at_once([lambda draft=draft: submit(draft) for draft in drafts])

    agency = where.office.agency.code
    assert sorted(dossier.code for dossier in outcomes) == [
        f"{agency}-260302-{number:04d}" for number in range(1, 201)
    ]


@pytest.mark.usefixtures("no_limits")
def test_counting_the_codes_that_exist_collides(monkeypatch):
    """The negative control: `max() + 1` in place of the series gives a code twice."""
    where = place()
    drafts = copies_of(ready_draft(where), 24)

    def greatest_and_one(*, unit_id, kind, period):
        return Dossier.objects.count() + 1

    monkeypatch.setattr(codes, "next_number", greatest_and_one)

    outcomes = at_once([lambda draft=draft: submit(draft) for draft in drafts])

    assert any(isinstance(outcome, IntegrityError) for outcome in outcomes)


@pytest.mark.usefixtures("no_limits")
def test_submits_that_fail_leave_gaps_and_nothing_else(monkeypatch):
    where = place()
    drafts = copies_of(ready_draft(where), 10)
    told = submission.notices.queue_submitted

    def fail_every_fifth(dossier, *, at):
        if int(dossier.code[-4:]) % 5 == 0:
            raise RuntimeError("rolled back")
        told(dossier, at=at)

    monkeypatch.setattr(submission.notices, "queue_submitted", fail_every_fifth)

    outcomes = at_once([lambda draft=draft: submit(draft) for draft in drafts])

    stored = [outcome for outcome in outcomes if isinstance(outcome, Dossier)]
    assert len({dossier.code for dossier in stored}) == len(stored) == Dossier.objects.count()
    assert len(stored) < 10
    assert Draft.objects.filter(submitted_at=None).count() == 10 - len(stored)
    # Whoever failed hands in again and gets a code of one's own.
    monkeypatch.setattr(submission.notices, "queue_submitted", told)
    again = [submit(draft) for draft in Draft.objects.filter(submitted_at=None)]
    assert {dossier.code for dossier in again}.isdisjoint(dossier.code for dossier in stored)


def test_two_presses_of_start_make_one_draft():
    where, owner = place(), CitizenFactory()

    outcomes = at_once([lambda: new_draft(where, owner)] * 8)

    assert {outcome.pk for outcome in outcomes} == {Draft.objects.get().pk}


def test_parallel_uploads_to_one_draft_all_arrive_in_their_own_place():
    draft = new_draft(place())

    def upload():
        [link] = draft_papers.add_upload(
            draft_id=draft.pk,
            owner=draft.owner,
            paper_key="can-cuoc",
            upload=photo(),
            name="anh.jpg",
            at=MONDAY_9AM,
        )
        return link

    outcomes = at_once([upload] * 6)

    assert sorted(link.position for link in outcomes) == list(range(6))
    for link in outcomes:
        draft_papers.remove_file(
            draft_id=draft.pk, owner=draft.owner, file_id=link.file_id, at=MONDAY_9AM
        )
    assert not draft.papers.exists()


def test_parallel_uploads_cannot_pass_the_quota_together(monkeypatch):
    draft = new_draft(place())
    monkeypatch.setattr(attachments, "MAX_FILES", 3)

    def upload():
        return draft_papers.add_upload(
            draft_id=draft.pk,
            owner=draft.owner,
            paper_key="can-cuoc",
            upload=photo(),
            name="anh.jpg",
            at=MONDAY_9AM + timedelta(minutes=1),
        )

    outcomes = at_once([upload] * 6)

    assert draft.papers.count() == 3
    assert sum(isinstance(one, attachments.UploadRefused) for one in outcomes) == 3
    assert not NumberSeries.objects.exists()
