from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts.models import OneTimeCode, RateCounter
from accounts.tasks import purge_expired
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import NOW
from tests.factories.accounts import CitizenFactory, StaffFactory
from tests.factories.notices import NoticeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

PROFILE = reverse("accounts:profile")
INBOX = reverse("accounts:inbox")


def inbox_notice(recipient, **changed):
    return NoticeFactory(
        medium=Medium.IN_APP, to="", recipient=recipient, sent_at=NOW, created_at=NOW, **changed
    )


def test_profile_shows_ones_own_data_with_the_number_masked(client):
    citizen = CitizenFactory(identity_number="031190000123", phone="84912345678")
    client.force_login(citizen)

    page = client.get(PROFILE).text

    for shown in (citizen.full_name, "********0123", "0912 345 678", citizen.email, "27/03/1990"):
        assert shown in page
    assert "031190000123" not in page


def test_profile_of_staff_shows_their_name_and_post(client):
    staff = StaffFactory(title="Chuyên viên tư pháp")
    client.force_login(staff)

    page = client.get(PROFILE).text

    assert staff.username in page
    assert "Chuyên viên tư pháp" in page
    assert "Hồ sơ của tôi" not in page


@pytest.mark.parametrize("url", [PROFILE, INBOX])
def test_own_pages_need_a_sign_in(client, url):
    assert client.get(url).url.startswith("/dang-nhap/?next=")


def test_inbox_shows_ones_own_notices_only_newest_first(client):
    citizen = CitizenFactory()
    inbox_notice(citizen, subject="Tin cũ", subject_key="")
    Notice.objects.update(created_at=NOW - timedelta(days=1))
    inbox_notice(citizen, subject="Tin mới", subject_key="")
    inbox_notice(CitizenFactory(), subject="Tin của người khác", subject_key="")
    NoticeFactory(recipient=citizen, subject="Tin nhắn điện thoại")
    client.force_login(citizen)

    page = client.get(INBOX).text

    assert page.index("Tin mới") < page.index("Tin cũ")
    assert "Tin của người khác" not in page
    assert "Tin nhắn điện thoại" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_inbox_costs_the_same_however_long(client, count, django_assert_num_queries):
    citizen = CitizenFactory()
    for number in range(count):
        inbox_notice(citizen, subject=f"Tin {number}", subject_key="")
    client.force_login(citizen)

    with django_assert_num_queries(5):
        client.get(INBOX)


def test_reading_marks_nothing_and_the_button_marks_all(client):
    citizen = CitizenFactory()
    inbox_notice(citizen, subject_key="")
    client.force_login(citizen)
    client.get(INBOX)
    assert Notice.objects.get().read_at is None
    assert "1 chưa đọc" in client.get(PROFILE).text

    client.post(INBOX)

    assert Notice.objects.get().read_at == NOW
    assert "chưa đọc" not in client.get(PROFILE).text


def test_empty_inbox_says_so(client):
    client.force_login(CitizenFactory())

    assert "Chưa có thông báo nào" in client.get(INBOX).text


def test_purge_throws_away_what_means_nothing_any_more(client):
    client.force_login(CitizenFactory())
    Session.objects.update(expire_date=NOW - timedelta(seconds=1))
    client.cookies.clear()
    client.force_login(CitizenFactory())
    old = NOW - timedelta(days=9)
    RateCounter.objects.create(bucket="x", key_hash="x", window_start=old, count=1)
    OneTimeCode.objects.create(
        purpose="TRACK",
        destination_hash="x",
        session_hash="x",
        code_hash="x",
        created_at=old,
        expires_at=old,
    )

    purge_expired()
    purge_expired()

    assert Session.objects.count() == 1
    assert not RateCounter.objects.exists()
    assert not OneTimeCode.objects.exists()
