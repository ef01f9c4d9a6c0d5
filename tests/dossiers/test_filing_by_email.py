"""Who has a passport and no Vietnamese phone files, is told, and finds a lost code by e-mail."""

import pytest
import time_machine
from django.urls import reverse

from dossiers import filing
from dossiers.models import Dossier
from dossiers.people import check_people
from dossiers.selectors import desk, filing as pages
from portal.notices.models import Notice
from tests.accounts import latest_code
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import MONDAY_9AM
from tests.factories.filing import place, ready_draft

pytestmark = pytest.mark.django_db

EMAIL = "anna@example.com"
PEOPLE = {"relation": "SELF", "phone": "", "email": EMAIL, "address": "12 Berliner Straße"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(MONDAY_9AM, tick=False):
        yield


@pytest.fixture
def owner():
    user = CitizenFactory(
        identity_number="", phone="", phone_verified_at=None, email=EMAIL, full_name="Anna Schmidt"
    )
    user.set_passport("C01X00T47", country="DE")
    user.email_verified_at = user.created_at
    user.save()
    return user


def abroad(owner, where):
    return ready_draft(where, owner, **PEOPLE)


def test_page_of_people_asks_for_an_email_instead_of_a_phone(client, owner):
    client.force_login(owner)
    draft = ready_draft(place(), owner)

    page = client.get(reverse("dossiers:step", args=[draft.pk, "nguoi"])).text

    assert "Số hộ chiếu" in page
    assert EMAIL in page or "lan@example.vn" in page
    assert check_people(PEOPLE, today=MONDAY_9AM.date(), by_email=True).errors == {}
    refused = check_people({**PEOPLE, "email": ""}, today=MONDAY_9AM.date(), by_email=True).errors
    assert set(refused) == {"email"}
    assert set(check_people(PEOPLE, today=MONDAY_9AM.date()).errors) == {"phone"}


def test_dossier_is_filed_with_a_code_by_email_and_told_by_email(client, owner):
    client.force_login(owner)
    draft = abroad(owner, place())
    url = reverse("dossiers:step", args=[draft.pk, "nop"])
    posted = {"key": draft.submission_key, "promise": "on"}

    asked = client.post(url, posted).text
    assert EMAIL in asked
    client.post(url, {**posted, "code": latest_code(EMAIL)})

    dossier = Dossier.objects.get()
    assert dossier.parties.filter(identity_hash=owner.identity_hash).count() == 2
    assert not Notice.objects.filter(medium="sms").exists()
    assert Notice.objects.filter(kind="dossier-submitted", medium="in_app").exists()


def test_lost_code_is_sent_to_the_confirmed_email_alone(client, owner):
    client.force_login(owner)
    draft = abroad(owner, place())
    url = reverse("dossiers:step", args=[draft.pk, "nop"])
    client.post(url, {"key": draft.submission_key, "promise": "on"})
    client.post(url, {"key": draft.submission_key, "promise": "on", "code": latest_code(EMAIL)})
    forgot = reverse("dossiers:forgot_code")

    known = client.post(forgot, {"phone": "Anna@example.com"})
    unknown = client.post(forgot, {"phone": "ai@example.com"})

    assert known.content == unknown.content
    notice = Notice.objects.get(kind="lost-code")
    assert (notice.medium, notice.to) == ("email", EMAIL)
    assert Dossier.objects.get().code in notice.body


def test_passport_prefills_the_e_form_with_its_country(owner):
    draft = ready_draft(place(), owner)

    sources = pages.account_sources(filing.load(draft, today=MONDAY_9AM.date()))

    assert sources["account.identity_number"] == "DEC01X00T47"


def test_passport_number_never_stands_in_an_address():
    assert desk.is_private("C1234567")
    assert not desk.is_private("0007")
    assert not desk.is_private("Nguyễn Văn An")
