"""What views may rely on about a request: who is signed in, from where, back to where."""

import ipaddress
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sessions
from accounts.enums import UserKind
from accounts.models import StaffRole, User
from accounts.services import robots
from accounts.services.limits import Visitor
from accounts.services.second_factor import Proof, prove

NEXT: Final = "next"
# Where static/js/robot.js writes the solution.
ROBOT_FIELD: Final = "altcha"
_CODE_SESSION: Final = "code_session"


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    # The roles held today, with their units; read once, when first asked for. Citizens have none.
    roles: list[StaffRole]


class CitizenRequest(SignedInRequest):
    """A request of a citizen; made sure of by `citizen_required`."""


class StaffRequest(SignedInRequest):
    """A request of a member of staff; made sure of by `staff_required`."""


def is_signed_in(request: HttpRequest, kind: UserKind) -> bool:
    return isinstance(request.user, User) and request.user.kind == kind


def client_address(request: HttpRequest) -> str:
    """
    Return the address that limits are counted by.

    A header counts only as far as our own proxies wrote it: the entry that the outermost of the
    TRUSTED_PROXY_COUNT proxies added. An IPv6 household is one address: its first 64 bits.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXY_COUNT
    if proxies > 0:
        entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(entries) >= proxies and entries[-proxies].strip():
            address = entries[-proxies].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def visitor(request: HttpRequest, *, at: datetime) -> Visitor:
    """
    Return the address for a form that anyone may send and that can show the robot check.

    The solution that came with the request is used up here, so this is called once.
    """
    sent = request.POST if request.method == "POST" else request.GET
    payload = sent.get(ROBOT_FIELD, "")
    return Visitor(client_address(request), checked=robots.verify(payload=payload, at=at))


def code_session(request: HttpRequest) -> str:
    """
    Return what binds one-time codes to this browser, for `codes.send_code` and `check_code`.

    It is not the session's own key, which changes at sign-in.
    """
    token: str | None = request.session.get(_CODE_SESSION)
    if token is None:
        token = request.session[_CODE_SESSION] = secrets.token_urlsafe(24)
    return token


def prove_again(request: SignedInRequest, code: str, *, at: datetime) -> Proof:
    """
    Take a code of the second factor of whoever is signed in; the session gets a new key.

    :raises CodeRefused: if it is wrong or was used.
    :raises TooManyRequests: after too many wrong ones.
    """
    proof = prove(user=request.user, code=code, client=client_address(request), at=at)
    request.session.cycle_key()
    sessions.mark_proved(request.session, at=at)
    return proof


def own_path(url: str, request: HttpRequest) -> str:
    """Return path and query of an address of this host, "" of any other."""
    if not url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(url)
    path = urlunsplit(("", "", parts.path, parts.query, ""))
    return path if path.startswith("/") and not path.startswith("//") else ""


def safe_next(request: HttpRequest, *, default: str) -> str:
    """Return where the person wanted to go, if that is a page of ours; otherwise `default`."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts=None, require_https=request.is_secure()
    )
    return wanted if is_ours else default
