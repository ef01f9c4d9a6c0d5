"""Posting sheets: what hangs on the walls of agencies, what is out of date, and the files."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Unit
from accounts.requests import StaffRequest
from portal.core.files import FileDamaged, clean_name, open_stored
from procedures.forms.posting import SheetForm
from procedures.models import PostingSheet
from procedures.policies import find_reach
from procedures.selectors import posting as selectors
from procedures.services import posting as services
from procedures.views.editor_frame import editors_only, show

_MENU = "procedures:editor_sheets"
AGENCY = "co_quan"


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def sheets(request: StaffRequest) -> HttpResponse:
    """Show the sheets of one agency, the stale ones first; on POST, have one printed."""
    agencies = _agencies(request)
    agency = _chosen(agencies, request.GET.get(AGENCY, ""))
    if agency is None:
        return show(request, "procedures/editor/sheets.html", {"agencies": []}, menu=_MENU)
    told = selectors.tell_all(agency, on=timezone.localdate())
    form = SheetForm(request.POST if request.method == "POST" else None, told=told)
    if form.is_valid():
        try:
            services.ask_sheet(agency=agency, by=request.user, at=timezone.now(), **form.chosen)
        except services.NothingToPost:
            form.add_error("what", _("Cơ quan này không còn cung cấp mục vừa chọn."))
        else:
            messages.success(request, _("Đang in bảng niêm yết. Tệp có trong ít giây nữa."))
            return _back(agency)
    context: dict[str, Any] = {
        "agencies": agencies,
        "agency": agency,
        "rows": selectors.list_sheets(agency, on=timezone.localdate()),
        "form": form,
        "query": urlencode({AGENCY: agency.key}),
    }
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/sheets.html", context, menu=_MENU, status=status)


@require_POST
@editors_only
def retire(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Say that a sheet hangs no longer."""
    sheet = _own_sheet(request, sheet_id)
    services.retire_sheet(sheet_id=sheet.pk, agency_ids={sheet.agency_id}, at=timezone.now())
    messages.success(request, _("Đã bỏ khỏi danh sách theo dõi."))
    return _back(sheet.agency)


@require_POST
@editors_only
def again(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Have a sheet printed anew with what holds today."""
    sheet = _own_sheet(request, sheet_id)
    try:
        services.ask_sheet(
            agency=sheet.agency,
            by=request.user,
            at=timezone.now(),
            procedure=sheet.procedure,
            field=sheet.field,
        )
    except services.NothingToPost:
        messages.warning(
            request, _("Cơ quan không còn cung cấp mục này: gỡ bảng đang treo và bỏ theo dõi.")
        )
    else:
        messages.success(request, _("Đang in bảng mới. Tệp có trong ít giây nữa."))
    return _back(sheet.agency)


@require_safe
@editors_only
def sheet_file(request: StaffRequest, sheet_id: int) -> HttpResponseBase:
    """Hand out the printed sheet."""
    sheet = _own_sheet(request, sheet_id)
    if not sheet.storage_key:
        messages.info(request, _("Tệp đang được in. Chờ ít giây rồi mở lại."))
        return _back(sheet.agency)
    try:
        content = open_stored(sheet.storage_key)
    except FileDamaged as missing:
        raise Http404 from missing
    title = sheet.procedure.code if sheet.procedure else str(sheet.field)
    return FileResponse(
        content,
        as_attachment=True,
        filename=clean_name(f"{_('bảng niêm yết')} {title}", "pdf"),
        content_type="application/pdf",
    )


def _agencies(request: StaffRequest) -> list[Unit]:
    reach = find_reach(request.user, at=timezone.now(), publishes=False)
    return selectors.list_agencies(reach, on=timezone.localdate())


def _own_sheet(request: StaffRequest, sheet_id: int) -> PostingSheet:
    agencies = _agencies(request)
    sheet = (
        PostingSheet.objects.select_related("agency", "procedure", "field")
        .filter(pk=sheet_id, agency__in=agencies, retired_at=None)
        .first()
    )
    if sheet is None:
        raise Http404
    return sheet


def _chosen(agencies: list[Unit], key: str) -> Unit | None:
    return next((one for one in agencies if one.key == key), agencies[0] if agencies else None)


def _back(agency: Unit) -> HttpResponse:
    return redirect(f"{reverse(_MENU)}?{urlencode({AGENCY: agency.key})}")
