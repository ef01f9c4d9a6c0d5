"""Redirects, cookies, headers and caches at the doors: to ourselves only, no longer than needed."""

from itertools import product

import pytest
from django.urls import reverse

from accounts.enums import Role
from tests.factories.accounts import PASSWORD, CitizenFactory, StaffFactory, give_factor
from tests.factories.dossiers import DossierFactory

pytestmark = pytest.mark.django_db

EVIL = (
    "//evil.example", "///evil.example", "////evil.example/a", "/\\evil.example",
    "\\\\evil.example",
    "http://evil.example", "https:evil.example", "http:///evil.example", "javascript:alert(1)",
    "/\tevil.example/..//evil.example", "\t//evil.example", " //evil.example", "data:text/html,x",
    "http://testserver@evil.example/", "https://testserver.evil.example", "//evil.example%2f..",
)  # fmt: skip
# What is no harm as a link, and must still not be followed.
STRANGE = ("http://testserver/ho-so/", "%2f%2fevil.example", "evil.example", "/\t/evil.example")
DOORS = ("sign_in", "staff_sign_in", "register", "choose_account", "second_step", "enrol")


def leads_away(address):
    return not address.startswith("/") or address[1:2] in {"/", "\\"} or "evil" in address[:20]


def offers(response, evil):
    return f'href="{evil}"' in response.text or f'value="{evil}"' in response.text


def test_no_door_leads_to_another_host(client):
    """Attack: open redirect through next, in the query, in a field, as the page one came from."""

    def is_open(name, evil):
        url = reverse(f"accounts:{name}")
        answers = (
            client.get(url, {"next": evil}),
            client.post(url, {"next": evil}, headers={"referer": evil}),
        )
        return any(
            leads_away(one.get("Location", "/")) or offers(one, evil) or one.status_code == 429
            for one in answers
        )

    assert [pair for pair in product(DOORS, EVIL) if is_open(*pair)] == []


def test_signing_in_leads_to_pages_of_ours(client):
    citizen = CitizenFactory(phone="84912345678")
    sign_in, mine = reverse("accounts:sign_in"), reverse("dossiers:mine")
    found = []
    for query, evil in product((False, True), (*EVIL, *STRANGE)):
        typed = {"name": "0912345678", "password": PASSWORD, "next": evil}
        entered = client.post(sign_in, typed, query_params={"next": evil} if query else {})
        assert (entered.status_code, client.session["_auth_user_id"]) == (302, str(citizen.pk))
        already = client.get(sign_in, {"next": evil})
        # A tab arrives as "%09": a path of ours, that does not exist.
        found += [
            (evil, got.url)
            for got in (entered, already)
            if got.url != mine and not got.url.startswith("/%09")
        ]
        client.logout()

    assert found == []


def test_the_proof_of_staff_leads_to_pages_of_ours(client):
    leader = StaffFactory(role=Role.LEADER)
    give_factor(leader)
    client.force_login(leader)
    found = []
    for evil in EVIL:
        asked = client.get(reverse("accounts:prove"), {"next": evil})
        posted = client.post("/can-bo/don-vi/", {}, headers={"HX-Request": "true", "Referer": evil})
        if offers(asked, evil) or leads_away(posted.headers.get("HX-Redirect", "/")):
            found.append(evil)

    assert found == []


@pytest.mark.parametrize(
    "path", ["/ho-so/x.css", "/ho-so/{code}/x.css", "/ho-so/{code}.css", "/tai-khoan/;a.js"]
)
def test_a_private_page_under_the_name_of_a_file_is_none(client, path):
    """Attack: web cache deception."""
    dossier = DossierFactory(owner=CitizenFactory(full_name="Đỗ Quyên Quyên"))
    client.force_login(dossier.owner)

    answer = client.get(path.format(code=dossier.code))

    assert answer.status_code in {301, 302, 404}
    assert "Đỗ Quyên Quyên" not in answer.text
    assert "public" not in answer.headers.get("Cache-Control", "")


def test_cookies_go_with_the_browser_and_stay_out_of_reach_of_scripts(client):
    CitizenFactory(phone="84912345678")
    client.get(reverse("accounts:sign_in"))
    response = client.post(
        reverse("accounts:sign_in"), {"name": "0912345678", "password": PASSWORD}
    )

    session = response.cookies["sessionid"]
    assert (session["expires"], session["max-age"], session["domain"]) == ("", "", "")
    assert (session["path"], session["samesite"]) == ("/", "Lax")
    for cookie in (*response.cookies.values(), *client.cookies.values()):
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] == "Lax", cookie.key
    assert set(client.cookies) == {"sessionid", "csrftoken"}


HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize("path", ["/", "/dang-nhap/", "/ho-so/", "/khong-co/", "/healthz"])
def test_every_answer_carries_the_headers(client, path):
    response = client.get(path)

    assert {name: response[name] for name in HEADERS} == HEADERS
    assert "camera=()" in response["Permissions-Policy"]
    assert "geolocation=()" in response["Permissions-Policy"]
    assert not {"Server", "X-Powered-By", "X-Django-Version"} & set(response.headers)


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/__debug__/", "/static/../a.py"])
def test_nothing_of_the_makers_is_left_open(client, path):
    assert client.get(path).status_code == 404


def test_an_error_says_nothing_of_its_cause(client, monkeypatch):
    from portal.operations import selectors

    def fail(**_given):
        raise RuntimeError("bí mật bên trong")

    monkeypatch.setattr(selectors, "get_home", fail)
    client.raise_request_exception = False

    page = client.get("/")

    assert page.status_code == 500
    assert "bí mật" not in page.text
    assert "Traceback" not in page.text
