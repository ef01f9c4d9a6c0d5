"""Retention: what nobody needs any more goes by itself, with notice, and nothing else does."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from dossiers.models import Draft, DraftPaper, StoredFile
from portal.celery import app
from portal.core.files import store_bytes
from portal.notices import outbox
from portal.notices.enums import Medium
from portal.notices.models import Notice
from portal.operations import tasks
from portal.operations.services import retention
from procedures.enums import ExchangeKind, ExchangeState
from procedures.models import CatalogueFile
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.dossiers import (
    DossierPaperFactory,
    DraftFactory,
    StoredFileFactory,
)
from tests.factories.notices import NoticeFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)


def draft_of(*, days, owner=None, **fields):
    """Make a draft that was last saved so many days ago, with one file."""
    at = NOW - days * DAY
    owner = owner or CitizenFactory()
    draft = DraftFactory(owner=owner, created_at=at, updated_at=at, **fields)
    file = StoredFileFactory(uploaded_by=owner, created_at=at)
    DraftPaper.objects.create(draft=draft, paper_key="giay-to", file=file)
    return draft, file


def told(draft):
    return Notice.objects.filter(kind="draft-removal", subject_key=f"draft:{draft.pk}")


def test_a_draft_is_announced_on_day_23_and_gone_with_its_files_on_day_30():
    young, _ = draft_of(days=22)
    draft, file = draft_of(days=23)

    assert retention.apply(at=NOW).drafts_told == 1
    assert retention.apply(at=NOW + timedelta(hours=1)).drafts_told == 0

    assert not told(young).exists()
    letters = told(draft)
    assert {Medium.IN_APP, Medium.SMS} <= {letter.medium for letter in letters}
    inbox = letters.get(medium=Medium.IN_APP)
    day = timezone.localtime(NOW + 7 * DAY)
    assert f"{day.day}/{day.month}/{day.year}" in inbox.subject
    assert str(draft.pk) in inbox.body

    assert retention.apply(at=NOW + 6.9 * DAY).drafts_removed == 0
    assert default_storage.exists(file.storage_key)
    swept = retention.apply(at=NOW + 7 * DAY)

    assert swept.drafts_removed == 1
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert not default_storage.exists(file.storage_key)
    assert Draft.objects.filter(pk=young.pk).exists()


def test_whoever_saves_after_the_notice_keeps_the_draft_and_is_told_anew():
    draft, _ = draft_of(days=23)
    retention.apply(at=NOW)
    Draft.objects.filter(pk=draft.pk).update(updated_at=NOW + DAY)

    assert retention.apply(at=NOW + 8 * DAY).drafts_removed == 0
    assert retention.apply(at=NOW + 24 * DAY).drafts_told == 1
    assert told(draft).filter(medium=Medium.IN_APP).count() == 2
    assert retention.apply(at=NOW + 31 * DAY).drafts_removed == 1


def test_nobody_loses_the_week_because_a_worker_stood_still():
    draft, _ = draft_of(days=300)

    assert retention.apply(at=NOW).drafts_removed == 0
    assert told(draft).exists()
    assert retention.apply(at=NOW + 6 * DAY).drafts_removed == 0
    assert retention.apply(at=NOW + 7 * DAY).drafts_removed == 1


def test_what_was_handed_in_stays_with_its_files():
    sent, _ = draft_of(days=60, submitted_at=NOW - 60 * DAY)
    old, shared = draft_of(days=60)
    paper = DossierPaperFactory(file=shared)
    retention.apply(at=NOW)

    retention.apply(at=NOW + 7 * DAY)

    assert not Draft.objects.filter(pk=old.pk).exists()
    assert Draft.objects.filter(pk=sent.pk).exists()
    assert not told(sent).exists()
    assert StoredFile.objects.filter(pk=paper.file_id).exists()
    assert default_storage.exists(shared.storage_key)


def test_a_file_that_nothing_holds_goes_after_a_month():
    old = StoredFileFactory(created_at=NOW - 31 * DAY)
    young = StoredFileFactory(created_at=NOW - 29 * DAY)
    held = DossierPaperFactory(file=StoredFileFactory(created_at=NOW - 31 * DAY)).file

    assert retention.apply(at=NOW).files_removed == 1

    assert not default_storage.exists(old.storage_key)
    assert set(StoredFile.objects.values_list("pk", flat=True)) >= {young.pk, held.pk}


def test_notices_lose_their_words_after_90_days_and_go_after_two_years():
    NoticeFactory(created_at=NOW - 731 * DAY, dedupe_key="gone")
    NoticeFactory(created_at=NOW - 91 * DAY, dedupe_key="wiped", sent_at=NOW - 90 * DAY)
    NoticeFactory(created_at=NOW - 91 * DAY, dedupe_key="stuck")
    NoticeFactory(created_at=NOW - 89 * DAY, dedupe_key="whole")

    swept = retention.apply(at=NOW)
    again = retention.apply(at=NOW)

    assert (swept.notices_wiped, swept.notices_removed) == (3, 1)
    assert (again.notices_wiped, again.notices_removed) == (0, 0)
    rows = {row.dedupe_key: row for row in Notice.objects.all()}
    assert set(rows) == {"wiped", "stuck", "whole"}
    assert (rows["wiped"].body, rows["wiped"].subject) == ("", "Hồ sơ đã được tiếp nhận")
    assert (rows["stuck"].body, rows["stuck"].status) == ("", "failed")
    assert rows["whole"].body
    # An empty message is sent to nobody.
    with pytest.raises(outbox.NoticeNotFailed), transaction.atomic():
        outbox.requeue_failed(notice_id=rows["stuck"].pk, at=NOW)


def test_the_inbox_says_that_the_words_are_gone():
    owner = CitizenFactory()
    NoticeFactory(
        medium=Medium.IN_APP,
        to="",
        recipient=owner,
        created_at=NOW - 91 * DAY,
        sent_at=NOW - 91 * DAY,
        body="Điều đã nói",
    )
    browser = Client()
    browser.force_login(owner)
    assert "Điều đã nói" in browser.get(reverse("accounts:inbox")).text

    retention.apply(at=NOW)

    page = browser.get(reverse("accounts:inbox")).text
    assert "Điều đã nói" not in page
    assert "đã được xóa vì quá thời hạn lưu" in page


def test_the_command_counts_first_and_beat_runs_it():
    draft, _ = draft_of(days=23)
    out = StringIO()

    call_command("apply_retention", "--dry-run", stdout=out)
    assert "drafts_told: 1" in out.getvalue()
    assert not told(draft).exists()

    call_command("apply_retention", stdout=StringIO())
    assert told(draft).exists()
    assert app.conf.beat_schedule["apply-retention"]["task"] == tasks.apply_retention.name


def brought_in(state, *, days, **more):
    at = NOW - days * DAY
    by = StaffFactory(role=Role.EDITOR)
    taken = {"confirmed_by": by, "confirmed_at": at, "done_at": at}
    with transaction.atomic():
        return CatalogueFile.objects.create(
            kind=ExchangeKind.PACKAGE,
            name="goi.json",
            storage_key=store_bytes(b"{}"),
            sha256="0" * 64,
            size=2,
            state=state,
            report=[{"line": 1, "code": "1.000001", "name": "", "outcome": "new", "words": []}],
            uploaded_by=by,
            uploaded_at=at,
            **(taken if state == ExchangeState.DONE else {}),
            **more,
        )


@pytest.mark.parametrize("state", ["DONE", "REFUSED", "CHECKED"])
def test_a_file_of_the_catalogue_goes_90_days_after_its_end_and_its_row_stays(state):
    young, old = (brought_in(ExchangeState(state), days=days) for days in (89, 91))

    assert retention.due(at=NOW).catalogue_files_removed == 1
    assert retention.apply(at=NOW).catalogue_files_removed == 1
    assert retention.apply(at=NOW).catalogue_files_removed == 0

    stored = CatalogueFile.objects.get(pk=old.pk)
    assert stored.file_removed_at == NOW
    assert stored.report == old.report
    assert not default_storage.exists(old.storage_key)
    assert default_storage.exists(young.storage_key)
    assert CatalogueFile.objects.get(pk=young.pk).state == state
    # Without its bytes nothing can be confirmed.
    assert stored.state == ("DONE" if state == "DONE" else "REFUSED")
    assert bool(stored.refusal) == (state == "CHECKED")


def test_a_file_that_somebody_works_on_is_kept():
    brought_in(ExchangeState.RECEIVED, days=400)

    assert retention.apply(at=NOW).catalogue_files_removed == 0
