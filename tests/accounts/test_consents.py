"""Consents: the words are kept, newer ones are asked at the next sign-in, nothing is pre-ticked."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import consent
from accounts.models import Consent, ConsentText, SecurityEvent, User
from accounts.services import consents
from portal.operations.enums import RequestKind
from portal.operations.services import data_requests
from tests.factories.accounts import PASSWORD, CitizenFactory, StaffFactory
from tests.factories.operations import DataRequestFactory

pytestmark = pytest.mark.django_db

PAGE, PROFILE = reverse("accounts:consent"), reverse("accounts:profile")


@pytest.fixture
def newer():
    return consents.publish(
        version="2026-12",
        valid_from=timezone.localdate(),
        points=["Lời mới, ý một.", "<b>Ý hai.</b>"],
    )


def signed_in(user):
    browser = Client()
    assert browser.login(username=user.username, password=PASSWORD)
    return browser


def test_new_words_come_before_everything_else_until_they_are_agreed_to(newer):
    user = CitizenFactory()
    browser = Client()
    browser.post(reverse("accounts:sign_in"), {"identifier": user.phone, "password": PASSWORD})
    browser.force_login(user)

    asked = browser.get(PROFILE)
    assert asked.url == f"{PAGE}?next=%2Ftai-khoan%2F"
    assert browser.post(PROFILE).url.startswith(PAGE)
    page = browser.get(asked.url)
    assert "Lời mới, ý một." in page.text
    assert "&lt;b&gt;Ý hai." in page.text
    assert "checked" not in page.text
    refused = browser.post(asked.url, {"version": "2026-12"})
    assert (refused.status_code, "Cần đánh dấu đồng ý" in refused.text) == (422, True)
    assert browser.get(PROFILE).status_code == 302
    # One's rights and the way out stay open.
    assert browser.get(reverse("operations:data")).status_code == 200

    done = browser.post(asked.url, {"version": "2026-12", "consent": "on"})

    assert done.url == "/tai-khoan/"
    assert browser.get(PROFILE).status_code == 200
    user.refresh_from_db()
    assert user.consent_version == "2026-12"
    kept = Consent.objects.get(user=user)
    assert (kept.text.text, len(kept.text.sha256)) == ("Lời mới, ý một.\n<b>Ý hai.</b>", 64)
    assert SecurityEvent.objects.filter(kind="consented", user=user).count() == 1
    assert "Bản 2026-12" in browser.get(reverse("operations:data")).text
    browser.force_login(user)
    assert browser.get(PROFILE).status_code == 200


def test_who_agreed_to_the_words_of_today_and_staff_are_not_asked(newer):
    agreed = CitizenFactory(consent_version="2026-12")
    for user in (agreed, StaffFactory()):
        browser = Client()
        browser.force_login(user)
        assert browser.get(PROFILE).status_code == 200


def test_words_of_a_later_day_are_not_asked_yet():
    later = timezone.localdate() + timedelta(days=1)
    consents.publish(version="2027-01", valid_from=later, points=["Sau này."])
    user = CitizenFactory()
    browser = Client()
    browser.force_login(user)

    assert browser.get(PROFILE).status_code == 200
    assert "Sau này." not in browser.get(reverse("operations:privacy")).text
    assert consents.missing(user, on=later) == "2027-01"


def test_words_that_changed_meanwhile_are_not_agreed_to(newer):
    with pytest.raises(consents.NotThese):
        consents.agree(user=CitizenFactory(), version=consent.VERSION, at=timezone.now())


def test_withdrawing_ends_the_session_and_asks_again():
    user, by = CitizenFactory(), StaffFactory()
    consents.agree(user=user, version=consent.VERSION, at=timezone.now())
    request = DataRequestFactory(user=user, kind=RequestKind.WITHDRAW)
    browser = Client()
    browser.force_login(user)
    data_requests.take_on(request_id=request.pk, by=by, answer="Nhận", at=timezone.now())

    data_requests.complete(request_id=request.pk, by=by, answer="Đã rút", at=timezone.now())

    assert "/dang-nhap/" in browser.get(PROFILE).url
    browser.force_login(User.objects.get(pk=user.pk))
    assert browser.get(PROFILE).url.startswith(PAGE)
    assert Consent.objects.get(user=user).withdrawn_at is not None


def test_publishing_by_command_takes_new_names_and_later_days_only(tmp_path):
    file = tmp_path / "loi.txt"
    file.write_text("Ý một.\n\n  Ý hai.\n", encoding="utf-8")
    call_command("publish_consent", "2027-03", "2027-03-01", str(file))

    assert ConsentText.objects.get(version="2027-03").text == "Ý một.\nÝ hai."
    for version, day in (("2027-03", "2027-04-01"), ("2027-02", "2027-03-01")):
        with pytest.raises(CommandError):
            call_command("publish_consent", version, day, str(file))
    file.write_text("\n")
    with pytest.raises(CommandError):
        call_command("publish_consent", "2028-01", "2028-01-01", str(file))
