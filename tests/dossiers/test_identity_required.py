"""A procedure that asks for electronic identity: at the door, and when the dossier is handed in."""

import pytest
from django.urls import reverse

from accounts.enums import IdentityLevel
from accounts.models import User
from dossiers.models import Dossier, Draft
from dossiers.policies import is_known_well_enough
from dossiers.services import drafting, submission
from dossiers.services.drafting import IdentityNotProved
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import Place, place, ready_draft
from tests.factories.procedures import RevisionFactory

pytestmark = pytest.mark.django_db


def asking_place() -> Place:
    """Return a commune with a procedure that asks for electronic identity."""
    return place(procedure=RevisionFactory(required_identity=IdentityLevel.EID).procedure)


def proven() -> User:
    return CitizenFactory(identity_level=IdentityLevel.EID)


def step_url(draft, step) -> str:
    return reverse("dossiers:step", args=[draft.pk, step])


def by_eid(client) -> None:
    """Let the session be one that electronic identity opened."""
    session = client.session
    session["eid_proved_at"] = 1
    session.save()


def submit(draft, **changes) -> Dossier:
    given = {
        "draft_id": draft.pk,
        "owner": draft.owner,
        "key": draft.submission_key,
        "at": MONDAY_9AM,
    }
    return submission.submit_dossier(**{**given, **changes})


@pytest.mark.parametrize(
    ("required", "level", "by_eid", "suffices"),
    [
        ("DECLARED", "DECLARED", False, True),
        ("PHONE_VERIFIED", "DECLARED", False, False),
        ("PHONE_VERIFIED", "PHONE_VERIFIED", False, True),
        ("SEEN", "PHONE_VERIFIED", False, False),
        ("SEEN", "SEEN", False, True),
        ("SEEN", "EID", False, True),
        ("EID", "SEEN", True, False),
        ("EID", "EID", False, False),
        ("EID", "EID", True, True),
    ],
)
def test_who_is_known_well_enough(required, level, by_eid, suffices):
    person = User(identity_level=level)

    assert is_known_well_enough(person, required=required, by_eid=by_eid) is suffices


def test_a_password_does_not_hand_in_what_asks_for_electronic_identity():
    draft = ready_draft(asking_place(), proven())

    with pytest.raises(IdentityNotProved):
        submit(draft)

    assert not Dossier.objects.exists()
    draft.refresh_from_db()
    assert draft.submitted_at is None
    assert draft.answers


def test_the_account_is_asked_as_well_as_the_session():
    draft = ready_draft(asking_place(), proven())
    User.objects.update(identity_level=IdentityLevel.SEEN)

    with pytest.raises(IdentityNotProved):
        submit(draft, by_eid=True)


def test_signed_in_by_electronic_identity_it_is_handed_in():
    draft = ready_draft(asking_place(), proven())

    assert submit(draft, by_eid=True).owner == draft.owner


def test_no_draft_is_begun_without_it_and_none_is_gone_on_with():
    where, owner = asking_place(), proven()
    start = {"procedure_code": where.procedure.code, "owner": owner, "at": MONDAY_9AM}

    with pytest.raises(IdentityNotProved):
        drafting.start_draft(**start)
    assert not Draft.objects.exists()
    draft = drafting.start_draft(**start, by_eid=True)
    with pytest.raises(IdentityNotProved):
        drafting.start_draft(**start)
    assert drafting.start_draft(**start, by_eid=True) == draft


def test_the_pages_lead_to_the_proof_and_never_in_circles(client):
    where, owner = asking_place(), proven()
    draft = ready_draft(where, owner)
    client.force_login(owner)

    begun = client.get(f"/nop-ho-so/{where.procedure.code}/")
    by_eid(client)
    User.objects.update(identity_level=IdentityLevel.SEEN)
    page = {"key": draft.submission_key, "promise": "on"}
    handed_in = client.post(step_url(draft, "nop"), page)

    code = where.procedure.code
    assert begun["Location"] == f"/dang-nhap/dinh-danh/?next=%2Fnop-ho-so%2F{code}%2F"
    assert handed_in["Location"].startswith("/dang-nhap/dinh-danh/?next=%2Fnop-ho-so%2F")
    assert not Dossier.objects.exists()
    # Without a provider there is no way on from there, and none back to where it begins.
    assert client.get(begun["Location"])["Location"] == "/ho-so/"


def test_a_session_by_electronic_identity_needs_no_robot_check_and_no_phone(client):
    owner = CitizenFactory(identity_level=IdentityLevel.EID, phone="", phone_verified_at=None)
    draft = ready_draft(asking_place(), owner)
    client.force_login(owner)
    by_eid(client)

    page = {"key": draft.submission_key, "promise": "on"}
    answer = client.post(step_url(draft, "nop"), page)

    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == f"/ho-so/{Dossier.objects.get().code}/da-nop/"
