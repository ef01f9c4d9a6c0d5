"""Cover for one's own absence: who acts for me, for whom I act."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import staff_required
from accounts.requests import StaffRequest
from accounts.selectors import units as selectors
from accounts.views.unit_people import delegate_form, run_delegation, run_revocation


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def mine(request: StaffRequest) -> HttpResponse:
    """Show who acts for the person signed in and the other way round; on POST, delegate."""
    today = timezone.localdate()
    held = selectors.list_own_roles(request.user, on=today)
    form = delegate_form(request, request.user, held)
    if form.is_valid() and run_delegation(request, form):
        return redirect("accounts:delegations")
    context = {
        "form": form if held else None,
        "given_away": selectors.list_given_away(request.user, on=today),
        "for_others": selectors.list_held_for_others(request.user, on=today),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/units/delegations.html", context, status=status)


@require_POST
@staff_required()
def revoke(request: StaffRequest, role_id: int) -> HttpResponse:
    """Take back what a colleague holds for the person signed in."""
    run_revocation(request, role_id)
    return redirect("accounts:delegations")
