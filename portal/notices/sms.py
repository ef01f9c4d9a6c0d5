"""
The SMS medium: one HTTP adapter, which speaks the JSON protocol of eSMS.

A result of 100 means that the provider took the message, not that a phone has it. Its RequestId
may have 50 characters and blocks a twin for 24 hours; a twin is answered 124.
"""

import re
from typing import Final
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from portal.core.text import sms_text
from portal.notices.enums import Failure
from portal.notices.media import MediumUnavailable, Undeliverable
from portal.notices.models import Notice

# Connecting may take 3 seconds and the whole exchange about 10.
TIMEOUT: Final = httpx.Timeout(connect=3.0, write=1.0, read=6.0, pool=0.5)
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

ACCEPTED: Final = "100"
ALREADY_ACCEPTED: Final = "124"
# Blocked by the subscriber; not a phone number. All other codes are about our account, our
# brandname, our templates or their system: a person can mend those while we go on trying.
REFUSED_NUMBERS: Final = frozenset({"99", "108"})

PHONE: Final = re.compile(r"84\d{8,10}")
RESULT_CODE: Final = re.compile(r"\d{1,4}")


def send(notice: Notice) -> str:
    """
    Hand one notice to the SMS provider and return the provider's id for it.

    :raises MediumUnavailable: if the provider did not clearly take it.
    :raises Undeliverable: if the number is wrong or refuses messages.
    """
    if not PHONE.fullmatch(notice.to):
        raise Undeliverable(Failure.BAD_ADDRESS)
    answer = _post(
        {
            "ApiKey": settings.SMS_API_KEY,
            "SecretKey": settings.SMS_API_SECRET,
            "Brandname": settings.SMS_BRANDNAME,
            "Phone": notice.to,
            "Content": sms_text(notice.body),
            "SmsType": "2",  # customer care, which includes one-time codes
            "IsUnicode": "0",
            "Sandbox": "0",
            "RequestId": notice.message_id.hex,
        }
    )
    code = str(answer.get("CodeResult", ""))
    if code in REFUSED_NUMBERS:
        raise Undeliverable(Failure.REFUSED_ADDRESS)
    if code not in {ACCEPTED, ALREADY_ACCEPTED}:
        # Only a code is kept: the words beside it may quote the number.
        raise MediumUnavailable(f"sms {code}" if RESULT_CODE.fullmatch(code) else "sms no code")
    return str(answer.get("SMSID") or "")[:120]


def _post(payload: dict[str, str]) -> dict[str, object]:
    url = settings.SMS_API_URL
    if not is_safe_url(url):
        raise MediumUnavailable("sms address not https")
    # No proxy from the environment on the way to this very machine.
    is_local = (urlsplit(url).hostname or "") in LOOPBACK
    try:
        with httpx.Client(
            timeout=TIMEOUT, follow_redirects=False, verify=True, trust_env=not is_local
        ) as client:
            response = client.post(url, json=payload)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise MediumUnavailable(f"sms {type(error).__name__}") from error
    if response.status_code != httpx.codes.OK:
        raise MediumUnavailable(f"http {response.status_code}")
    try:
        answer = response.json()
    except ValueError as error:
        raise MediumUnavailable("sms not json") from error
    if not isinstance(answer, dict):
        raise MediumUnavailable("sms not json")
    return answer


def is_safe_url(url: str) -> bool:
    """Return whether keys may be sent there: over TLS, or without leaving this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)
