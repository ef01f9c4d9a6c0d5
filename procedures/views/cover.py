"""The cover sheet of a dossier that is filed on paper: printed at home, read at reception."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from portal.core.decorators import public_page
from portal.core.pdf import qr_data_uri
from procedures.models import NoSuchProcedure
from procedures.selectors import by_hand
from procedures.selectors.finder_steps import AGENCY, CASE
from procedures.selectors.published import ListedPage, ProcedureRepealed
from procedures.views.absent import answer_absent


@public_page
def cover(request: HttpRequest, code: str) -> HttpResponse:
    """Show the cover sheet for the case and the agency in the address."""
    try:
        sheet = by_hand.get_cover(
            code=code,
            case_key=request.GET.get(CASE, ""),
            agency_key=request.GET.get(AGENCY, ""),
            at=timezone.now(),
        )
    except (NoSuchProcedure, ProcedureRepealed) as absent:
        return answer_absent(request, code, absent)
    if isinstance(sheet, ListedPage):
        return redirect("procedures:detail", code=sheet.code)
    shown = {
        "sheet": sheet,
        "qr": qr_data_uri(sheet.qr_text) if sheet.qr_text else "",
        "canonical": f"{settings.BASE_URL}{reverse('procedures:detail', args=[code])}",
    }
    return render(request, "procedures/cover.html", shown)
