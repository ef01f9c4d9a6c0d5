"""What every request passes through: its id."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from portal.core.logging import request_id

# What a proxy in front may hand down; anything else could forge lines in the log.
_FROM_PROXY = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Name the request, so that a person on the phone and a line in the log meet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        handed_down = request.headers.get("X-Request-ID", "")
        name = handed_down if _FROM_PROXY.fullmatch(handed_down) else secrets.token_hex(8)
        token = request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response
