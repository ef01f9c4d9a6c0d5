"""Every address and what access_matrix.toml says of it: with which arguments, and to whom."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_from_bytes

import time_machine
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import User
from tests.factories.accounts import sign_in_proved
from tests.guardrails.world import Side, build_side, people, rolled_back

MATRIX = tomllib.loads(Path(__file__).with_name("access_matrix.toml").read_text(encoding="utf-8"))
# Addresses that name an object, by the argument that decides whose it is.
SCOPED = (
    "code",
    "draft_id",
    "reference",
    "refund_id",
    "organisation_id",
    "representative_id",
    "mandate_id",
    "person_id",
    "role_id",
    "unit_id",
    "export_id",
)
# Any clerk sees the papers of any organisation that comes to the counter.
# An editor works on every procedure, and sees only how many drafts and dossiers one has.
UNSCOPED = {"accounts:desk_organisation_seen", "dossiers:editor_impact"}
# Names whose object must be at a certain point for its owner to have it open.
WAITING = {"dossiers:supplement", "dossiers:supplement_upload", "dossiers:supplement_remove"}
# Names whose role is one held for somebody absent.
DELEGATED = {"accounts:unit_delegation_end", "accounts:delegation_end"}
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


def named_patterns(resolver: URLResolver, namespace: str = "") -> dict[str, URLPattern]:
    found: dict[str, URLPattern] = {}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{entry.namespace}:" if entry.namespace else namespace
            found |= named_patterns(entry, inner)
        else:
            found[f"{namespace}{entry.name}"] = entry
    return found


PATTERNS = named_patterns(get_resolver())


def arguments_of(name: str, side: Side, role: str = "owner") -> dict[str, Any]:
    """Return the arguments with which an address names an object of this side and role."""
    wanted = PATTERNS[name].pattern.converters
    own = side.own.get(role, {})
    values = side.arguments | own
    if name.startswith("procedures:") or name == "dossiers:editor_impact":
        values["code"] = side.decided.procedure.code
    if name in WAITING:
        values |= own.get("waiting", side.waiting_arguments)
    values |= side.offered.get(name, {})
    if name in DELEGATED:
        values["role_id"] = side.delegated_id
    if "draft_id" in wanted:
        values["file_id"] = own.get("draft_file_id", side.draft_file_id)
    return {argument: values[argument] for argument in wanted}


def address(name: str, arguments: Mapping[str, object]) -> str:
    """Return the address of a pattern with any bytes at all in the place of its arguments."""

    def piece(match: re.Match[str]) -> str:
        value = arguments[match[1]]
        return quote_from_bytes(value) if isinstance(value, bytes) else quote(str(value), safe="")

    # Of what is included under a prefix, only Django's own pages of configuration.
    prefix = "/quan-tri/" if name.startswith("admin:") else "/"
    return prefix + ARGUMENT.sub(piece, str(PATTERNS[name].pattern))


def rule_of(name: str) -> dict[str, str]:
    """Return what each role gets; a role that the rule does not name is like another."""
    named = MATRIX["rules"][MATRIX["urls"][name]]
    filled = named | {
        role: named[like] for role, like in MATRIX["like"].items() if role not in named
    }
    for role, like in MATRIX["elsewhere"].items():
        filled[role] = "absent" if named[like] == "open" and is_scoped(name) else named[like]
    return filled


def is_scoped(name: str) -> bool:
    return (
        bool(set(SCOPED) & set(PATTERNS[name].pattern.converters))
        and MATRIX["urls"].get(name) != "public"
        and name not in UNSCOPED
        # One catalogue for the whole province: its editors work on every procedure.
        and not name.startswith("procedures:editor_")
    )


# Signing in is half of the work: each person of an inhabited world does so once.
SESSIONS: dict[tuple[int, str], str] = {}


@contextmanager
def inhabited(*keys: str) -> Iterator[tuple[Side, ...]]:
    """
    Build offices with everybody signed in, once for a whole file; they are gone at its end.

    Building them for each test would be most of its time. Each test runs in a savepoint of its own
    inside this block, so none sees what another did. The clock stands still, so that no session
    grows old however slow the machine is.
    """
    with time_machine.travel(timezone.now(), tick=False), rolled_back():
        sides = tuple(build_side(key) for key in keys)
        for side in sides:
            for user in people(side).values():
                if user is not None:
                    SESSIONS[user.pk, user.acting_key] = signed_in(user)
        yield sides
        SESSIONS.clear()
        transaction.set_rollback(True)


def signed_in(user: User) -> str:
    """Return the key of a new session, with a fresh proof and for whom the person acts."""
    client = sign_in_proved(Client(), user)
    if user.acting:
        session = client.session
        session[sessions.ACTING] = user.acting_key
        session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ask(user: User | None, method: str, name: str, arguments: dict[str, Any]) -> HttpResponse:
    client = Client()
    if user is not None:
        key = SESSIONS.get((user.pk, user.acting_key)) or signed_in(user)
        client.cookies[settings.SESSION_COOKIE_NAME] = key
    with rolled_back():
        # What one role did is not there any more when the next one asks.
        response = client.generic(method, reverse(name, kwargs=arguments))
        transaction.set_rollback(True)
    if response.streaming:
        # A file of the catalogue, the same for everybody: only that it came is of interest here.
        for close in response._resource_closers:
            close()
    return response


def outcome(response: HttpResponse) -> str:
    location = response.headers.get("Location", "")
    if response.status_code == 302 and "/dang-nhap/" in location and "next=" in location:
        return "sign-in"
    return {403: "forbidden", 404: "absent", 405: "not-a-method"}.get(
        response.status_code, "open" if response.status_code < 500 else "error"
    )
