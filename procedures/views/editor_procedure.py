"""One procedure in the hands of its editors: entered, and what stands of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import StaffRequest
from procedures.forms.editing import CreateForm
from procedures.selectors import editor_procedure as selectors
from procedures.selectors.editor_draft import NoSuchProcedure
from procedures.services import drafting
from procedures.views.editor_frame import editors_only, show


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
            messages.success(request, _("Đã tạo thủ tục. Người dân chưa thấy nội dung đang soạn."))
            return redirect("procedures:editor_draft", code=draft.procedure.code)
    context = {"form": form}
    status = 422 if form.errors else 200
    return show(request, "procedures/editor/create.html", context, status=status)


@require_safe
@editors_only
def overview(request: StaffRequest, code: str) -> HttpResponse:
    """Show where a procedure stands: published, in work, its history, its offers."""
    try:
        context = {"overview": selectors.get_overview(code)}
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    return show(request, "procedures/editor/procedure.html", context)
