"""Asking the provider over the network: bounded in time and size, JSON or nothing."""

import json
import time
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
from django.views.decorators.debug import sensitive_variables

from accounts.eid.provider import EidRefused, Provider, Refusal
from portal.core.addresses import LOOPBACK, is_safe_url

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 4.0
# For the whole of a sign-in: discovery, token, keys and user info together.
BUDGET_SECONDS: Final = 10.0
LONGEST_ANSWER: Final = 256 * 1024


class Budget:
    """How long the calls of one sign-in may take together."""

    def __init__(self, seconds: float = BUDGET_SECONDS) -> None:
        self.until = time.monotonic() + seconds

    def left(self) -> float:
        """
        Return the seconds that are left.

        :raises EidRefused: if none are.
        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise EidRefused(Refusal.UNAVAILABLE, "time")
        return left


def new_session(provider: Provider) -> requests.Session:
    """Return a session that follows the settings, never the machine's own proxies or .netrc."""
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    if provider.ca_bundle:
        session.verify = provider.ca_bundle
    if provider.proxy:
        session.proxies = {"http": provider.proxy, "https": provider.proxy}
    return session


@sensitive_variables()
def fetch_json(
    session: requests.Session, method: str, url: str, *, budget: Budget, **options: Any
) -> tuple[int, dict[str, Any]]:
    """
    Return status and JSON object of an answer.

    :raises EidRefused: if there is none within the budget, or it is no object.
    """
    if not is_safe_url(url):
        raise EidRefused(Refusal.UNAVAILABLE, "address")
    if (urlsplit(url).hostname or "") in LOOPBACK:
        session.proxies = {}
    left = budget.left()
    try:
        with session.request(
            method,
            url,
            timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
            allow_redirects=False,
            stream=True,
            **options,
        ) as response:
            body = _read(response, budget)
            answer = json.loads(body)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise EidRefused(Refusal.UNAVAILABLE, type(error).__name__) from None
    except (ValueError, RecursionError):
        raise EidRefused(Refusal.UNAVAILABLE, "not JSON") from None
    if not isinstance(answer, dict):
        raise EidRefused(Refusal.UNAVAILABLE, "not an object")
    return response.status_code, answer


def _read(response: requests.Response, budget: Budget) -> bytes:
    """Read piece by piece: a provider that sends a byte a second holds nobody up for long."""
    body = bytearray()
    while piece := response.raw.read1(8192, decode_content=True):
        body += piece
        budget.left()
        if len(body) > LONGEST_ANSWER:
            raise EidRefused(Refusal.UNAVAILABLE, "too long")
    return bytes(body)
