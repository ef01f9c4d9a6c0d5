"""Filing under a mandate while it is revoked, or twice at once: the row decides, once."""

import pytest

from accounts.models import Mandate
from accounts.services import mandates
from dossiers.models import Dossier
from dossiers.services import submission
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import place as new_place, ready_draft
from tests.factories.representation import MandateFactory, acting_for
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_limits(monkeypatch):
    monkeypatch.setattr("accounts.services.limits.require", lambda *_key, **_at: None)


@pytest.fixture
def slow_creation(monkeypatch):
    """Hold the door open between the look at the mandate and the rest of the submission."""
    import time

    create = submission._create

    def late(*args, **kwargs):
        time.sleep(0.3)
        return create(*args, **kwargs)

    monkeypatch.setattr(submission, "_create", late)


def two_drafts(mandate):
    holder = acting_for(mandate.holder, mandate)
    return holder, [ready_draft(new_place(key), holder) for key in ("song-tranh", "binh-lam")]


def submit(draft, holder):
    return submission.submit_dossier(
        draft_id=draft.pk, owner=holder, key=draft.submission_key, at=MONDAY_9AM
    )


@pytest.mark.usefixtures("slow_creation")
def test_a_mandate_for_one_dossier_used_twice_at_once_files_one():
    holder, drafts = two_drafts(MandateFactory(is_single_use=True))

    outcomes = at_once([lambda draft=draft: submit(draft, holder) for draft in drafts])

    assert Dossier.objects.count() == 1
    assert sum(isinstance(one, mandates.MandateUsed) for one in outcomes) == 1


@pytest.mark.usefixtures("slow_creation")
def test_without_the_lock_both_are_filed(monkeypatch):
    """The negative control: reading the mandate without its lock lets both through."""
    holder, drafts = two_drafts(MandateFactory(is_single_use=True))
    monkeypatch.setattr(
        mandates,
        "_lock",
        lambda pk: Mandate.objects.select_related("principal", "holder").filter(pk=pk).first(),
    )
    monkeypatch.setattr(Mandate, "save", lambda self, **_fields: None)

    at_once([lambda draft=draft: submit(draft, holder) for draft in drafts])

    assert Dossier.objects.count() == 2


@pytest.mark.usefixtures("slow_creation")
def test_a_revocation_during_a_submission_comes_before_it_or_after_it():
    mandate = MandateFactory()
    holder, drafts = two_drafts(mandate)

    def revoke():
        mandates.revoke_mandate(mandate_id=mandate.pk, by=mandate.principal, at=MONDAY_9AM)

    filed, revoked = at_once([lambda: submit(drafts[0], holder), revoke])
    again = at_once([lambda: submit(drafts[1], holder)])

    assert revoked is None
    assert isinstance(again[0], mandates.MandateEnded)
    assert isinstance(filed, (Dossier, mandates.MandateEnded))
    assert Dossier.objects.count() == isinstance(filed, Dossier)
