"""The internal workflow of a procedure: its steps, its legal time, its own publication."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from procedures.forms.workflow import (
    ADD,
    PREFIX,
    StepForms,
    WorkflowPublishForm,
    moved,
    typed_rows,
)
from procedures.models import NoSuchProcedure, WorkflowVersion
from procedures.policies import NotAPublisher, NotYetDecided, OwnEdit
from procedures.selectors import workflows as selectors
from procedures.selectors.workflows import WorkflowPage
from procedures.services import drafting, workflows as services
from procedures.views.editor_draft import posted_version, show_typed, typed_words
from procedures.views.editor_frame import editors_only, is_publisher, publishers_only, show

_SAVE: Final = "luu"
# Why a draft was not published, where whoever pressed the button can do something about it: the
# field that this is about, None for the whole form, and what to say.
_SAID: Final[dict[type[Exception], tuple[str | None, str | Promise]]] = {
    OwnEdit: (
        None,
        gettext_lazy("Người sửa gần nhất không tự công bố. Cần một người công bố khác."),
    ),
    NotAPublisher: (None, gettext_lazy("Ông/bà không còn giữ vai trò người công bố.")),
    NotYetDecided: (
        "decision_date",
        gettext_lazy("Quyết định có ngày sau hôm nay. Công bố khi quyết định đã ban hành."),
    ),
    drafting.IsRepealed: (
        None,
        gettext_lazy("Thủ tục đã bãi bỏ thì không công bố quy trình mới."),
    ),
    services.TooSlow: (
        None,
        gettext_lazy("Các bước cộng lại dài hơn mọi thời hạn đã công bố. Rút ngắn rồi công bố."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def workflow(request: StaffRequest, code: str) -> HttpResponse:
    """Show the draft's steps and what is published; on POST, move a row or keep them all."""
    page = _page(code)
    if request.method != "POST":
        return _show(request, page)
    if page.draft is None:
        return _gone(request, page)
    forms = StepForms(request.POST, prefix=PREFIX, form_kwargs={"places": page.places})
    button = request.POST.get("nut", _SAVE)
    if button != _SAVE:
        rows = moved(typed_rows(forms), button)
        return _show(request, page, rows=rows, is_unsaved=True, is_added=button == ADD)
    if not forms.is_valid():
        return _show(request, page, forms=forms, status=422)
    return _save(request, page, page.draft, forms)


def _save(
    request: StaffRequest, page: WorkflowPage, draft: WorkflowVersion, forms: Any
) -> HttpResponse:
    code = page.procedure.code
    try:
        services.save_steps(
            draft_id=draft.pk,
            version=posted_version(request),
            editor=request.user,
            at=timezone.now(),
            steps=[{**form.cleaned_data} for form in forms],
        )
    except services.NoDraft:
        return _gone(request, page)
    except services.StaleDraft as stale:
        return _show(request, page, forms=forms, newer=stale.draft, status=409)
    messages.success(request, _("Đã lưu các bước."))
    return redirect("procedures:editor_workflow", code=code)


@require_POST
@editors_only
def begin(request: StaffRequest, code: str) -> HttpResponse:
    """Begin a draft with the steps of the newest version, or meet the colleagues' one."""
    try:
        services.open_draft(code=code, editor=request.user, at=timezone.now())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except drafting.IsRepealed:
        messages.warning(request, _("Thủ tục đã bãi bỏ thì không soạn quy trình mới."))
    return redirect("procedures:editor_workflow", code=code)


@require_POST
@editors_only
def discard(request: StaffRequest, code: str) -> HttpResponse:
    """Throw the draft of the workflow away."""
    page = _page(code)
    try:
        services.discard_draft(
            draft_id=page.draft.pk if page.draft else 0, version=posted_version(request)
        )
    except (services.NoDraft, services.StaleDraft):
        return _overtaken(request, _page(code))
    messages.success(request, _("Đã hủy bản nháp. Quy trình đang dùng không thay đổi."))
    return redirect("procedures:editor_workflow", code=code)


@require_POST
@publishers_only
@fresh_proof_required
def publish(request: StaffRequest, code: str) -> HttpResponse:
    """Publish the draft under its decision, for the chosen offers."""
    page = _page(code)
    form = WorkflowPublishForm(request.POST, offers=page.offers)
    if page.draft is None:
        return _overtaken(request, page)
    if not form.is_valid():
        return _show(request, page, publish_form=form, status=422)
    try:
        _publish(request, page.draft, form)
    except (services.NoDraft, services.StaleDraft):
        return _overtaken(request, _page(code), publish_form=form)
    except services.CannotRun as wrong:
        for sentence in wrong.sentences:
            form.add_error(None, sentence)
    except tuple(_SAID) as refused:
        field, said = _SAID[type(refused)]
        form.add_error(field, str(said))
    else:
        messages.success(request, _("Đã công bố quy trình. Hồ sơ mới sẽ đi theo quy trình này."))
        return redirect("procedures:editor_workflow", code=code)
    return _show(request, page, publish_form=form, status=422)


def _publish(request: StaffRequest, draft: WorkflowVersion, form: WorkflowPublishForm) -> None:
    asked = form.cleaned_data
    services.publish_draft(
        draft_id=draft.pk,
        version=posted_version(request),
        publisher=request.user,
        at=timezone.now(),
        decision_number=asked["decision_number"],
        decision_date=asked["decision_date"],
        offer_ids=asked.get("offers", []),
    )


def _page(code: str) -> WorkflowPage:
    try:
        return selectors.get_workflow_page(code, on=timezone.localdate())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown


def _gone(request: StaffRequest, page: WorkflowPage) -> HttpResponse:
    """Say that there is no draft any more; the steps that were typed stay to be copied."""
    typed = typed_words(
        request,
        lambda name: name.startswith(f"{PREFIX}-") and name.endswith(("name", "instruction")),
    )
    return show_typed(request, page.procedure.code, title=_("Quy trình nội bộ"), typed=typed)


def _overtaken(
    request: StaffRequest, page: WorkflowPage, *, publish_form: WorkflowPublishForm | None = None
) -> HttpResponse:
    messages.warning(
        request, _("Bản nháp vừa được người khác sửa, công bố hoặc hủy. Xem lại rồi làm tiếp.")
    )
    return _show(request, page, publish_form=publish_form, status=409)


def _show(
    request: StaffRequest,
    page: WorkflowPage,
    *,
    forms: Any = None,
    rows: list[dict[str, str]] | None = None,
    publish_form: WorkflowPublishForm | None = None,
    newer: WorkflowVersion | None = None,
    is_unsaved: bool = False,
    is_added: bool = False,
    status: int = 200,
) -> HttpResponse:
    draft = newer or page.draft
    is_unsaved = is_unsaved or forms is not None
    context: dict[str, Any] = {"page": page, "draft": draft, "is_unsaved": is_unsaved}
    if draft is not None:
        typed = draft.steps if rows is None else rows
        context["forms"] = forms or StepForms(
            prefix=PREFIX, initial=typed, form_kwargs={"places": page.places}
        )
        if is_added and context["forms"].forms:
            # Whoever adds a step writes its name next.
            context["forms"][-1].fields["name"].widget.attrs["autofocus"] = True
        context["check"] = selectors.check_draft(page, draft.steps, on=timezone.localdate())
        context["newer"] = newer
        context["newer_steps"] = selectors.step_rows(newer.steps, page.places) if newer else ()
        # A page of rows that are not saved is still made from the version that it was opened at.
        is_of_before = is_unsaved and newer is None
        context["version"] = posted_version(request) if is_of_before else draft.version
        if is_publisher(request):
            context["publish_form"] = publish_form or WorkflowPublishForm(offers=page.offers)
    return show(request, "procedures/editor/workflow.html", context, status=status)
