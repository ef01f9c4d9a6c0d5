"""What every request passes through: its id, and its one line in the log."""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable

import pghistory
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, UnreadablePostError

from portal.core.logging import request_id, route_of

logger = logging.getLogger("portal.access")

# What a proxy in front may hand down; anything else could forge lines in the log.
_FROM_PROXY = re.compile(r"[A-Za-z0-9-]{8,64}")
# Asked for every few seconds by machines, or served by the thousand: a line each says nothing.
_UNNOTED = ("/healthz", "/readyz", "/static/")

# No page needs a sensor of the device; photos of papers come through the file chooser, which asks.
_SENSORS = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
)  # fmt: skip
_HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _SENSORS),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class RequestIdMiddleware:
    """Name the request, so that a person on the phone and a line in the log meet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        handed_down = request.headers.get("X-Request-ID", "")
        name = handed_down if _FROM_PROXY.fullmatch(handed_down) else secrets.token_hex(8)
        token = request_id.set(name)
        started = time.monotonic()
        try:
            response = self.get_response(request)
            _note(request, response, seconds=time.monotonic() - started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response


def _note(request: HttpRequest, response: HttpResponseBase, *, seconds: float) -> None:
    """Write down which page was asked for and how it went: not by whom, not with what."""
    if request.path.startswith(_UNNOTED):
        return
    # Anybody may send any word as a method.
    method = request.method if request.method in {"GET", "HEAD", "POST"} else "(khác)"
    route, milliseconds = route_of(request), round(seconds * 1000)
    logger.info(
        "%s %s %d %d ms",
        method,
        route,
        response.status_code,
        milliseconds,
        extra={
            "method": method,
            "route": route,
            "status": response.status_code,
            "ms": milliseconds,
        },
    )


class HeadersMiddleware:
    """Give every answer, files of ours included, the headers that Django has no setting for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class HistoryMiddleware:
    """
    Say, beside every version of a tracked row, which request changed it, and whose it was.

    The account's id, the request's id and the name of the view: no address, no personal value.
    Set with the statements that write, so that no page costs a query more; only unsafe methods
    write tracked rows.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)
        with pghistory.context(request=request_id.get()):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_arguments: object
    ) -> None:
        """Add what is known only now: the view, and who was let in to it."""
        match = request.resolver_match
        if match is None or request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        pghistory.context(url=match.view_name)
        # A public page has not asked who is signed in, and is not made to.
        if getattr(request, "is_private", False) and request.user.pk is not None:
            pghistory.context(user=request.user.pk)


class PlainTextMiddleware:
    """
    Answer 400 to whoever sends a NUL character: no keyboard has one, no column can hold it.

    Here, once, rather than wherever a view hands a part of an address, a cookie or a field to the
    database, which would refuse it with an error of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        _refuse_nul([request.path, *request.COOKIES.values()])
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], *_arguments: object
    ) -> HttpResponse | None:
        """Look at what is sent to a private page; public ones clean what they read, and say so."""
        if not getattr(view, "login_required", True):
            return None
        try:
            _refuse_nul([*_texts(request.GET), *_texts(request.POST)])
        except UnreadablePostError:
            # Whoever sent it is gone.
            return HttpResponse(status=400)
        return None


def _texts(data: QueryDict) -> Iterable[str]:
    for name, values in data.lists():
        yield name
        yield from values


def _refuse_nul(texts: Iterable[str]) -> None:
    if any("\x00" in text for text in texts):
        raise BadRequest("NUL character")
