"""What machines ask for: whom to tell of a hole (RFC 9116), what to index and what to leave."""

import math
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from portal.core.decorators import public_page
from procedures.selectors import sitemap as addresses

# Without a day of the operator's the file is good for half a year from whenever it is read.
GOOD_FOR: Final = timedelta(days=180)
# How many addresses one file of the sitemap holds.
PART_SIZE: Final = 5000
# What is nobody's but the signed-in person's, and lists that are made of typed words.
PRIVATE: Final = (
    "/bien-tap/", "/can-bo/", "/dang-ky/", "/dang-nhap/", "/dang-xuat/", "/dia-chi/",
    "/dong-y-xu-ly-du-lieu/", "/ho-so/", "/ke-toan/", "/kiem-tra/", "/kiem-tra-nhat-ky/",
    "/lam-viec/", "/nop-ho-so/", "/nop-phi/", "/quan-tri/", "/quen-mat-khau/", "/tai-khoan/",
    "/thanh-toan/", "/thong-bao/", "/thu-ngan/", "/tra-cuu/", "/trinh-dien/",
)  # fmt: skip
_XML: Final = "application/xml; charset=utf-8"
TYPED: Final = ("/*?q=", "/*&q=", "/thu-tuc/goi-y/")


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


@public_page
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Say what search engines leave alone, and where the sitemap is."""
    lines = (
        "User-agent: *",
        *(f"Disallow: {path}" for path in (*TYPED, *PRIVATE)),
        "",
        f"Sitemap: {settings.BASE_URL}{reverse('operations:sitemap')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@public_page
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public address, or the parts that list them where there are many."""
    found = _addresses()
    if len(found) <= PART_SIZE:
        return _sitemap(request, found)
    parts = range(1, math.ceil(len(found) / PART_SIZE) + 1)
    urls = [f"{settings.BASE_URL}{reverse('operations:sitemap_part', args=[n])}" for n in parts]
    context = {"urls": urls}
    return render(request, "operations/sitemap_index.xml", context, content_type=_XML)


@public_page
def sitemap_part(request: HttpRequest, file_number: int) -> HttpResponse:
    """List one part of the addresses."""
    # Further than any sitemap goes, and not yet a number that takes time to count with.
    last = min(file_number, 1000) * PART_SIZE
    found = _addresses()[max(last - PART_SIZE, 0) : last]
    if not found:
        raise Http404
    return _sitemap(request, found)


def _addresses() -> list[addresses.Address]:
    return [(reverse("operations:home"), None), *addresses.list_addresses(at=timezone.now())]


def _sitemap(request: HttpRequest, found: list[addresses.Address]) -> HttpResponse:
    rows = [(f"{settings.BASE_URL}{path}", changed) for path, changed in found]
    return render(request, "operations/sitemap.xml", {"rows": rows}, content_type=_XML)
