"""What holds for every address alike: the token; and that a careless answer would be found."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from tests.guardrails.headers import slips
from tests.guardrails.matrix import MATRIX, PATTERNS, address, arguments_of, inhabited
from tests.guardrails.world import Side

pytestmark = pytest.mark.django_db

# Called by the bank's machine, which has no session; its signature is its proof.
WITHOUT_TOKEN = {"payments:vnpay_ipn"}


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), inhabited("song-tranh") as (side,):
        yield side


def test_nothing_is_changed_without_the_token(side):
    """Attack: cross-site request forgery, on every address and unsafe method."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(side.owner)
    found = []
    for name in sorted(set(PATTERNS) & set(MATRIX["urls"]) - WITHOUT_TOKEN):
        path = address(name, arguments_of(name, side))
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            got = client.generic(method, path).status_code
            if got not in {403, 405}:
                found.append(f"{name} {method}: {got}")

    assert not found, "\n".join(found)


def test_a_page_refused_for_its_token_is_kept_nowhere(side):
    """Attack: web cache deception through an error page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(side.owner)

    response = client.post(address("dossiers:withdraw", arguments_of("dossiers:withdraw", side)))

    assert response.status_code == 403
    assert "no-store" in response.headers["Cache-Control"]


SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
}
SHARED = {**SAFE, "Cache-Control": "public"}


@pytest.mark.parametrize(
    ("name", "headers", "page", "slip"),
    [
        ("dossiers:mine", {**SAFE, "Cache-Control": "private"}, "", "a cache may keep it"),
        ("operations:home", {**SHARED, "Set-Cookie": "a=1"}, "", "shared, and sets a cookie"),
        ("operations:home", {**SHARED, "Vary": "Cookie"}, "", "shared, and differs by cookie"),
        ("operations:home", SHARED, "Chào Lê Thị Lan", "shared, and names who asks"),
        ("operations:home", {**SAFE, "Content-Security-Policy": ""}, "", "its policy is open"),
        ("operations:home", {**SAFE, "X-Content-Type-Options": ""}, "", "its type may be guessed"),
        ("operations:home", SAFE, "<script>go()</script>", "something inline"),
    ],
)
def test_a_careless_answer_is_found(name, headers, page, slip):
    """Attack: each of those that tests.guardrails.headers knows, on every answer of the matrix."""
    careless = HttpResponse(page, headers=headers)
    if "Set-Cookie" in headers:
        careless.set_cookie("a", "1")

    assert slips(name, User(full_name="Lê Thị Lan"), careless) == [slip]
    assert slips(name, User(full_name="Lê Thị Lan"), HttpResponse("Chào", headers=SAFE)) == []
