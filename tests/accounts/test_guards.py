"""Who gets in: kind, role, age of the session, address of the client."""

from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.requests import client_address
from tests.factories.accounts import (
    PASSWORD,
    CitizenFactory,
    CommuneFactory,
    StaffFactory,
    StaffRoleFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("clock"),
    pytest.mark.urls("tests.accounts.guarded_urls"),
]

PROFILE = "/tai-khoan/"


@pytest.mark.parametrize(
    ("path", "sign_in"),
    [
        ("/g/citizens/xin/?a=b", "/dang-nhap/?next=/g/citizens/xin/%3Fa%3Db"),
        ("/g/staff/", "/can-bo/dang-nhap/?next=/g/staff/"),
        ("/g/leaders/", "/can-bo/dang-nhap/?next=/g/leaders/"),
        ("/g/alone/", "/can-bo/dang-nhap/?next=/g/alone/"),
    ],
)
def test_nobody_is_sent_to_the_right_sign_in_page(client, path, sign_in):
    response = client.get(path)

    assert (response.status_code, response.url) == (302, sign_in)


def test_citizen_gets_in_where_citizens_do_and_nowhere_else(client):
    client.force_login(CitizenFactory(full_name="Lê Văn Tám"))

    assert client.get("/g/citizens/xin/").text == "xin Lê Văn Tám"
    assert [client.get(path).status_code for path in ("/g/staff/", "/g/leaders/")] == [403, 403]


def test_staff_get_in_by_role(client):
    commune = CommuneFactory()
    client.force_login(StaffFactory(role=Role.LEADER, unit=commune.agency))

    assert client.get("/g/staff/").text == "LEADER"
    assert client.get("/g/leaders/").text == str([commune.agency.name, "LEADER"])
    assert client.get("/g/citizens/xin/").status_code == 403


@pytest.mark.parametrize(
    "held",
    [
        {"role": Role.CLERK},
        {"role": Role.LEADER, "valid_from": date(2026, 11, 24)},
        {"role": Role.LEADER, "valid_until": date(2026, 11, 22)},
    ],
    ids=["another role", "not yet", "no longer"],
)
def test_staff_without_the_role_today_are_refused(client, held):
    person = StaffFactory(role=None)
    StaffRoleFactory(user=person, **held)
    client.force_login(person)

    assert client.get("/g/leaders/").status_code == 403


def test_role_taken_away_ends_with_the_next_request(client):
    leader = StaffFactory(role=Role.LEADER)
    client.force_login(leader)
    assert client.get("/g/leaders/").status_code == 200

    StaffRole.objects.filter(user=leader).update(valid_until=date(2026, 11, 22))

    assert client.get("/g/leaders/").status_code == 403


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!"}])
def test_account_closed_or_password_changed_ends_with_the_next_request(client, change):
    citizen = CitizenFactory()
    client.force_login(citizen)
    assert client.get("/g/citizens/xin/").status_code == 200

    User.objects.filter(pk=citizen.pk).update(**change)

    assert client.get("/g/citizens/xin/").status_code == 302


def test_page_of_staff_costs_session_user_and_roles_once(client, django_assert_num_queries):
    leader = StaffFactory(role=Role.LEADER)
    client.force_login(leader)

    with django_assert_num_queries(3):
        client.get("/g/leaders/")


def test_public_page_reads_no_session_and_varies_on_nothing(client, django_assert_num_queries):
    client.force_login(CitizenFactory())

    with django_assert_num_queries(0):
        response = client.get("/g/public/")

    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


def test_private_pages_are_never_stored(client):
    client.force_login(CitizenFactory())

    for path in ("/g/citizens/xin/", "/g/private/", "/g/staff/"):
        assert "no-store" in client.get(path)["Cache-Control"]
    assert "no-store" in Client().get("/g/private/")["Cache-Control"]
    assert "Cache-Control" not in client.get("/g/public/")


@pytest.mark.parametrize(
    ("referer", "page"),
    [
        ("http://testserver/ho-so/H99/?a=b", "/ho-so/H99/%3Fa%3Db"),
        ("http://evil.example/ho-so/", "/"),
        ("http://testserver//evil.example/", "/"),
        ("", "/"),
    ],
)
def test_post_of_nobody_comes_back_to_the_page_it_was_made_on(client, referer, page):
    response = client.post("/g/citizens/xin/", headers={"Referer": referer})

    assert response.url == f"/dang-nhap/?next={page}"


def test_fragment_for_nobody_leads_the_whole_page_to_sign_in(client):
    response = client.get("/g/staff/", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response["HX-Redirect"] == "/can-bo/dang-nhap/?next=/g/staff/"


@pytest.mark.parametrize(
    ("factory", "path", "minutes", "hours"),
    [(CitizenFactory, "/g/citizens/xin/", 30, 12), (StaffFactory, "/g/staff/", 15, 10)],
    ids=["citizen", "staff"],
)
def test_session_ends_when_left_alone_or_old(factory, path, minutes, hours, clock):
    client = Client()
    idle, absolute = timedelta(minutes=minutes), timedelta(hours=hours)
    client.force_login(factory())

    clock.shift(idle - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.shift(idle - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.shift(idle)
    response = client.get(path)
    assert response.status_code == 302
    assert "Đã tự đăng xuất" in client.get(response.url).text
    assert "_auth_user_id" not in client.session

    client.force_login(factory())
    step = idle - timedelta(minutes=1)
    for _ in range(int(absolute / step)):
        clock.shift(step)
        assert client.get(path).status_code == 200
    clock.shift(absolute - int(absolute / step) * step)
    assert client.get(path).status_code == 302


def test_living_session_is_written_once_a_minute(client, clock, django_assert_num_queries):
    client.force_login(CitizenFactory())
    with django_assert_num_queries(2):
        client.get("/g/citizens/xin/")

    clock.shift(timedelta(minutes=1))
    seen = client.session["seen_at"]
    client.get("/g/citizens/xin/")

    assert client.session["seen_at"] == seen + 60


def test_session_cookie_has_no_expiry_and_is_out_of_scripts_reach(client):
    CitizenFactory(phone="84912345678")
    response = client.post(
        reverse("accounts:sign_in"), {"name": "0912345678", "password": PASSWORD}
    )

    cookie = response.cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_limited_view_answers_429_in_words(client):
    for _ in range(5):
        assert client.get("/g/counted/").status_code == 200

    response = client.get("/g/counted/")

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Thao tác quá nhiều lần" in response.text
    assert Client(REMOTE_ADDR="198.51.100.1").get("/g/counted/").status_code == 200


def test_spoofed_header_does_not_reset_the_count(client):
    statuses = [
        client.get("/g/counted/", headers={"X-Forwarded-For": f"10.0.0.{number}"}).status_code
        for number in range(6)
    ]

    assert statuses == [200] * 5 + [429]


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.9", "198.51.100.1"),
        (2, "198.51.100.1", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "not an address", "not an address"),
    ],
)
def test_client_address_believes_only_our_own_proxies(settings, proxies, header, address):
    settings.TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header})

    assert client_address(request) == address


def test_code_binding_outlives_the_sign_in_and_differs_between_browsers(client):
    before = client.get("/g/binding/").text
    CitizenFactory(phone="84912345678")
    client.post(reverse("accounts:sign_in"), {"name": "0912345678", "password": PASSWORD})

    assert client.get("/g/binding/").text == before
    assert Client().get("/g/binding/").text != before
