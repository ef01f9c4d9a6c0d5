"""The pages of one's own account: what is kept about me, what I was told."""

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors
from accounts.enums import Role
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.services import inbox as inbox_services
from accounts.views.targets import dossier_address
from portal.notices.models import Notice

NOTICES_PER_PAGE = 20
ADMINISTRATORS = (Role.UNIT_ADMIN, Role.SYSTEM_ADMIN)


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice and the address of the dossier it is about, "" if it is about none."""

    notice: Notice
    dossier_url: str


@never_cache
@require_safe
def profile(request: SignedInRequest) -> HttpResponse:
    """Show what the portal keeps about the person who is signed in."""
    user = request.user
    context = {
        "rows": selectors.list_own_data(user),
        "unread": selectors.count_unread(user),
        "is_staff_member": user.is_staff_member,
        "is_administrator": any(held.role in ADMINISTRATORS for held in request.roles),
        "offers_eid": bool(settings.EID) and user.is_citizen,
        "frame": frame_of(user),
    }
    return render(request, "accounts/profile.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inbox(request: SignedInRequest) -> HttpResponse:
    """Show the notices of the person who is signed in; on POST, note that they were read."""
    if request.method == "POST":
        inbox_services.mark_all_read(user=request.user, at=timezone.now())
        return redirect("accounts:inbox")
    notices = selectors.list_inbox(request.user)
    page = Paginator(notices, NOTICES_PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "entries": [Entry(notice, dossier_address(notice, user=request.user)) for notice in page],
        "unread": selectors.count_unread(request.user),
        "frame": frame_of(request.user),
    }
    return render(request, "accounts/inbox.html", context)


def frame_of(user: User) -> str:
    """Return the frame of a page that citizens and staff have alike."""
    return "base_office.html" if user.is_staff_member else "base_signed_in.html"
