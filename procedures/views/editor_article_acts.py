"""What is decided about an article: sent, published, called off, taken down, placed, moved."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.decorators import fresh_proof_required
from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.forms.articles import PlacingForm, PublishForm, SendBackForm
from procedures.policies import NotAPublisher, OwnEdit
from procedures.services import article_review as review, articles as services
from procedures.views.editor_articles import article_page, standing_of
from procedures.views.editor_frame import editors_only, publishers_only

P = ParamSpec("P")
# What has moved on meanwhile is answered 409 on the page as it stands now.
_SAID: Final[Mapping[type[Exception], str | Promise]] = {
    services.StaleText: gettext_lazy("Bài vừa được người khác sửa. Đọc lại rồi quyết định."),
    review.NotInThisState: gettext_lazy("Bài đã chuyển sang bước khác. Đây là tình trạng mới."),
    review.AlreadyShown: gettext_lazy("Bài đã hiện cho người dân nên không hủy hẹn được nữa."),
    services.DraftWaits: gettext_lazy("Đang có bản nháp. Hủy bản nháp đó rồi mới lấy lại bản cũ."),
    services.NothingToDiscard: gettext_lazy("Không còn bản nháp nào để hủy."),
    OwnEdit: gettext_lazy("Người sửa bài cuối cùng không tự công bố. Cần người thứ hai."),
}


def _answering(
    view: Callable[Concatenate[StaffRequest, int, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Answer in words what a use case refuses; stands below whoever may do it."""

    @wraps(view)
    def answered(
        request: StaffRequest, article_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            return view(request, article_id, *args, **kwargs)
        except services.ArticleAbsent as missing:
            raise Http404 from missing
        except NotAPublisher as refused:
            raise PermissionDenied from refused
        except review.MediaMissing as missing:
            said = _("Bài đặt hình hoặc phim chưa tải lên: %s.") % ", ".join(missing.keys)
            messages.warning(request, said)
            return article_page(request, standing_of(article_id), status=422)
        except tuple(_SAID) as refused:
            messages.warning(request, str(_SAID[type(refused)]))
            return article_page(request, standing_of(article_id), status=409)

    return answered


def _here(article_id: int) -> HttpResponse:
    return redirect("procedures:editor_article", article_id=article_id)


@require_POST
@editors_only
@_answering
def send(request: StaffRequest, article_id: int) -> HttpResponse:
    """Hand the draft to whoever publishes."""
    review.send_for_review(article_id=article_id, base=request.POST.get("base", ""))
    messages.success(request, _("Đã gửi duyệt. Sửa lại thì bài trở về bản nháp."))
    return _here(article_id)


@require_POST
@publishers_only
@_answering
def send_back(request: StaffRequest, article_id: int) -> HttpResponse:
    """Give a reviewed text back with what is to be changed."""
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _come_back(request, article_id, back_form=form)
    review.send_back(
        article_id=article_id,
        base=form.cleaned_data["base"],
        publisher=request.user,
        note=form.cleaned_data["note"],
        at=timezone.now(),
    )
    messages.success(request, _("Đã trả lại người soạn."))
    return _here(article_id)


@require_POST
@publishers_only
@fresh_proof_required
@_answering
def publish(request: StaffRequest, article_id: int) -> HttpResponse:
    """Publish what was reviewed, now or from a later moment."""
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _come_back(request, article_id, publish_form=form)
    now = timezone.now()
    version = review.publish_version(
        article_id=article_id,
        base=form.cleaned_data["base"],
        publisher=request.user,
        at=now,
        shown_from=form.shown_from(),
    )
    later = version.shown_from is not None and version.shown_from > now
    said = _("Đã công bố, hiện từ thời điểm đã hẹn.") if later else _("Đã công bố.")
    messages.success(request, said)
    return _here(article_id)


@require_POST
@publishers_only
@fresh_proof_required
@_answering
def call_off(request: StaffRequest, article_id: int) -> HttpResponse:
    """Make a scheduled version a draft again."""
    number = whole_number(request.POST.get("number", "")) or 0
    review.call_off(article_id=article_id, number=number, publisher=request.user, at=timezone.now())
    messages.success(request, _("Đã hủy hẹn. Bài trở về bản nháp."))
    return _here(article_id)


@require_POST
@publishers_only
@fresh_proof_required
@_answering
def hide(request: StaffRequest, article_id: int) -> HttpResponse:
    """Take an article down, or show it again."""
    hidden = request.POST.get("lam") == "go"
    review.set_hidden(
        article_id=article_id, hidden=hidden, publisher=request.user, at=timezone.now()
    )
    messages.success(request, _("Đã gỡ xuống.") if hidden else _("Đã cho hiện lại."))
    return _here(article_id)


@require_POST
@editors_only
@_answering
def place(request: StaffRequest, article_id: int) -> HttpResponse:
    """Change the topic of an article, and the days of an announcement."""
    standing = standing_of(article_id)
    form = PlacingForm(request.POST, kind=standing.article.kind)
    if form.is_valid():
        try:
            review.place_article(
                article_id=article_id,
                placing=form.placing(),
                by=request.user,
                at=timezone.now(),
            )
        except review.DaysOutOfOrder:
            form.add_error("valid_until", _("Ngày cuối phải sau ngày đầu."))
        else:
            messages.success(request, _("Đã lưu cách hiện."))
            return _here(article_id)
    return _come_back(request, article_id, placing_form=form, open_fold="cach-hien")


@require_POST
@editors_only
@_answering
def move(request: StaffRequest, article_id: int) -> HttpResponse:
    """Let an article change places with its neighbour."""
    services.move_article(article_id=article_id, up=request.POST.get("lam") == "len")
    return redirect("procedures:editor_articles")


@require_POST
@editors_only
@_answering
def discard(request: StaffRequest, article_id: int) -> HttpResponse:
    """Throw the open draft away."""
    left = services.discard_draft(article_id=article_id, base=request.POST.get("base", ""))
    messages.success(request, _("Đã hủy bản nháp."))
    return _here(article_id) if left else redirect("procedures:editor_articles")


@require_POST
@editors_only
@_answering
def restore(request: StaffRequest, article_id: int, number: int) -> HttpResponse:
    """Begin a draft with the words of an older version."""
    services.restore_version(
        by=request.user, at=timezone.now(), article_id=article_id, number=number
    )
    messages.success(request, _("Đã tạo bản nháp từ phiên bản %d.") % number)
    return _here(article_id)


def _come_back(request: StaffRequest, article_id: int, **forms: Any) -> HttpResponse:
    """Show the page again with what was typed into one of its forms."""
    return article_page(request, standing_of(article_id), status=422, **forms)
