"""Asking the gateway over the network: what became of an attempt. Addresses from settings only."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from payments.gateways.vnpay import Terminal

# Connecting may take 3 seconds and the whole exchange 10.
PATIENT: Final = httpx.Timeout(connect=3.0, write=1.0, read=6.0, pool=0.5)
# While a payer waits for the page.
BRIEF: Final = httpx.Timeout(connect=1.0, write=0.5, read=1.5, pool=0.5)
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
LONGEST_ANSWER: Final = 8_000


class NotConfigured(Exception):
    """Terminal, secret or an address is missing: nothing is sent, nothing verified."""


class GatewayUnavailable(Exception):
    """The gateway gave no answer that can be read; of the payment nothing is known."""


def get_terminal() -> Terminal:
    """
    Return our terminal at VNPAY.

    :raises NotConfigured: if its code or secret is blank.
    """
    code, secret = settings.VNPAY_TMN_CODE.strip(), settings.VNPAY_HASH_SECRET.strip()
    if not code or not secret:
        raise NotConfigured("terminal")
    former = tuple(one.strip() for one in settings.VNPAY_HASH_SECRET_FORMER if one.strip())
    return Terminal(code=code, secret=secret, former=former)


def is_configured() -> bool:
    """Tell whether payers can be sent to the gateway."""
    return all(
        (
            settings.VNPAY_TMN_CODE.strip(),
            settings.VNPAY_HASH_SECRET.strip(),
            settings.VNPAY_PAY_URL,
        )
    )


def ask(body: Mapping[str, str], *, timeout: httpx.Timeout = PATIENT) -> str:
    """
    Send a query and return the answer as it came.

    :raises NotConfigured: if there is no address, or one that is neither TLS nor this machine.
    :raises GatewayUnavailable: if it cannot be reached, or says anything but 200.
    """
    url: str = settings.VNPAY_QUERY_URL
    if not is_safe_url(url):
        raise NotConfigured("query address")
    is_local = (urlsplit(url).hostname or "") in LOOPBACK
    try:
        with httpx.Client(
            timeout=timeout, follow_redirects=False, verify=True, trust_env=not is_local
        ) as client:
            response = client.post(url, json=dict(body))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GatewayUnavailable(type(error).__name__) from error
    if response.status_code != httpx.codes.OK:
        raise GatewayUnavailable(f"http {response.status_code}")
    return response.text[:LONGEST_ANSWER]


def is_safe_url(url: str) -> bool:
    """Tell whether a signed message may go there: over TLS, or without leaving this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)
