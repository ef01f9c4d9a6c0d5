from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.limits import Bucket
from accounts.models import User
from accounts.services import limits
from portal.core import totp
from tests.accounts import PHONE
from tests.factories.accounts import PASSWORD, CitizenFactory, StaffFactory, give_factor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SIGN_IN = reverse("accounts:sign_in")
STAFF_SIGN_IN = reverse("accounts:staff_sign_in")
CHOOSE = reverse("accounts:choose_account")
SIGN_OUT = reverse("accounts:sign_out")
NUMBER = "031190000123"
REFUSAL = "Thông tin đăng nhập hoặc mật khẩu chưa đúng."


def enter(client, name, password=PASSWORD, **more):
    return client.post(SIGN_IN, {"name": name, "password": password, **more})


def signed_in(client) -> int | None:
    user_id = client.session.get("_auth_user_id")
    return int(user_id) if user_id else None


@pytest.mark.parametrize(
    "name",
    [NUMBER, "031 190 000 123", "0912 345 678", "+84912345678", "lan@example.vn", "LAN@Example.vn"],
)
def test_citizen_signs_in_with_number_phone_or_email(client, name):
    citizen = CitizenFactory(identity_number=NUMBER, phone=PHONE, email="lan@example.vn")

    response = enter(client, name)

    assert response.status_code == 302
    assert signed_in(client) == citizen.pk


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (NUMBER, "Sai@12345x"),
        ("031190000999", PASSWORD),
        ("0987654321", PASSWORD),
        ("nobody@example.vn", PASSWORD),
        ("what is this", PASSWORD),
        ("0987654321\x00", PASSWORD),
    ],
)
def test_refusal_is_the_same_for_known_and_unknown(client, name, password):
    CitizenFactory(identity_number=NUMBER)

    response = enter(client, name, password)

    assert response.status_code == 422
    if "\x00" not in name:
        assert REFUSAL in response.text
    assert "Cau" not in response.text
    assert password not in response.text
    assert signed_in(client) is None


@pytest.mark.parametrize("name", [NUMBER, "031190000999", "0987654321", "x@example.vn", "gì đó"])
def test_every_refusal_costs_one_hash(client, name):
    CitizenFactory(identity_number=NUMBER)
    spent = []
    encode = hashers.MD5PasswordHasher.encode

    def counting(self, password, salt):
        spent.append(password)
        return encode(self, password, salt)

    with patch.object(hashers.MD5PasswordHasher, "encode", counting):
        enter(client, name, "Sai@12345x")

    assert spent == ["Sai@12345x"]


@pytest.mark.parametrize(
    "state",
    [{"is_active": False}, {"phone_verified_at": None, "identity_number": "031190000777"}],
    ids=["closed", "phone never confirmed"],
)
def test_unusable_account_does_not_open(client, state):
    CitizenFactory(**{"phone": PHONE, **state})

    assert REFUSAL in enter(client, PHONE).text


def test_merged_account_does_not_open(client):
    CitizenFactory(phone=PHONE, merged_into=CitizenFactory())

    assert REFUSAL in enter(client, PHONE, "Sai@12345x").text
    assert "đã được gộp vào tài khoản khác" in enter(client, PHONE).text
    assert signed_in(client) is None


def test_password_chooses_among_accounts_of_one_phone(client):
    CitizenFactory(phone=PHONE, clear_password="Cuame@2026x")
    daughter = CitizenFactory(phone=PHONE, clear_password="Cuacon@2026x")

    enter(client, PHONE, "Cuacon@2026x")

    assert signed_in(client) == daughter.pk


def test_identity_number_chooses_where_the_password_cannot(client):
    CitizenFactory(phone=PHONE, identity_number="031160000001")
    daughter = CitizenFactory(phone=PHONE, identity_number="031190000002")

    response = client.post(f"{SIGN_IN}?next=/ho-so/", {"name": PHONE, "password": PASSWORD})
    assert response.url == f"{CHOOSE}?next=%2Fho-so%2F"
    assert signed_in(client) is None
    page = client.get(response.url).text
    assert "Số định danh cá nhân" in page
    assert "031190000002" not in page

    wrong = client.post(response.url, {"answer": "031190000003"})
    assert wrong.status_code == 422
    assert signed_in(client) is None

    right = client.post(response.url, {"answer": "031 190 000 002"})
    assert right.url == "/ho-so/"
    assert signed_in(client) == daughter.pk


def test_phone_chooses_among_accounts_of_one_number(client):
    CitizenFactory(phone="84912345670", identity_number=NUMBER)
    mine = CitizenFactory(phone=PHONE, identity_number=NUMBER)

    response = enter(client, NUMBER)
    assert "Số điện thoại di động" in client.get(response.url).text
    client.post(response.url, {"answer": "0912345678"})

    assert signed_in(client) == mine.pk


def test_choice_needs_a_right_password_first_and_soon(client, clock):
    CitizenFactory(phone=PHONE, identity_number="031160000001")
    CitizenFactory(phone=PHONE, identity_number="031190000002")
    assert client.get(CHOOSE).url == SIGN_IN
    assert client.post(CHOOSE, {"answer": "031190000002"}).url == SIGN_IN

    enter(client, PHONE)
    clock.shift(timedelta(minutes=5))

    assert client.post(CHOOSE, {"answer": "031190000002"}).url == SIGN_IN
    assert signed_in(client) is None


def test_sixth_failure_in_a_minute_is_refused_even_with_the_right_password(client, clock):
    citizen = CitizenFactory(phone=PHONE)
    for spelling in ("0912345678", "+84912345678", "0912 345 678", "84912345678", "0912.345.678"):
        assert enter(client, spelling, "Sai@12345x").status_code == 422

    refused = enter(client, PHONE)
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert signed_in(client) is None

    clock.shift(timedelta(minutes=1))
    enter(client, PHONE)
    assert signed_in(client) == citizen.pk


def test_failures_from_elsewhere_do_not_lock_the_owner_out(client):
    citizen = CitizenFactory(phone=PHONE)
    stranger = Client(REMOTE_ADDR="198.51.100.9")
    for _ in range(8):
        enter(stranger, PHONE, "Sai@12345x")

    enter(client, PHONE)

    assert signed_in(client) == citizen.pk


def test_successes_do_not_count(client):
    CitizenFactory(phone=PHONE)

    for _ in range(25):
        assert enter(Client(), PHONE).status_code == 302


def test_one_address_may_fail_twenty_times_a_minute_and_is_then_checked_and_later_refused(client):
    pages = [enter(client, f"031190000{number:03d}") for number in range(21)]
    limits.hit(Bucket.SIGN_IN_ADDRESS, "127.0.0.1", at=timezone.now(), times=180)

    assert {page.status_code for page in pages} == {422}
    shown = ['data-module="robot"' in page.text for page in pages]
    assert shown == [False] * 20 + [True]
    assert enter(client, "031190000999").status_code == 429


def test_signing_in_gives_a_new_session_key(client):
    citizen = CitizenFactory(phone=PHONE)
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    enter(client, PHONE)

    assert signed_in(client) == citizen.pk
    assert client.cookies["sessionid"].value != planted
    victim = Client()
    victim.cookies["sessionid"] = planted
    assert victim.get(reverse("accounts:profile")).status_code == 302


def test_session_of_somebody_else_is_thrown_away(client):
    client.force_login(CitizenFactory())
    session = client.session
    session["secret"] = "theirs"
    session.save()
    other = CitizenFactory(phone=PHONE)

    enter(client, PHONE)

    assert signed_in(client) == other.pk
    assert "secret" not in client.session


def test_signing_in_goes_on_to_a_page_of_ours(client):
    CitizenFactory(phone=PHONE)

    assert enter(client, PHONE, next="/nop-ho-so/1.001193/?a=b").url == "/nop-ho-so/1.001193/?a=b"


def test_staff_sign_in_with_their_name_and_a_code(client):
    staff = StaffFactory(username="motcua.songtranh")
    secret = give_factor(staff)

    response = client.post(STAFF_SIGN_IN, {"name": "MotCua.SongTranh ", "password": PASSWORD})
    assert response.url == reverse("accounts:second_step")
    assert signed_in(client) is None
    code = totp.code_of(secret, totp.step_of(timezone.now()))
    response = client.post(response.url, {"code": code})

    assert response.url == reverse("dossiers:queue")
    assert signed_in(client) == staff.pk
    assert client.get(reverse("accounts:staff_landing")).url == reverse("dossiers:queue")


def test_staff_do_not_sign_in_as_citizens_nor_citizens_as_staff(client):
    staff = StaffFactory(username="motcua.songtranh", phone=PHONE, email="mc@example.vn")
    User.objects.filter(pk=staff.pk).update(phone_verified_at=staff.created_at)
    citizen = CitizenFactory(phone="84912345670", identity_number=NUMBER)

    for name in ("motcua.songtranh", PHONE, "mc@example.vn"):
        assert enter(client, name).status_code == 422
    for name in (NUMBER, "84912345670", citizen.email, citizen.username):
        response = client.post(STAFF_SIGN_IN, {"name": name, "password": PASSWORD})
        assert response.status_code == 422
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in response.text
    assert signed_in(client) is None


def test_signing_out_ends_the_session(client):
    citizen = CitizenFactory()
    client.force_login(citizen)
    key = client.session.session_key

    assert client.get(SIGN_OUT).status_code == 405
    assert signed_in(client) == citizen.pk
    response = client.post(SIGN_OUT, follow=True)

    assert "Đã đăng xuất." in response.text
    assert response.redirect_chain == [(SIGN_IN, 302)]
    replay = Client()
    replay.cookies["sessionid"] = key
    assert replay.get(reverse("accounts:profile")).status_code == 302


def test_staff_are_signed_out_to_their_own_page(client):
    client.force_login(StaffFactory())

    assert client.post(SIGN_OUT).url == STAFF_SIGN_IN


@pytest.mark.parametrize("url", [SIGN_IN, STAFF_SIGN_IN, SIGN_OUT, reverse("accounts:register")])
def test_posts_need_the_token(url):
    assert Client(enforce_csrf_checks=True).post(url, {}).status_code == 403


def test_sign_in_page_helps_a_password_keeper(client):
    page = client.get(SIGN_IN).text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page
