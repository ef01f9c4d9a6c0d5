"""Dossiers whose term is over: what waits, the proposal and its approval, the minutes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.operations import minutes as reading
from portal.operations.forms import ApproveDisposalForm, DropDisposalForm, ProposeDisposalForm
from portal.operations.privacy_desk_views import handlers_only
from portal.operations.services import disposals


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
@fresh_proof_required
def queue(request: StaffRequest) -> HttpResponse:
    """List what waits and the minutes; on POST, propose to dispose of what waited long enough."""
    at = timezone.now()
    if request.method == "POST":
        try:
            proposed = disposals.propose(by=request.user, at=at)
        except disposals.NothingDue:
            messages.warning(
                request, _("Chưa có hồ sơ nào chờ đủ 30 ngày, hoặc đã có một đề nghị chờ duyệt.")
            )
            return redirect("operations:disposals")
        messages.success(request, _("Đã lập đề nghị. Người thứ hai duyệt."))
        return redirect("operations:disposal", disposal_id=proposed.pk)
    found = reading.get_disposals(at=at)
    context = {
        "found": found,
        "page": Paginator(found.listed, 30).get_page(request.GET.get("trang", "1")),
        "form": ProposeDisposalForm() if found.ready and not found.waiting else None,
        "place": request.roles[0].unit.name,
    }
    return render(request, "operations/disposals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
@fresh_proof_required
def minutes(request: StaffRequest, disposal_id: int) -> HttpResponse:
    """Show one disposal as it is printed; on POST, approve and carry it out, or drop it."""
    at, status, sent = timezone.now(), 200, None
    try:
        if "drop" in request.POST:
            disposals.drop(disposal_id=disposal_id, at=at)
            messages.success(request, _("Đã bỏ đề nghị. Hồ sơ vẫn còn nguyên."))
            return redirect("operations:disposals")
        if "approve" in request.POST:
            sent, status = ApproveDisposalForm(request.POST), 422
            if sent.is_valid():
                disposals.approve(disposal_id=disposal_id, by=request.user, at=at)
                messages.success(request, _("Đã tiêu hủy."))
                return redirect("operations:disposal", disposal_id=disposal_id)
    except disposals.NeedsSecondPerson:
        if sent is not None:
            sent.add_error(None, _("Ông/bà đã đề nghị. Người thứ hai phải duyệt."))
    except disposals.DisposalMoved:
        messages.warning(request, _("Đề nghị đã được người khác xử lý. Xem lại bên dưới."))
        status = 409
    found = reading.get_disposal(disposal_id)
    if found is None:
        raise Http404
    forms = [sent or ApproveDisposalForm(), DropDisposalForm()] if found.is_waiting else []
    context = {"found": found, "forms": forms, "place": request.roles[0].unit.name}
    return render(request, "operations/disposal.html", context, status=status)
