"""“Ai đã xem hồ sơ của tôi”: for the owner, and with names for the leader who answers for it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_required, staff_required
from accounts.enums import Role
from accounts.requests import CitizenRequest, StaffRequest
from dossiers import policies
from dossiers.selectors import citizen, desk_work, looks as selectors

OWN = "tat-ca"


@require_safe
@citizen_required
def looks(request: CitizenRequest, code: str) -> HttpResponse:
    """Show the owner who opened the dossier: when, in which role, of which unit."""
    dossier = citizen.get_own(code=code, user=request.user, at=timezone.now())
    if dossier is None or not policies.is_own(dossier, request.user):
        raise Http404
    own = OWN in request.GET
    context = {
        "dossier": dossier,
        "looks": selectors.list_looks_for_owner(
            dossier, own=own, page=request.GET.get("trang", "1")
        ),
        "own": own,
        "query": urlencode({OWN: 1}) if own else "",
    }
    return render(request, "dossiers/citizen/looks.html", context)


@require_http_methods(["GET", "HEAD"])
@staff_required(Role.LEADER)
def work_looks(request: StaffRequest, code: str) -> HttpResponse:
    """Show the leader of the deciding agency who opened a dossier, by name."""
    dossier = desk_work.find_dossier(request.user, code=code, at=timezone.now())
    if dossier is None:
        raise Http404
    if not policies.can_lead(dossier, request.roles):
        raise PermissionDenied
    context = {
        "dossier": dossier,
        "looks": selectors.list_looks_for_leader(dossier, page=request.GET.get("trang", "1")),
    }
    return render(request, "dossiers/desk/looks.html", context)
