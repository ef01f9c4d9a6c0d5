"""One's own personal data: copies, requests and what became of them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.decorators import citizen_required, needs_no_consent
from accounts.requests import CitizenRequest, client_address
from accounts.services.contacts import WrongPassword
from accounts.services.limits import TooManyRequests
from accounts.views.refusals import render_form
from portal.operations import selectors
from portal.operations.forms import CopyPasswordForm, DataRequestForm
from portal.operations.services import data_exports, data_requests


@needs_no_consent
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def overview(request: CitizenRequest) -> HttpResponse:
    """Show consents, requests and copies of one's data; on POST, ask for a copy."""
    at = timezone.now()
    if request.method == "POST":
        try:
            data_exports.ask_copy(user=request.user, at=at)
        except data_exports.EnoughCopies:
            messages.warning(
                request,
                _("Đang có bản sao chờ làm, hoặc hôm nay đã yêu cầu ba bản. Dùng bản gần nhất."),
            )
        else:
            messages.success(
                request, _("Đã nhận yêu cầu. Cổng báo khi bản sao sẵn sàng, thường trong vài phút.")
            )
        return redirect("operations:data")
    context = {"data": selectors.get_own_data(request.user, at=at)}
    return render(request, "operations/own_data.html", context)


@needs_no_consent
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def ask(request: CitizenRequest) -> HttpResponse:
    """Take a request about one's data."""
    form = DataRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            data_requests.ask(user=request.user, at=timezone.now(), **form.cleaned_data)
        except data_requests.AlreadyAsked:
            form.add_error("kind", _("Yêu cầu loại này của ông/bà đang được giải quyết."))
        else:
            messages.success(request, _("Đã nhận yêu cầu. Hạn trả lời ghi ở dưới."))
            return redirect("operations:data")
    return render_form(request, "operations/data_request.html", form)


@needs_no_consent
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def copy_file(request: CitizenRequest, export_id: UUID) -> HttpResponse:
    """Hand a copy to its owner after the password was typed once more."""
    at, refused = timezone.now(), None
    try:
        data_exports.find_copy(export_id=export_id, user=request.user, at=at)
    except data_exports.CopyAbsent as error:
        raise Http404 from error
    form = CopyPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            export, data = data_exports.open_copy(
                export_id=export_id,
                user=request.user,
                password=form.cleaned_data["password"],
                client=client_address(request),
                at=at,
            )
        except data_exports.CopyAbsent as error:
            raise Http404 from error
        except WrongPassword:
            form.add_error("password", _("Mật khẩu đang dùng chưa đúng."))
        except TooManyRequests as error:
            refused = error
        else:
            response = HttpResponse(data, content_type="application/zip")
            name = f"du-lieu-ca-nhan-{export.requested_at:%Y%m%d}.zip"
            response["Content-Disposition"] = content_disposition_header(
                as_attachment=True, filename=name
            )
            return response
    return render_form(request, "operations/data_copy.html", form, refused=refused)
