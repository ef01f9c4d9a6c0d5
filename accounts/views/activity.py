"""“Hoạt động gần đây”: what happened to one's own account."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.selectors.activity import list_activity


@never_cache
@require_safe
def activity(request: SignedInRequest) -> HttpResponse:
    """Show when this account was signed in to and changed, citizens' and staff's alike."""
    user = request.user
    context = {
        "activity": list_activity(user, page=request.GET.get("trang", "1")),
        "is_staff_member": user.is_staff_member,
        "frame": "base_office.html" if user.is_staff_member else "base_signed_in.html",
    }
    return render(request, "accounts/activity.html", context)
