"""For whom one acts: chosen here, shown on every page, put aside with one press."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import acting as reads, sessions
from accounts.decorators import citizen_required
from accounts.requests import CitizenRequest
from accounts.services import devices, representation
from accounts.views.targets import citizen_home


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def acting(request: CitizenRequest) -> HttpResponse:
    """Show for whom one may act; on POST, begin or end that."""
    if request.method == "POST":
        return _switch(request, key=request.POST.get("thay_cho", "")[:40])
    context = {"choices": reads.list_acting(request.user, at=timezone.now())}
    return render(request, "accounts/acting.html", context)


def _switch(request: CitizenRequest, *, key: str) -> HttpResponse:
    user, at = request.user, timezone.now()
    former = user.acting_key
    if former:
        representation.end_acting(user=user, key=former, at=at)
    if not key:
        _restart(request, acting="")
        user.acting = None
        messages.success(request, _("Từ bây giờ ông/bà thực hiện cho chính mình."))
        return redirect("accounts:acting")
    try:
        chosen = representation.begin_acting(user=user, key=key, at=at)
    except representation.MayNotAct as error:
        if former:
            _restart(request, acting="")
        raise Http404 from error
    _restart(request, acting=chosen.key)
    return redirect(citizen_home())


def _restart(request: CitizenRequest, *, acting: str) -> None:
    former, new = sessions.restart(request.session, acting=acting)
    devices.follow_key(old=former, new=new)
    # A page of the other context that is still open in a tab posts nothing into this one.
    rotate_token(request)
