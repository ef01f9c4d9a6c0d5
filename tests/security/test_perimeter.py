"""What holds for every address alike: the token, caches, cookies, the policy against scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.guardrails.matrix import MATRIX, PATTERNS, address, arguments_of, ask
from tests.guardrails.world import Side, build_side, people, rolled_back

pytestmark = pytest.mark.django_db

KNOWN = sorted(set(PATTERNS) & set(MATRIX["urls"]))
# Called by the bank's machine, which has no session; its signature is its proof.
WITHOUT_TOKEN = {"payments:vnpay_ipn"}
PUBLIC = {"public", "demo_only"}
INLINE = re.compile(
    rb"""<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=["']|javascript:""", re.IGNORECASE
)


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), rolled_back():
        yield build_side("song-tranh")
        transaction.set_rollback(True)


def answers(name: str, side: Side, methods: tuple[str, ...]) -> Iterator[tuple[str, HttpResponse]]:
    known = people(side)
    for role in ("anonymous", "owner", "clerk", "leader", "cashier"):
        for method in methods:
            with rolled_back():
                yield f"{role} {method}", ask(known[role], method, name, arguments_of(name, side))
                transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_nothing_is_changed_without_the_token(name, side):
    """Attack: cross-site request forgery, on every address and unsafe method."""
    client = Client(enforce_csrf_checks=True)
    values = arguments_of(name, side) if name in KNOWN else {}
    if set(re.findall(r"<\w+:(\w+)>", str(PATTERNS[name].pattern))) - set(values):
        pytest.skip("Not in the matrix yet, which fails by itself.")
    client.force_login(side.owner)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        response = client.generic(method, address(name, values))

        refused = response.status_code in {403, 405}
        assert refused or name in WITHOUT_TOKEN, (method, response.status_code)


@pytest.mark.parametrize("name", [n for n in KNOWN if MATRIX["urls"][n] not in PUBLIC])
def test_no_cache_keeps_a_private_answer(name, side):
    """Attack: web cache deception; refusals, redirects and absent objects included."""
    for what, response in answers(name, side, ("GET", "HEAD", "POST")):
        kept = response.headers.get("Cache-Control", "")
        assert "no-store" in kept, (what, response.status_code, kept)


@pytest.mark.parametrize("name", [n for n in KNOWN if MATRIX["urls"][n] == "public"])
def test_what_a_cache_may_keep_carries_nobody(name, side):
    """Attack: somebody else's page from a shared cache."""
    for what, response in answers(name, side, ("GET",)):
        if "public" in response.headers.get("Cache-Control", ""):
            assert not response.cookies, what
            assert "Cookie" not in response.headers.get("Vary", ""), what
            if not response.streaming:
                assert side.owner.full_name.encode() not in response.content


@pytest.mark.parametrize("name", KNOWN)
def test_every_page_forbids_what_it_does_not_need(name, side):
    """Attack: script injection; no page may weaken the policy or need an exception from it."""
    for what, response in answers(name, side, ("GET",)):
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, what
        assert "default-src 'self'" in policy or "default-src 'none'" in policy, what
        assert response.headers["X-Content-Type-Options"] == "nosniff", what
        if not response.streaming and "html" in response.headers.get("Content-Type", ""):
            assert not INLINE.search(response.content), what


def test_a_page_refused_for_its_token_is_kept_nowhere(side):
    """Attack: web cache deception through an error page."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(side.owner)

    response = client.post(address("dossiers:withdraw", arguments_of("dossiers:withdraw", side)))

    assert response.status_code == 403
    assert "no-store" in response.headers["Cache-Control"]
