"""One procedure in the hands of its editors: entered, and what stands of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from procedures import policies
from procedures.forms.editing import CreateForm, RepealForm
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_procedure as selectors
from procedures.services import drafting, repealing
from procedures.views.editor_draft import WANTED
from procedures.views.editor_frame import editors_only, is_publisher, publishers_only, show


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def create(request: StaffRequest) -> HttpResponse:
    """Enter a procedure that the catalogue does not have, and begin its draft."""
    form = CreateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            draft = drafting.create_procedure(
                **form.cleaned_data, editor=request.user, at=timezone.now()
            )
        except drafting.BadCode:
            said = _("Mã phải có dạng như 1.001193: một chữ số, dấu chấm, sáu chữ số.")
            form.add_error("code", said)
        except drafting.CodeTaken:
            said = _("Danh mục đã có thủ tục mang mã này. Tìm mã đó và soạn bản sửa đổi.")
            form.add_error("code", said)
        else:
            said = _("Đã tạo thủ tục. Người dân chưa thấy thủ tục này cho đến khi công bố.")
            messages.success(request, said)
            return redirect("procedures:editor_draft", code=draft.procedure.code)
    context = {"form": form}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/create.html", context, status=status)


@require_safe
@editors_only
def overview(request: StaffRequest, code: str) -> HttpResponse:
    """Show where a procedure stands: published, in work, its history, its offers."""
    try:
        found = selectors.get_overview(code)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    context = {
        "overview": found,
        "is_publisher": is_publisher(request),
        "wanted": (WANTED, request.GET.get(WANTED, "")),
    }
    return show(request, "procedures/editor/procedure.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@publishers_only
@fresh_proof_required
def repeal(request: StaffRequest, code: str) -> HttpResponse:
    """Take a procedure out of force by a decision."""
    try:
        found = selectors.get_overview(code)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    form = RepealForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            repealing.repeal_procedure(
                **form.cleaned_data,
                code=found.procedure.code,
                publisher=request.user,
                at=timezone.now(),
            )
        except repealing.BadReplacement:
            said = _("Không có thủ tục nào khác đang có hiệu lực mang mã này.")
            form.add_error("replaced_by", said)
        except policies.NotYetDecided:
            said = _("Quyết định có ngày sau hôm nay. Ghi bãi bỏ khi quyết định đã ban hành.")
            form.add_error("decision_date", said)
        except repealing.NeverShown:
            said = _("Chưa ghi gì: thủ tục chưa công khai thì hủy, không bãi bỏ.")
            messages.warning(request, said)
            return redirect("procedures:editor_procedure", code=code)
        except (repealing.AlreadyRepealed, policies.NotAPublisher):
            messages.warning(request, _("Chưa ghi gì: thủ tục đã bãi bỏ, hoặc vai trò đã hết."))
            return redirect("procedures:editor_procedure", code=code)
        else:
            messages.success(request, _("Đã ghi bãi bỏ. Hồ sơ đã nộp vẫn được giải quyết tiếp."))
            return redirect("procedures:editor_procedure", code=code)
    context = {"overview": found, "form": form}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/repeal.html", context, status=status)


@require_POST
@publishers_only
@fresh_proof_required
def take_repeal_back(request: StaffRequest, code: str) -> HttpResponse:
    """Put a repealed procedure back in force."""
    try:
        repealing.take_repeal_back(code=code, publisher=request.user, at=timezone.now())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except (repealing.NotRepealed, policies.NotAPublisher):
        messages.warning(request, _("Chưa ghi gì: thủ tục đang có hiệu lực, hoặc vai trò đã hết."))
    else:
        messages.success(
            request, _("Đã thu hồi việc bãi bỏ. Dịch vụ của các đơn vị có hiệu lực trở lại.")
        )
    return redirect("procedures:editor_procedure", code=code)
