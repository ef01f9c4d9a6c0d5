"""What every page knows of the site: its name, its agency, its navigation. Never who is looking."""

from dataclasses import dataclass
from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.encoding import escape_uri_path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Link:
    label: str | Promise
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class Site:
    name: str
    agency: str
    hotline: str
    hotline_tel: str
    email: str
    demo: bool
    home_url: str
    # The whole address of this page without its parameters.
    address: str
    sign_out_url: str
    nav: tuple[Link, ...]
    sign_in: tuple[Link, ...]
    account: tuple[Link, ...]
    footer: tuple[Link, ...]


class SiteContext(TypedDict):
    site: Site


NAV: tuple[tuple[str, str | Promise, str], ...] = (
    ("procedures:search", _("Thủ tục"), "paper"),
    ("dossiers:track", _("Tra cứu hồ sơ"), "search"),
    ("dossiers:mine", _("Hồ sơ của tôi"), "folder"),
)
SIGN_IN = (("accounts:sign_in", _("Đăng nhập"), "sign-in"),)
ACCOUNT = (("accounts:profile", _("Tài khoản"), "user"),)
FOOTER: tuple[tuple[str, str | Promise, str], ...] = (
    ("procedures:levels", _("Danh mục dịch vụ công trực tuyến"), "paper"),
    ("procedures:guides", _("Hướng dẫn"), "help"),
    ("procedures:questions", _("Câu hỏi thường gặp"), "message"),
    ("procedures:announcements", _("Thông báo"), "info"),
    ("procedures:units", _("Cơ quan, giờ làm việc"), "building"),
    ("operations:privacy", _("Bảo vệ dữ liệu cá nhân"), "shield"),
    ("operations:accessibility", _("Tiếp cận cho mọi người"), "eye"),
)


def site(request: HttpRequest) -> SiteContext:
    """Return the frame of a page; the same for everybody who opens the same address."""
    hotline: str = settings.SITE_HOTLINE
    return {
        "site": Site(
            name=settings.SITE_NAME,
            agency=settings.SITE_AGENCY,
            hotline=hotline,
            hotline_tel="".join(sign for sign in hotline if sign.isdigit()),
            email=settings.SITE_EMAIL,
            demo=settings.DEMO,
            home_url=_url("operations:home") or "/",
            address=f"{settings.BASE_URL}{escape_uri_path(request.path)}",
            sign_out_url=_url("accounts:sign_out"),
            nav=_links(NAV, path=request.path),
            sign_in=_links(SIGN_IN, path=request.path),
            account=_links(ACCOUNT, path=request.path),
            footer=_links(FOOTER, path=request.path),
        )
    }


def _links(entries: tuple[tuple[str, str | Promise, str], ...], *, path: str) -> tuple[Link, ...]:
    found = ((label, _url(name), icon) for name, label, icon in entries)
    return tuple(
        Link(label=label, url=url, icon=icon, current=path.startswith(url))
        for label, url, icon in found
        if url
    )


def _url(name: str) -> str:
    # An error page must come out even where the address of another page cannot be made.
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
