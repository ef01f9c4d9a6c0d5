import base64
import json
from datetime import timedelta

import altcha
import pytest
from django.urls import reverse

from accounts.services import robots
from tests.accounts import HOME, NOW

pytestmark = pytest.mark.django_db


def solve(challenge: dict[str, object]) -> dict[str, object]:
    found = altcha.solve_challenge(
        challenge["challenge"],
        challenge["salt"],
        challenge["algorithm"],
        challenge["maxnumber"],
    )
    return {**challenge, "number": found.number}


def payload(solution: dict[str, object]) -> str:
    return base64.b64encode(json.dumps(solution).encode()).decode()


@pytest.fixture
def solution() -> dict[str, object]:
    return solve(robots.new_challenge(client=HOME, at=NOW))


def test_solution_is_good_once(solution):
    assert robots.verify(payload=payload(solution), at=NOW)
    assert not robots.verify(payload=payload(solution), at=NOW)


def test_solution_dies_after_twenty_minutes(solution):
    assert not robots.verify(payload=payload(solution), at=NOW + timedelta(minutes=20))
    assert robots.verify(payload=payload(solution), at=NOW + timedelta(minutes=19))


@pytest.mark.parametrize(
    "forged",
    [
        {"number": 60_001},
        {"signature": "0" * 64},
        {"algorithm": "SHA-1"},
        {"salt": "00?expires=99999999999&"},
        {"number": "9" * 5_000},
        {"salt": 7},
        {"challenge": None},
    ],
    ids=lambda forged: next(iter(forged)),
)
def test_forged_solution_is_refused(solution, forged):
    assert not robots.verify(payload=payload({**solution, **forged}), at=NOW)
    assert robots.verify(payload=payload(solution), at=NOW)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "e30=", base64.b64encode(b"[1]").decode(), "ÿ", "A" * 100_000),
        # Attack: nesting deeper than the reader can follow.
        base64.b64encode(b"[" * 1_400).decode(),
    ],
)
def test_rubbish_is_refused(text):
    assert not robots.verify(payload=text, at=NOW)


def test_challenge_is_served_to_anybody_without_a_session(client, clock):
    response = client.get(reverse("accounts:robot_challenge"))

    challenge = response.json()
    assert challenge["algorithm"] == "SHA-256"
    assert challenge["maxnumber"] == robots.MAX_NUMBER
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    assert robots.verify(payload=payload(solve(challenge)), at=NOW)


def test_challenges_are_limited_by_client(client, clock):
    statuses = {client.get(reverse("accounts:robot_challenge")).status_code for _ in range(61)}

    assert statuses == {200, 429}
