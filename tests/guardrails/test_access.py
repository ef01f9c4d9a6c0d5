"""Every address against every role, as access_matrix.toml says; an address missing there fails."""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import get_resolver, path
from django.utils import timezone

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.models import User
from dossiers.models import Dossier
from tests.guardrails.headers import is_public, slips
from tests.guardrails.matrix import (
    MATRIX,
    PATTERNS,
    arguments_of,
    ask,
    inhabited,
    is_scoped,
    named_patterns,
    outcome,
    rule_of,
)
from tests.guardrails.world import Side, people

# Arguments that hang on a scoped object: mine with another's must be absent as well.
PARTS = ("file_id", "slip_id", "item_id", "day_id")
ABSENT = {
    "code": "H99.99-260302-9999",
    "draft_id": uuid4(),
    "file_id": uuid4(),
    "slip_id": 999_999,
    "item_id": 999_999,
    "person_id": 999_999,
    "role_id": 999_999,
    "unit_id": 999_999,
    "day_id": 999_999,
    "reference": "H99.99-260302-9999-P1",
    "refund_id": 999_999,
    "organisation_id": 999_999,
    "representative_id": 999_999,
    "mandate_id": 999_999,
    "export_id": uuid4(),
}
# What changes from one answer to the next and says nothing about the object.
NOISE = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f]{32}')

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Side, ...]]:
    with django_db_blocker.unblock(), inhabited("song-tranh", "binh-lam") as sides:
        yield sides


def from_elsewhere(side: Side) -> dict[str, User]:
    """Return who has a function of the matrix, but over there."""
    return {"other_clerk": side.place.clerk, "other_citizen": side.owner}


def body(response: HttpResponse) -> tuple[int, bytes]:
    return response.status_code, NOISE.sub(b"", response.content)


def test_every_address_is_in_the_matrix_and_the_matrix_names_no_other():
    assert set(PATTERNS) == set(MATRIX["urls"])


def test_every_role_has_a_column():
    columns = {*MATRIX["rules"]["staff"], *MATRIX["like"], *MATRIX["elsewhere"]}

    assert {role.value.lower() for role in Role} <= columns
    for kind, rule in MATRIX["rules"].items():
        assert set(MATRIX["like"].values()) <= set(rule), kind


def wrong_answers(name: str, here: Side, elsewhere: Side) -> list[str]:
    """Return where an address answers otherwise than the matrix says, tells much or is careless."""
    rule = rule_of(name)
    found = []
    for role, user in (people(here) | from_elsewhere(elsewhere)).items():
        for method in ("GET", "POST"):
            response = ask(user, method, name, arguments_of(name, here, role))
            got = outcome(response)
            if got not in {rule[role], "not-a-method"}:
                found.append(f"{role} {method}: {got} ({response.status_code}), not {rule[role]}")
            found += [f"{role} {method}: {slip}" for slip in slips(name, user, response)]
            if role not in {*MATRIX["elsewhere"], *MATRIX["everywhere"]} and not is_public(name):
                shown = marks_in(response, elsewhere)
                found += [f"{role} {method}: shows {mark} of elsewhere" for mark in shown]
    return found


def marks_in(response: HttpResponse, side: Side) -> list[str]:
    """Return what an answer shows of a side: a list or a count that forgot its scope."""
    # What streams is a file of the catalogue, or one whose address names its dossier.
    content = b"" if response.streaming else response.content
    owner, draft_id = side.owner, side.arguments["draft_id"]
    codes = (side.decided.code, side.waiting.code)
    marks = (*codes, owner.phone, owner.identity_number, str(draft_id))
    return [mark for mark in marks if mark.encode() in content]


def oracles(name: str, here: Side, elsewhere: Side) -> list[str]:
    """Return where an address tells what is out of scope from what does not exist."""
    rule = rule_of(name)
    found = []
    for role, user in people(here).items():
        is_open = rule[role] == "open"
        # Whoever may not open their own is refused before anything is looked up: tried by "absent".
        bounded = is_open and role not in MATRIX["everywhere"]
        mine, theirs = arguments_of(name, here, role), arguments_of(name, elsewhere, role)
        absent = {argument: ABSENT.get(argument, value) for argument, value in mine.items()}
        for method in ("GET", "POST"):
            answers = {"absent": ask(user, method, name, absent)}
            if bounded:
                answers["another's"] = ask(user, method, name, theirs)
            for part in PARTS:
                if part in mine and bounded:
                    mixed = {**mine, part: theirs[part]}
                    answers[f"mine with another's {part}"] = ask(user, method, name, mixed)
            expected = "absent" if is_open else rule[role]
            found += [
                f"{role} {method} {what}: {outcome(response)}, not {expected}"
                for what, response in answers.items()
                if outcome(response) not in {expected, "not-a-method"}
            ]
            if expected == "absent" and len({body(r) for r in answers.values()}) > 1:
                found.append(f"{role} {method}: answers differ between another's and absent")
    return found


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_address_answers_each_role_as_the_matrix_says(name, world):
    """And each answer goes out as tests.guardrails.headers asks."""
    found = wrong_answers(name, *world)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(filter(is_scoped, PATTERNS)))
def test_what_is_out_of_scope_is_answered_like_what_does_not_exist(name, world):
    found = oracles(name, *world)

    assert not found, "\n".join(found)


def test_the_matrix_bites(world):
    here, _elsewhere = world
    public = ask(None, "GET", "dossiers:track", {})

    assert outcome(public) == "open"
    assert outcome(ask(None, "GET", "dossiers:mine", {})) == "sign-in"
    assert outcome(ask(here.place.clerk, "GET", "dossiers:mine", {})) == "forbidden"


@login_not_required
def unguarded(_request, code):
    return HttpResponse(status=200 if Dossier.objects.filter(code=code).exists() else 404)


def signed_in_only(request, code):
    return unguarded(request, code)


@staff_required(Role.CLERK)
def without_scope(request, code):
    return unguarded(request, code)


@staff_required(Role.CLERK)
def telling(request, code):
    """Attack: 403 for what exists and is another's, 404 for what does not exist."""
    if Dossier.objects.visible_to(request.user, at=timezone.now()).filter(code=code).exists():
        return HttpResponse()
    if Dossier.objects.filter(code=code).exists():
        raise PermissionDenied
    return HttpResponse(status=404)


@staff_required(Role.CLERK)
def leaking(_request, code):
    codes = Dossier.objects.exclude(code=code).values_list("code", flat=True)
    return HttpResponse(", ".join(codes))


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (
            unguarded,
            ["anonymous GET: open (200), not sign-in", "owner GET: open (200), not forbid"],
        ),
        (signed_in_only, ["owner GET: open (200), not forbid", "other_clerk GET: open (200), not"]),
        (without_scope, ["other_clerk GET: open (200), not absent", "clerk GET another's: open"]),
        (telling, ["clerk GET another's: forbidden, not absent", "answers differ"]),
        (leaking, ["clerk GET: shows H"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_view_without_its_guard_is_found(view, lines, world, monkeypatch, settings):
    """Attack: a view whose guard was forgotten, or its scope, or that tells or lists too much."""
    added = path("moi/<str:code>/", view, name="new")
    urls = ModuleType("tests.guardrails.urls_with_a_new_view")
    urls.urlpatterns = [*get_resolver().url_patterns, added]
    settings.ROOT_URLCONF = urls
    assert set(named_patterns(get_resolver(urls))) - set(MATRIX["urls"]) == {"new"}
    monkeypatch.setitem(PATTERNS, "new", added)
    monkeypatch.setitem(MATRIX["urls"], "new", "clerk")

    found = "\n".join(wrong_answers("new", *world) + oracles("new", *world))

    for line in lines:
        assert line in found
