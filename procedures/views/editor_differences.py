"""Two revisions of a procedure, and what the one says otherwise than the other."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_differences as selectors
from procedures.views.editor_frame import editors_only, show


@require_safe
@editors_only
def differences(request: StaffRequest, code: str) -> HttpResponse:
    """Compare the revisions named in the address; else the draft, or the newest, with its base."""
    try:
        page = selectors.get_differences(
            code,
            old=whole_number(request.GET.get("tu", "")),
            new=whole_number(request.GET.get("den", "")),
        )
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    return show(request, "procedures/editor/differences.html", {"page": page})
