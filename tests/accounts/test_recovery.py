import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import OneTimeCode
from portal.notices.enums import Medium
from portal.notices.models import Notice
from tests.accounts import NOW, PHONE, another_code, latest_code
from tests.factories.accounts import PASSWORD, CitizenFactory, StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FORGOT = reverse("accounts:forgot_password")
CODE = reverse("accounts:forgot_password_code")
NEW = reverse("accounts:new_password")
SIGN_IN = reverse("accounts:sign_in")
NUMBER = "031190000123"
ASKED = {"identity_number": "031 190 000 123", "contact": "0912 345 678"}
CHOSEN = "Rêuxanh#4821"


def test_forgotten_password_is_set_anew_by_a_code_to_the_phone(client):
    citizen = CitizenFactory(identity_number=NUMBER, phone=PHONE)
    elsewhere = Client()
    elsewhere.force_login(citizen)

    assert client.post(FORGOT, ASKED).url == CODE
    assert client.post(CODE, {"code": latest_code()}).url == NEW
    response = client.post(NEW, {"password": CHOSEN}, follow=True)

    assert "Đã lưu mật khẩu mới." in response.text
    assert "_auth_user_id" not in client.session
    citizen.refresh_from_db()
    assert citizen.check_password(CHOSEN)
    assert elsewhere.get(reverse("accounts:profile")).status_code == 302
    told = Notice.objects.filter(kind="password-changed")
    assert {notice.medium for notice in told} == {Medium.SMS, Medium.EMAIL, Medium.IN_APP}
    assert client.get(NEW).url == FORGOT


def test_code_goes_to_an_email_only_if_it_was_confirmed(client, clock):
    CitizenFactory(identity_number=NUMBER, phone=PHONE, email="lan@example.vn")
    client.post(FORGOT, ASKED)
    assert set(Notice.objects.values_list("medium", flat=True)) == {Medium.SMS}

    clock.shift(timedelta(minutes=1))
    CitizenFactory(
        identity_number="031190000888",
        phone="84912345670",
        email="a@example.vn",
        email_verified_at=NOW,
    )
    client.post(FORGOT, {"identity_number": "031190000888", "contact": "0912345670"})
    assert Notice.objects.filter(medium=Medium.EMAIL, to="a@example.vn").exists()


def plain(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)


@pytest.mark.parametrize(
    "known",
    [
        {"identity_number": "031190000999", "phone": "84987654321"},
        {"identity_number": NUMBER, "phone": "84987654321"},
        {"identity_number": "031190000999", "phone": PHONE},
        {"identity_number": NUMBER, "phone": PHONE, "is_active": False},
        {"identity_number": NUMBER, "phone": PHONE, "phone_verified_at": None},
    ],
    ids=["neither", "only number", "only phone", "closed", "phone not confirmed"],
)
def test_unknown_person_sees_what_a_known_one_sees(client, clock, known):
    CitizenFactory(**known)
    stranger = walk(client)
    assert not Notice.objects.exists()
    assert OneTimeCode.objects.count() == 1

    clock.shift(timedelta(minutes=1))
    CitizenFactory(identity_number=NUMBER, phone=PHONE)
    owner = walk(Client())
    assert Notice.objects.exists()

    assert stranger == owner


def walk(browser: Client) -> list[object]:
    asked = browser.post(FORGOT, ASKED)
    shown = browser.get(CODE)
    wrong = browser.post(CODE, {"code": "000000"})
    return [
        asked.status_code,
        asked.url,
        plain(shown.text),
        wrong.status_code,
        plain(wrong.text),
        sorted(browser.session.keys()),
    ]


def test_staff_password_is_not_set_by_phone(client):
    staff = StaffFactory(phone=PHONE)
    staff.set_identity_number(NUMBER)
    staff.phone_verified_at = NOW
    staff.save()

    client.post(FORGOT, ASKED)

    assert not Notice.objects.exists()


def test_wrong_code_leads_nowhere(client):
    CitizenFactory(identity_number=NUMBER, phone=PHONE)
    client.post(FORGOT, ASKED)

    assert client.post(CODE, {"code": another_code(latest_code())}).status_code == 422
    assert client.get(NEW).url == FORGOT


def test_new_password_follows_the_rules_and_is_never_shown(client):
    CitizenFactory(identity_number=NUMBER, phone=PHONE, full_name="Nguyễn Thị Lan")
    client.post(FORGOT, ASKED)
    client.post(CODE, {"code": latest_code()})

    response = client.post(NEW, {"password": "NguyenLan@1990"})

    assert response.status_code == 422
    assert "Không được làm từ họ tên" in response.text
    assert "NguyenLan@1990" not in response.text


def test_leave_to_set_a_password_lasts_ten_minutes(client, clock):
    CitizenFactory(identity_number=NUMBER, phone=PHONE)
    client.post(FORGOT, ASKED)
    client.post(CODE, {"code": latest_code()})

    clock.shift(timedelta(minutes=10))

    assert client.post(NEW, {"password": CHOSEN}).url == FORGOT
    assert client.post(SIGN_IN, {"name": PHONE, "password": PASSWORD}).status_code == 302


def test_steps_cannot_be_skipped(client):
    assert client.get(CODE).url == FORGOT
    assert client.post(NEW, {"password": CHOSEN}).url == FORGOT


def test_what_was_asked_lies_sealed_in_the_session(client):
    client.post(FORGOT, ASKED)

    kept = str(Session.objects.get().get_decoded())
    assert NUMBER not in kept
    assert PHONE not in kept


def test_code_may_be_sent_again_after_thirty_seconds(client, clock):
    CitizenFactory(identity_number=NUMBER, phone=PHONE)
    client.post(FORGOT, ASKED)

    assert "gửi lại sau khoảng 30 giây" in client.post(CODE, {"again": "1"}, follow=True).text
    clock.shift(timedelta(seconds=31))
    assert "Đã gửi mã mới." in client.post(CODE, {"again": "1"}, follow=True).text
    assert Notice.objects.count() == 2


@pytest.mark.parametrize(("last_seen", "codes"), [(None, 0), (400, 0), (300, 1)])
def test_phone_does_not_prove_who_owns_an_account_left_alone_for_a_year(client, last_seen, codes):
    """Attack: takeover of a forgotten account, by who was given its phone number."""
    CitizenFactory(
        identity_number=NUMBER,
        phone=PHONE,
        phone_verified_at=NOW - timedelta(days=500),
        last_login=NOW - timedelta(days=last_seen) if last_seen else None,
    )

    assert client.post(FORGOT, ASKED).url == CODE
    assert Notice.objects.filter(kind="one-time-code").count() == codes
