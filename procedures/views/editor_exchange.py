"""Bringing files of the catalogue in, and taking it out: packages in JSON, lists in workbooks."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.core.dates import local_day
from procedures.enums import ExchangeKind, ExchangeState
from procedures.exchange.lists import LISTS
from procedures.exchange.report import Outcome
from procedures.exchange.shape import schema
from procedures.exchange.workbooks import MIME
from procedures.forms.exchange import BringInForm
from procedures.models import CatalogueFile
from procedures.selectors import exchange
from procedures.services import exchange_files
from procedures.views.editor_frame import editors_only, show

MENU_ENTRY = "procedures:editor_exchange"


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def home(request: StaffRequest) -> HttpResponse:
    """Offer what can be taken out, and a form to bring a file in; on POST, look at the file."""
    is_post = request.method == "POST"
    form = BringInForm(*((request.POST, request.FILES) if is_post else ()))
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file_id = exchange_files.bring_in(
                kind=ExchangeKind(form.cleaned_data["kind"]),
                name=upload.name or "",
                data=upload.read(),
                by=request.user,
                at=timezone.now(),
            )
        except exchange_files.UnreadableFile as error:
            form.refuse(str(error))
        else:
            return redirect("procedures:editor_exchange_file", upload_id=file_id)
    context = {
        "form": form,
        "fields": exchange.list_fields(),
        "lists": LISTS,
        "files": exchange.recent_files(),
    }
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/exchange.html", context, menu=MENU_ENTRY, status=status)


@require_safe
@editors_only
def file_page(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """Show where a file stands: being worked on, its report line by line, or done."""
    file = _get(upload_id)
    outcome = request.GET.get("chi", "")
    outcome = outcome if outcome in set(Outcome) else ""
    context = {
        "file": file,
        "counts": exchange.count_outcomes(file),
        "outcome": outcome,
        "page": exchange.list_lines(file, outcome=outcome, page=request.GET.get("trang", "")),
        "query": f"chi={outcome}" if outcome else "",
        "is_working": file.state in {ExchangeState.RECEIVED, ExchangeState.CONFIRMED},
        "is_waiting": file.state == ExchangeState.CHECKED,
        "is_done": file.state == ExchangeState.DONE,
        "may_confirm": exchange_files.may_confirm(file, by=request.user, at=timezone.now()),
    }
    template = "procedures/editor/exchange_file.html"
    return show(request, template, context, menu=MENU_ENTRY)


@require_POST
@editors_only
def confirm(request: StaffRequest, upload_id: UUID) -> HttpResponseBase:
    """Take in what was checked; offers that it gives are assigned by it, so a code is asked."""
    file = _get(upload_id)
    if file.needs_publisher and exchange_files.may_confirm(
        file, by=request.user, at=timezone.now()
    ):
        return _confirm_proved(request, upload_id)
    return _confirm(request, upload_id)


def _confirm(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    try:
        file = exchange_files.confirm(
            file_id=upload_id,
            report_hash=request.POST.get("bao_cao", ""),
            by=request.user,
            at=timezone.now(),
        )
    except exchange_files.NoSuchFile as absent:
        raise Http404 from absent
    except exchange_files.NeedsPublisher:
        messages.warning(
            request, _("Tệp này giao dịch vụ: người công bố của đúng các đơn vị đó phải xác nhận.")
        )
    except exchange_files.NotConfirmable:
        messages.warning(request, _("Báo cáo đã thay đổi. Hãy xem lại rồi xác nhận."))
    else:
        file.refresh_from_db(fields=["state"])
        # What was taken in the page of the file says by itself.
        if file.state not in {ExchangeState.CONFIRMED, ExchangeState.DONE}:
            messages.warning(
                request,
                _("Danh mục đã thay đổi từ lúc kiểm tra nên chưa nhập gì. Hãy xem báo cáo mới."),
            )
    return redirect("procedures:editor_exchange_file", upload_id=upload_id)


_confirm_proved = fresh_proof_required(_confirm)


@require_POST
@editors_only
def drop(request: StaffRequest, upload_id: UUID) -> HttpResponse:
    """Let go of a file that was checked, without taking anything in."""
    try:
        exchange_files.drop(file_id=upload_id, by=request.user, at=timezone.now())
    except exchange_files.NoSuchFile as absent:
        raise Http404 from absent
    except exchange_files.NotConfirmable:
        messages.warning(request, _("Tệp này đang được nhập hoặc đã nhập nên không bỏ được nữa."))
        return redirect("procedures:editor_exchange_file", upload_id=upload_id)
    messages.success(request, _("Đã bỏ tệp. Danh mục không thay đổi gì."))
    return redirect("procedures:editor_exchange")


@require_safe
@editors_only
def report(request: StaffRequest, upload_id: UUID) -> HttpResponseBase:
    """Send the report of a file as a workbook."""
    made = exchange.export_report(_get(upload_id))
    return FileResponse(made, as_attachment=True, filename="bao-cao-nhap.xlsx", content_type=MIME)


@require_safe
@editors_only
def export(request: StaffRequest) -> HttpResponseBase:
    """Send whole procedures, one, of a field or all, with their forms or as plain JSON."""
    chosen = exchange.choose(
        field=request.GET.get("linh_vuc", ""), code=request.GET.get("ma", "").strip()
    )
    if not chosen.exists():
        messages.warning(
            request,
            _("Chưa tải gì: lĩnh vực đã chọn không có thủ tục nào mang mã này. Xem lại mã."),
        )
        return redirect("procedures:editor_exchange")
    as_json = request.GET.get("dang") == "json"
    pieces = exchange.export_json(chosen) if as_json else exchange.export_archive(chosen)
    name = f"thu-tuc-{local_day(timezone.now()):%Y%m%d}.{'json' if as_json else 'zip'}"
    return StreamingHttpResponse(
        pieces,
        content_type="application/json" if as_json else "application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@editors_only
def export_list(request: StaffRequest) -> HttpResponseBase:
    """Send one list of the catalogue as a workbook."""
    slug = request.GET.get("danh_sach", LISTS[0].slug)
    chosen = exchange.choose(field=request.GET.get("linh_vuc", ""))
    try:
        made = exchange.export_list(slug, chosen)
    except KeyError as absent:
        raise Http404 from absent
    name = f"{slug}-{local_day(timezone.now()):%Y%m%d}.xlsx"
    return FileResponse(made, as_attachment=True, filename=name, content_type=MIME)


@require_safe
@editors_only
def show_schema(request: StaffRequest) -> JsonResponse:
    """Send the published schema of packages."""
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False, "indent": 2})


def _get(upload_id: UUID) -> CatalogueFile:
    try:
        return exchange.get_file(upload_id)
    except CatalogueFile.DoesNotExist as absent:
        raise Http404 from absent
