"""A procedure that only its editors have seen: its code and name put right, or thrown away."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from accounts.requests import StaffRequest
from procedures.forms.editing import CorrectForm, DiscardForm
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_procedure as selectors
from procedures.selectors.editor_procedure import ProcedureOverview
from procedures.services import drafting, entering
from procedures.views.editor_frame import editors_only, show

_BAD_CODE: Final[dict[type[Exception], StrOrPromise]] = {
    drafting.BadCode: gettext_lazy(
        "Mã phải có dạng như 1.001193: một chữ số, dấu chấm, sáu chữ số."
    ),
    drafting.CodeTaken: gettext_lazy("Danh mục đã có thủ tục khác mang mã này."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def correct(request: StaffRequest, code: str) -> HttpResponse:
    """Change the code, name, field and tiers under which a procedure was entered."""
    found = _overview(code)
    if not found.is_withheld:
        return _too_late(request, code)
    entered = found.procedure
    stored = {
        "code": entered.code,
        "name": found.draft.revision.name if found.draft else entered.name,
        "field": entered.field_id,
        "tiers": entered.tiers,
        "version": found.draft_version,
    }
    form = CorrectForm(request.POST if request.method == "POST" else None, initial=stored)
    if form.is_valid():
        return _correct(request, code, form)
    context = {"overview": found, "form": form}
    return _page(request, "correct", context, status=422 if form.errors else 200)


def _correct(request: StaffRequest, code: str, form: CorrectForm) -> HttpResponse:
    given = dict(form.cleaned_data)
    try:
        corrected = entering.correct_entry(
            **{**given, "code": code, "new_code": given["code"]},
            editor=request.user,
            at=timezone.now(),
        )
    except (drafting.BadCode, drafting.CodeTaken) as error:
        form.add_error("code", str(_BAD_CODE[type(error)]))
        context = {"overview": _overview(code), "form": form}
        return _page(request, "correct", context, status=422)
    except drafting.StaleRevision:
        # Saved again, what was typed stands: the page is made from the newer draft now.
        newer = _overview(code)
        again = CorrectForm(initial={**given, "version": newer.draft_version})
        context = {"overview": newer, "form": again, "is_stale": True}
        return _page(request, "correct", context, status=409)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except (entering.NoLongerOwn, drafting.NotEditable):
        return _too_late(request, code)
    messages.success(request, _("Đã lưu mã và tên thủ tục."))
    return redirect("procedures:editor_procedure", code=corrected.code)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def discard(request: StaffRequest, code: str) -> HttpResponse:
    """Ask whether a procedure is to be thrown away, and on POST do it."""
    found = _overview(code)
    if not found.is_withheld:
        return _too_late(request, code)
    stored = {"version": found.draft_version}
    form = DiscardForm(request.POST if request.method == "POST" else None, initial=stored)
    context = {"overview": found, "form": form}
    if not form.is_valid():
        return _page(request, "discard", context)
    try:
        entering.discard_entry(
            code=code,
            version=form.cleaned_data["version"],
            editor=request.user,
            at=timezone.now(),
        )
    except drafting.StaleRevision:
        newer = _overview(code)
        again = DiscardForm(initial={"version": newer.draft_version})
        context = {"overview": newer, "form": again, "is_stale": True}
        return _page(request, "discard", context, status=409)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except (entering.NoLongerOwn, drafting.NotEditable):
        return _too_late(request, code)
    except entering.IsDecided:
        # The page says by itself what hangs on the procedure.
        context["overview"] = _overview(code)
        return _page(request, "discard", context, status=409)
    said = _("Đã hủy thủ tục %(code)s. Nhật ký vẫn giữ nội dung đã soạn và người hủy.")
    messages.success(request, said % {"code": code})
    return redirect("procedures:editor_home")


def _overview(code: str) -> ProcedureOverview:
    try:
        return selectors.get_overview(code)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown


def _page(
    request: StaffRequest, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(request, f"procedures/editor/{name}.html", context, status=status)


def _too_late(request: StaffRequest, code: str) -> HttpResponse:
    messages.warning(
        request, _("Thủ tục đã công khai nên không đổi mã, không hủy được; chỉ soạn bản sửa đổi.")
    )
    return redirect("procedures:editor_procedure", code=code)
