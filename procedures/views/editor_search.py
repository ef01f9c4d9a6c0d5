"""Teaching the search: sayings, weights, what was looked for in vain, and a question to try."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import StaffRequest
from procedures.forms.teaching import BoostForm, SynonymForm
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_search as selectors
from procedures.services import teaching
from procedures.views.editor_frame import editors_only, show

MENU = "procedures:editor_search"


@require_safe
@editors_only
def search(request: StaffRequest) -> HttpResponse:
    """Show what the search knows and misses, and try a question on it."""
    found = selectors.get_search_page(
        looked_for=request.GET.get("tu", "")[:120],
        page=request.GET.get("trang", ""),
        typed=request.GET.get("q", ""),
    )
    return show(request, "procedures/editor/search.html", {"found": found}, menu=MENU)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def synonym(request: StaffRequest) -> HttpResponse:
    """Add a saying, or change or switch off one of the same words."""
    said = request.GET.get("noi", "")[:120]
    known = selectors.find_saying(said)
    initial = {"said": said, "is_active": True}
    if known is not None:
        initial |= {
            "said": known.said,
            "meant": "\n".join(known.meant),
            "note": known.note,
            "is_active": known.is_active,
        }
    form = SynonymForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            teaching.save_synonym(**form.cleaned_data, by=request.user, at=timezone.now())
        except teaching.SaysNothing:
            form.add_error("meant", _("Nghĩa phải có từ khác với câu người dân nói."))
        else:
            messages.success(request, _("Đã lưu. Tìm kiếm dùng ngay từ bây giờ."))
            return redirect("procedures:editor_search")
    context = {"form": form, "title": _("Từ đồng nghĩa")}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/search_form.html", context, menu=MENU, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def boost(request: StaffRequest) -> HttpResponse:
    """Weigh a procedure up or down."""
    form = BoostForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            teaching.save_boost(**form.cleaned_data, by=request.user, at=timezone.now())
        except teaching.SaysNothing:
            form.add_error("phrase", _("Không có từ nào để tìm. Để trống nếu áp dụng cho mọi câu."))
        except NoSuchProcedure:
            form.add_error("code", _("Không có thủ tục nào mang mã này."))
        else:
            messages.success(request, _("Đã lưu. Tìm kiếm dùng ngay từ bây giờ."))
            return redirect("procedures:editor_search")
    context = {"form": form, "title": _("Trọng số của thủ tục")}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/search_form.html", context, menu=MENU, status=status)
