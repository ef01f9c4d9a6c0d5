"""
Every address against what nobody types by accident: an answer in words, never an error of ours.

A fixed table of values, no randomness, a minute at most. What breaks is named with its request.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from dossiers.enums import DossierState
from tests.dossiers.desk import LATER, approved, proposed
from tests.factories.accounts import sign_in_proved
from tests.factories.dossiers import dossier_at
from tests.factories.filing import Place, ready_draft
from tests.guardrails.matrix import MATRIX, PATTERNS, address, arguments_of
from tests.guardrails.world import Side, build_side, people, rolled_back

pytestmark = pytest.mark.django_db

# As bytes: what arrives need not be text.
HOSTILE: Mapping[str, bytes] = {
    "nothing": b"",
    "NUL": b"a\x00b",
    "invalid UTF-8": b"\xff\xfe\xed\xa0\x80",
    "line breaks": b"a\r\nSet-Cookie: x=1\r\n\r\n<b>",
    "digits without end": b"9" * 5_000,
    "beyond a bigint": b"99999999999999999999",
    "below zero": b"-1",
    "superscript digit": "²".encode(),
    "digits of another script": "١٢٣٤٥٦٧٨٩٠١٢".encode(),
    "not a number": b"NaN",
    # A path, markup, a template and SQL at once: a value that is code is only a text to each.
    "code": (
        b"../../../../etc/passwd\"'><script>alert(1)</script>"
        b"{{ settings.SECRET_KEY }}{% load x %}%(x)s{0.__class__}' OR '1'='1'; --"
    ),
    "100 kB": b"A" * 100_000,
}
# Those that a single field is tried with, its neighbours being right.
SHARP = ("digits without end", "beyond a bigint")
# Those that stand in the path; the rest differs from them only for whoever reads it.
PATHS = ("NUL", "line breaks", "beyond a bigint", "code", "invalid UTF-8")
# One address of each kind of view, for what is read before a view is chosen or by all alike.
SAMPLE = (
    "operations:home", "procedures:search", "procedures:form_file", "accounts:sign_in",
    "accounts:confirm", "accounts:robot_challenge", "dossiers:track", "dossiers:mine",
    "dossiers:paper_upload", "dossiers:file", "dossiers:queue", "dossiers:pane", "dossiers:accept",
    "payments:receive",
)  # fmt: skip
ASKED = (
    "q", "trang", "hang", "ma", "linh_vuc", "co_quan", "cap", "muc_do", "truong_hop", "cach",
    "muc", "ve", "next", "sort", "order_by", "_connector", "owner__password",
)  # fmt: skip
POSTED = (
    "phien", "trang", "agency", "case", "relation", "phone", "email", "address", "child_name",
    "child_born", "child_identity", "method", "quantity_x", "exemption_x", "tinh", "f-add",
    "f-remove", "f-ly_do", "key", "promise", "altcha", "chac-chan", "name", "password", "answer",
    "identity_number", "full_name", "date_of_birth", "consent", "version", "note", "reason",
    "ground", "outcome", "deadline", "to", "number", "obligation", "amount_vnd", "ma", "q", "next",
)  # fmt: skip
# An address that the matrix lacks fails tests/guardrails/test_access.py.
KNOWN = sorted(set(PATTERNS) & set(MATRIX["urls"]))
TAG = re.compile(r"<(?:input|select|textarea|button)\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')
STEPS = ("co-quan", "nguoi", "to-khai", "giay-to", "nhan-ket-qua", "xem-lai", "nop")


class Attacker:
    """Somebody who sends whatever they like; what a request changed is undone after it."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        if user is not None:
            sign_in_proved(self.client, user)

    def send(self, method: str, path: str, **more: Any) -> HttpResponse:
        with rolled_back():
            response = self.client.generic(method, path, **more)
            if response.streaming:
                for close in response._resource_closers:
                    close()
            transaction.set_rollback(True)
        return response

    def post(self, path: str, fields: Mapping[str, bytes], **more: Any) -> HttpResponse:
        kind = "application/x-www-form-urlencoded"
        return self.send("POST", path, data=encoded(fields), content_type=kind, **more)


@pytest.fixture(scope="module")
def side(django_db_setup: None, django_db_blocker: Any) -> Iterator[Side]:
    with django_db_blocker.unblock(), rolled_back(), time_machine.travel(LATER, tick=True):
        side = build_side("song-tranh")
        side.arguments["draft_id"] = _whole_draft(side)
        yield side
        transaction.set_rollback(True)


def _whole_draft(side: Side) -> Any:
    offer = side.decided.procedure.offers.get()
    return ready_draft(Place(side.place, offer), side.owner, at=LATER).pk


def attacker_of(name: str, side: Side) -> Attacker:
    """Return whoever gets furthest with an address: the first role that it is open to."""
    rule = MATRIX["rules"][MATRIX["urls"][name]]
    role = next((role for role, outcome in rule.items() if outcome == "open"), "anonymous")
    return Attacker(people(side)[role])


def encoded(pairs: Mapping[str, bytes]) -> str:
    return "&".join(f"{quote(name)}={quote_from_bytes(value)}" for name, value in pairs.items())


def complaint(what: str, response: HttpResponse) -> list[str]:
    where = response.headers.get("Location", "")
    if response.status_code < 500 and not where.startswith(("//", "http", "javascript")):
        return []
    kind, error, _trace = getattr(response, "exc_info", None) or (None, "", None)
    return [f"{what}: {response.status_code} {kind} {str(error)[:150]} {where[:80]}"]


def filled_in(page: str) -> dict[str, bytes]:
    """Return the fields of a page with what stands in them, or something short."""
    fields = {}
    for tag in TAG.findall(page):
        found = dict(ATTRIBUTE.findall(tag))
        if found.get("name") and found["name"] != "csrfmiddlewaretoken":
            fields[found["name"]] = (found.get("value") or "1").encode()
    return fields


@pytest.mark.parametrize("name", KNOWN)
def test_no_value_in_query_body_or_path_breaks_a_page(name, side):
    """Attack: malformed input in every parameter at once (NUL, bad UTF-8, huge, code)."""
    arguments, attacker = arguments_of(name, side), attacker_of(name, side)
    paths = [address(name, arguments)]
    if "step" in arguments:
        paths = [address(name, {**arguments, "step": step}) for step in STEPS]
    found = []
    for path in paths:
        for label, value in HOSTILE.items():
            query = encoded(dict.fromkeys(ASKED, value[:2_000]))
            found += complaint(f"GET ?{label} {path}", attacker.send("GET", f"{path}?{query}"))
            fields = dict.fromkeys(POSTED, value[:30_000])
            found += complaint(f"POST {label} {path}", attacker.post(path, fields))
    for argument in arguments:
        for label in PATHS:
            path = address(name, {**arguments, argument: HOSTILE[label]})
            for method in ("GET", "POST"):
                found += complaint(f"{method} {argument}={label}", attacker.send(method, path))

    assert not found, "\n".join(found)


def forms(side: Side) -> dict[str, tuple[User | None, str]]:
    """Return the pages whose forms go somewhere, each with who may send it, at its moment."""
    place, owner = side.place, side.owner
    fresh = dossier_at(DossierState.SUBMITTED, place=place, owner=owner).code
    running = dossier_at(DossierState.PROCESSING, place=place, owner=owner).code
    owing = dossier_at(DossierState.PAYMENT, place=place, owner=owner).code
    desk = {
        f"lam-viec/{fresh}/tiep-nhan": place.clerk,
        f"lam-viec/{fresh}/tu-choi": place.clerk,
        f"lam-viec/{fresh}/bo-sung": place.clerk,
        f"lam-viec/{running}/trinh": place.officer,
        f"lam-viec/{running}/dung": place.leader,
        f"lam-viec/{running}/giao-lai": place.leader,
        f"lam-viec/{proposed(place, owner=owner).code}/phe-duyet": place.leader,
        f"lam-viec/{approved(place, owner=owner).code}/phat-hanh": place.registrar,
        f"lam-viec/{side.decided.code}/tra-ket-qua": place.clerk,
        f"thu-ngan/{owing}": place.cashier,
        f"ho-so/{fresh}/rut": owner,
        f"ho-so/{side.waiting.code}/bo-sung": owner,
        "dang-ky": None,
        "dang-nhap": None,
        "quen-mat-khau": None,
        "tra-cuu/quen-ma": None,
        "tra-cuu/xac-nhan": None,
    }
    draft = f"nop-ho-so/ban-nhap/{side.arguments['draft_id']}"
    desk |= {f"{draft}/{step}": owner for step in STEPS}
    return {path: (user, f"/{path}/") for path, user in desk.items()}


def test_no_value_in_one_field_breaks_a_form_that_is_otherwise_right(side):
    """Attack: malformed input behind a form's first check, one field at a time."""
    found, opened = [], 0
    for user, path in forms(side).values():
        attacker = Attacker(user)
        page = attacker.send("GET", path)
        assert page.status_code == 200, (path, page.status_code)
        fields = filled_in(page.text)
        opened += bool(fields)
        for field in fields:
            for label in SHARP:
                changed = fields | {field: HOSTILE[label]}
                found += complaint(f"{path} {field}={label}", attacker.post(path, changed))

    assert not found, "\n".join(found)
    assert opened > 20


HEADERS = (
    {"HTTP_COOKIE": 'sessionid="aaaaaaaa\\000bbbb"; csrftoken="\\000"'},
    {"HTTP_COOKIE": "sessionid=" + "a" * 5_000},
    {"HTTP_COOKIE": "=;;=a;\xff=\xfe"},
    {"HTTP_ACCEPT": "*/*;q=NaN, \xff, text/" + "x" * 5_000},
    {"HTTP_ACCEPT_LANGUAGE": "-" * 500},
    {"HTTP_RANGE": "bytes=9999999999999999999999-1,a-b,-"},
    {"HTTP_IF_NONE_MATCH": "\xff" * 99, "HTTP_IF_MODIFIED_SINCE": "31 Feb 99999999"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://[::1", "HTTP_HX_TARGET": "\xff"},
    {"HTTP_REFERER": "http://[evil"},
    {"HTTP_REFERER": "//evil.example\\"},
    {"HTTP_ORIGIN": "null", "HTTP_X_REQUESTED_WITH": "XMLHttpRequest", "HTTP_X_AUTOSAVE": "1"},
    {"HTTP_X_FORWARDED_FOR": ",,,::::,999.1.1.1", "HTTP_X_HEALTH_TOKEN": "\xff"},
    {"HTTP_X_REQUEST_ID": "a evil", "HTTP_USER_AGENT": "\xff" * 50},
)
BODIES = (
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a'),
    (
        "multipart/form-data; boundary=x",
        (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="\x00\xff/../b.pdf"'
            b"\r\nContent-Type: \xff/\x00\r\n\r\n%PDF-1.4 nothing\r\n--x--\r\n"
        ),
    ),
    ("multipart/form-data; boundary=x; charset=utf-7", b"--x--\r\n"),
    ("application/x-www-form-urlencoded; charset=no-such", b"a=1"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"),
    ("application/json", b"[" * 20_000),
    ("text/xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(10_000))),
    ("application/x-www-form-urlencoded", b"a=" + b"1" * 3_000_000),
)


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_no_header_breaks_a_page(headers, side):
    """Attack: malformed headers, cookies included."""
    found = []
    for name in SAMPLE:
        attacker, path = attacker_of(name, side), address(name, arguments_of(name, side))
        for method in ("GET", "POST"):
            found += complaint(f"{method} {path}", attacker.send(method, path, **headers))

    assert not found, "\n".join(found)


@pytest.mark.parametrize(("content_type", "data"), BODIES, ids=range(len(BODIES)))
def test_no_body_breaks_a_page(content_type, data, side):
    """Attack: malformed bodies (multipart, charsets, nesting, ten thousand parameters)."""
    found = []
    for name in SAMPLE:
        attacker, path = attacker_of(name, side), address(name, arguments_of(name, side))
        sent = attacker.send("POST", path, data=data, content_type=content_type)
        found += complaint(f"POST {path}", sent)

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "host", ["evil.example", "1.2.3.4:80:80", "foo_bar", " ", "tiếng", "a' OR 1=1", "[::1"]
)
def test_foreign_host_is_refused_in_words(host):
    """Attack: host header (poisoned links, a crash of the page that refuses it)."""
    client = Client(raise_request_exception=False)
    for name in ("operations:home", "accounts:forgot_password", "dossiers:mine"):
        for method in ("GET", "POST"):
            sent = {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": "evil.example"}
            response = client.generic(method, address(name, {}), **sent)

            assert response.status_code == 400
            assert b"evil.example" not in response.content


def test_forwarded_host_is_never_believed(client):
    """Attack: X-Forwarded-Host, which poisons links and redirects."""
    response = client.get("/ho-so/", headers={"X-Forwarded-Host": "evil.example"})

    assert response.status_code == 302
    assert response.url.startswith("/")
