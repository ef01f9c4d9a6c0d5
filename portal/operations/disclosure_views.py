"""Whom to tell of a hole in the portal (RFC 9116)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.core.decorators import public_page

# Without a day of the operator's the file is good for half a year from whenever it is read.
GOOD_FOR: Final = timedelta(days=180)


@public_page
def security_txt(request: HttpRequest) -> HttpResponse:
    lines = (
        f"Contact: {_contact()}",
        f"Expires: {_expires():%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: vi, en",
        f"Canonical: {settings.BASE_URL}/.well-known/security.txt",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _contact() -> str:
    if settings.SECURITY_CONTACT:
        return str(settings.SECURITY_CONTACT)
    if settings.SITE_EMAIL:
        return f"mailto:{settings.SITE_EMAIL}"
    # A Vietnamese number as it is dialled from anywhere.
    number = "".join(sign for sign in settings.SITE_HOTLINE if sign.isdigit())
    return f"tel:+84{number.removeprefix('0')}"


def _expires() -> datetime:
    told = settings.SECURITY_EXPIRES
    day = date.fromisoformat(told) if told else timezone.localdate() + GOOD_FOR
    return datetime.combine(day, time(), tzinfo=UTC)
