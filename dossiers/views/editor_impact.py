"""The page of the catalogue's editors that counts whom a publication touches."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest
from dossiers.selectors.impact import get_impact
from procedures.models import NoSuchProcedure
from procedures.selectors.editor_draft import NoDraft
from procedures.views.editor_frame import editors_only, show


@require_safe
@editors_only
def impact(request: StaffRequest, code: str) -> HttpResponse:
    """Show which offers break, and how many drafts and dossiers the draft touches."""
    try:
        found = get_impact(code, at=timezone.now())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except NoDraft:
        messages.info(request, _("Không có bản nháp nào đang soạn."))
        return redirect("procedures:editor_procedure", code=code)
    return show(request, "procedures/editor/impact.html", {"impact": found})
