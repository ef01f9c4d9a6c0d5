"""One dossier on the desk: the page where it is worked on, and the parts that refresh alone."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from dossiers.selectors import desk_work
from dossiers.views.desk_deeds import get_dossier, readers_only


@require_http_methods(["GET", "HEAD"])
@readers_only
def work(request: StaffRequest, code: str) -> HttpResponse:
    """Show everything about a dossier and what may be done to it now."""
    at = timezone.now()
    dossier = get_dossier(request, code, at=at)
    page = desk_work.get_work_page(dossier, request.user, request.roles, at=at)
    return render(request, "dossiers/desk/work.html", {"page": page, "dossier": dossier})


@require_http_methods(["GET", "HEAD"])
@readers_only
def slips(request: StaffRequest, code: str) -> HttpResponse:
    """Show the slips alone: asked for again while one is being made."""
    dossier = get_dossier(request, code, at=timezone.now())
    context = {"dossier": dossier, "slips": desk_work.list_slips(dossier, request.roles)}
    return render(request, "dossiers/desk/parts/slips.html", context)
