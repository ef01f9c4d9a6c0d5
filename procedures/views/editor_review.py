"""The review of a draft: sent and taken back by editors, decided on by publishers."""

from collections.abc import Callable
from typing import Any, Final

from crispy_forms.layout import Hidden
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_stubs_ext import StrOrPromise

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.core.dates import format_moment
from portal.core.text import whole_number
from procedures import policies
from procedures.forms.editing import ScheduleForm, SendBackForm
from procedures.forms.situation import SituationForm
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_draft, editor_review, published
from procedures.selectors.editor_draft import DraftPage
from procedures.services import drafting, locking, publishing, reviewing
from procedures.views.editor_draft import about_draft, posted_version
from procedures.views.editor_frame import editors_only, publishers_only, show
from procedures.views.public import read_asked

# Why nothing was done, in words.
_SAID: Final[dict[type[Exception], StrOrPromise]] = {
    locking.WrongState: gettext_lazy(
        "Bản này vừa chuyển sang trạng thái khác, chưa có gì thay đổi. Xem lại rồi quyết định."
    ),
    drafting.IsRepealed: gettext_lazy(
        "Thủ tục đã bãi bỏ thì không duyệt, không công bố nội dung mới."
    ),
    drafting.StaleRevision: gettext_lazy(
        "Bản này vừa được sửa sau khi ông/bà mở trang, nên chưa làm gì. Xem lại rồi quyết định."
    ),
    publishing.BreaksOffers: gettext_lazy(
        "Chưa làm gì: bản này làm giảm mức độ của dịch vụ đang cung cấp. Chọn mức hạ xuống cho "
        "từng dịch vụ, hoặc trả lại để bổ sung nội dung."
    ),
    policies.NotAnEditor: gettext_lazy("Vai trò biên tập của ông/bà không còn hiệu lực."),
    policies.NotAPublisher: gettext_lazy("Vai trò công bố của ông/bà không còn hiệu lực."),
    policies.OwnEdit: gettext_lazy(
        "Người sửa gần nhất không tự công bố được: người công bố khác phải duyệt."
    ),
}
_MENDABLE: Final = tuple(_SAID)


@require_safe
@editors_only
@about_draft
def review(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Show a draft as whoever decides on it needs it."""
    return _show(request, page)


@require_POST
@editors_only
@about_draft
def send(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Hand the draft to those who publish."""
    try:
        return _act(
            request,
            page,
            reviewing.send_to_review,
            done=_("Đã gửi duyệt. Người công bố đã được báo."),
            editor=request.user,
        )
    except reviewing.Incomplete as error:
        lacks = " ".join(str(gap) for gap in error.gaps)
        messages.warning(request, _("Chưa gửi duyệt được. %s") % lacks)
        return redirect("procedures:editor_draft", code=page.procedure.code)


@require_POST
@editors_only
@about_draft
def withdraw(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Take the draft back before anybody has decided."""
    done = _("Đã rút về dự thảo.")
    return _act(request, page, reviewing.withdraw_from_review, done=done, editor=request.user)


@require_POST
@publishers_only
@about_draft
def send_back(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Return the draft to its editors with a reason."""
    form = SendBackForm(request.POST, action=request.path)
    if not form.is_valid():
        return _show(request, page, back=form, status=422)
    return _act(
        request,
        page,
        reviewing.send_back,
        done=_("Đã trả lại. Người soạn đã được báo."),
        reviewer=request.user,
        reason=form.cleaned_data["reason"],
    )


@require_POST
@publishers_only
@fresh_proof_required
@about_draft
def publish(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Let the public see the draft from now on."""
    done = _("Đã công bố. Người dân thấy nội dung mới ngay bây giờ.")
    return _act(
        request,
        page,
        publishing.publish_revision,
        done=done,
        publisher=request.user,
        lowered=_lowered(request),
    )


@require_POST
@publishers_only
@fresh_proof_required
@about_draft
def schedule(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Have the draft publish itself at an hour to come."""
    form = ScheduleForm(request.POST, action=request.path)
    if form.is_valid():
        try:
            return _act(
                request,
                page,
                publishing.schedule_revision,
                done=_("Đã hẹn công bố: %s. Sửa thêm thì hẹn này hết hiệu lực.")
                % format_moment(form.publish_at),
                publisher=request.user,
                publish_at=form.publish_at,
                lowered=_lowered(request),
            )
        except publishing.NotInFuture:
            form.add_error("day", _("Giờ này đã qua. Chọn giờ sau, hoặc công bố ngay."))
    return _show(request, page, later=form, status=422)


@require_POST
@publishers_only
@fresh_proof_required
@about_draft
def unschedule(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Take the hour back."""
    done = _("Đã bỏ hẹn. Bản này lại chờ duyệt.")
    return _act(request, page, publishing.unschedule_revision, done=done, publisher=request.user)


@require_safe
@editors_only
def preview(request: StaffRequest, code: str) -> HttpResponse:
    """Show the public page as the draft would have it."""
    try:
        page = editor_draft.get_preview(code, asked=read_asked(request), at=timezone.now())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except (editor_draft.NoDraft, published.NothingToShow):
        messages.info(request, _("Chưa có bản nháp nào có trường hợp để xem trước."))
        return redirect("procedures:editor_procedure", code=code)
    context = {"page": page, "form": SituationForm(page), "is_preview": True}
    return render(request, "procedures/editor/preview.html", context)


def _act(
    request: StaffRequest,
    page: DraftPage,
    use_case: Callable[..., object],
    *,
    done: str,
    **asked: Any,
) -> HttpResponse:
    """Run one use case on the draft as the page showed it, and say what became of it."""
    code = page.procedure.code
    try:
        use_case(
            revision_id=page.revision.pk,
            version=posted_version(request),
            at=timezone.now(),
            **asked,
        )
    except _MENDABLE as error:
        messages.warning(request, str(_SAID[type(error)]))
        return redirect("procedures:editor_review", code=code)
    messages.success(request, done)
    return redirect("procedures:editor_procedure", code=code)


def _lowered(request: StaffRequest) -> dict[int, int]:
    """Return the levels to which offers are lowered, by their ids, as far as they are numbers."""
    found = {}
    for name, value in request.POST.items():
        if name.startswith(editor_review.LOWERED) and isinstance(value, str):
            offer = whole_number(name.removeprefix(editor_review.LOWERED))
            level = whole_number(value)
            if offer is not None and level is not None:
                found[offer] = level
    return found


def _address(name: str, page: DraftPage) -> str:
    return reverse(f"procedures:{name}", args=[page.procedure.code])


def _show(
    request: StaffRequest,
    page: DraftPage,
    *,
    back: SendBackForm | None = None,
    later: ScheduleForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seen = {"version": page.version}
    found = editor_review.get_review_page(page, reader=request.user, at=timezone.now())
    later = later or ScheduleForm(initial=seen, action=_address("editor_schedule", page))
    # What a publisher agrees on is lowered at the hour, as the page says above the form.
    later.helper.layout.extend(Hidden(row.field, str(row.broken.after)) for row in found.breaks)
    context = {
        "draft": page,
        "review": found,
        "back": back or SendBackForm(initial=seen, action=_address("editor_send_back", page)),
        "later": later,
    }
    return show(request, "procedures/editor/review.html", context, status=status)
