"""Writing guides, answers and announcements: the list, the words, the versions, the preview."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import StaffRequest
from portal.core.dates import to_local
from procedures.enums import ArticleKind, TextState
from procedures.forms.articles import DraftForm, PlacingForm, PublishForm, SendBackForm, StartForm
from procedures.selectors import articles as shown, editor_articles as selectors
from procedures.selectors.editor_articles import Standing
from procedures.services import articles as services
from procedures.services.drafting import PageMark
from procedures.views.editor_frame import editors_only, is_publisher, show

MENU = "procedures:editor_articles"
_STATES = (
    ("DRAFT", gettext_lazy("Bản nháp")),
    ("IN_REVIEW", gettext_lazy("Chờ duyệt")),
    ("PUBLISHED", gettext_lazy("Đang hiện")),
    ("HIDDEN", gettext_lazy("Đã gỡ xuống")),
)


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(
        request, f"procedures/editor/articles/{template}.html", context, menu=MENU, status=status
    )


def standing_of(article_id: int) -> Standing:
    """Return an article, or answer that there is none."""
    try:
        return selectors.get_standing(article_id, at=timezone.now())
    except selectors.NoSuchArticle as missing:
        raise Http404 from missing


@require_safe
@editors_only
def articles(request: StaffRequest) -> HttpResponse:
    """List what is written, by kind and state."""
    kind, state = request.GET.get("loai", ""), request.GET.get("trang-thai", "")
    listing = selectors.list_articles(
        kind=kind if kind in ArticleKind.values else "",
        state=state if state in dict(_STATES) else "",
        page=request.GET.get("trang", ""),
        at=timezone.now(),
    )
    context = {"listing": listing, "kinds": ArticleKind.choices, "states": _STATES}
    return page(request, "list", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def start(request: StaffRequest) -> HttpResponse:
    """Begin an article."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        version = services.start_article(
            by=request.user,
            at=timezone.now(),
            kind=form.cleaned_data["kind"],
            topic=form.cleaned_data["topic"],
            words=form.words(),
        )
        messages.success(request, _("Đã tạo bản nháp."))
        return redirect("procedures:editor_article", article_id=version.article_id)
    return page(request, "start", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def article(request: StaffRequest, article_id: int) -> HttpResponse:
    """Show an article to be written on; on POST, save the draft, as the page does by itself."""
    standing = standing_of(article_id)
    if request.method != "POST":
        return article_page(request, standing)
    form = DraftForm(request.POST)
    is_autosave = request.headers.get("X-Autosave") == "1"
    if not form.is_valid():
        if is_autosave:
            said = next(iter(form.errors.values()))[0]
            return JsonResponse({"sentence": _("Chưa lưu. %s") % said}, status=422)
        return article_page(request, standing, form=form, status=422)
    try:
        saved = services.save_draft(
            by=request.user,
            at=timezone.now(),
            article_id=article_id,
            base=form.cleaned_data["base"],
            words=form.words(),
            page=PageMark(form.cleaned_data["trang"], leaves=not is_autosave),
        )
    except services.ArticleAbsent as missing:
        raise Http404 from missing
    except services.StaleText as stale:
        return _stale(request, article_id, form, stale, is_autosave=is_autosave)
    if is_autosave:
        at = f"{to_local(timezone.now()):%H:%M}"
        return JsonResponse({"saved_at": at, "fields": {"base": services.mark_of(saved)}})
    messages.success(request, _("Đã lưu bản nháp. Người dân chưa thấy cho đến khi công bố."))
    return redirect("procedures:editor_article", article_id=article_id)


def _stale(
    request: StaffRequest,
    article_id: int,
    form: DraftForm,
    stale: services.StaleText,
    *,
    is_autosave: bool,
) -> HttpResponse:
    """Answer 409 with the typed words kept and the newer ones beside; saving again takes ours."""
    newest = stale.newest
    if is_autosave:
        who = newest.edited_by.full_name if newest.edited_by else _("Người khác")
        said = _("%s vừa lưu bài này. Nội dung đang gõ vẫn còn trên trang, chưa lưu.") % who
        return JsonResponse({"sentence": said}, status=409)
    typed = {name: form.cleaned_data[name] for name in ("title", "lead", "body", "trang")}
    again = DraftForm(initial={**typed, "base": services.mark_of(newest)})
    return article_page(request, standing_of(article_id), form=again, newer=newest, status=409)


def article_page(
    request: StaffRequest, standing: Standing, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Render the page of an article; `more` are forms that came back with what was typed."""
    version = standing.newest
    words = {
        "base": standing.base,
        "title": version.title,
        "lead": version.lead,
        "body": version.body,
        "trang": str(uuid4()),
    }
    placed = {
        name: getattr(standing.article, name)
        for name in ("topic", "is_pinned", "valid_from", "valid_until")
    }
    publisher = is_publisher(request)
    context: dict[str, Any] = {
        "standing": standing,
        "form": DraftForm(initial=words),
        "placing_form": PlacingForm(kind=standing.article.kind, initial=placed),
        "may_publish": publisher,
        "may_place": publisher or not standing.was_published,
        "newer": None,
        "open_fold": "",
    }
    if version.state == TextState.IN_REVIEW and publisher:
        context["publish_form"] = PublishForm(initial={"base": standing.base})
        context["back_form"] = SendBackForm(initial={"base": standing.base})
        context["is_own"] = version.edited_by_id == request.user.pk
    return page(request, "article", {**context, **more}, status=status)


@require_safe
@editors_only
def preview(request: StaffRequest, article_id: int, number: int) -> HttpResponse:
    """Show a version as citizens will see it, in their own frame."""
    try:
        version = selectors.get_version(article_id, number)
    except selectors.NoSuchArticle as missing:
        raise Http404 from missing
    context = {
        "page": shown.show_version(version, preview=True),
        "version": version,
        "is_dated": version.article.kind == ArticleKind.ANNOUNCEMENT,
    }
    return page(request, "preview", context)


@require_safe
@editors_only
def versions(request: StaffRequest, article_id: int) -> HttpResponse:
    """List every version of an article."""
    context = {
        "standing": standing_of(article_id),
        "versions": selectors.list_versions(article_id),
    }
    return page(request, "versions", context)


@require_safe
@editors_only
def version(request: StaffRequest, article_id: int, number: int) -> HttpResponse:
    """Show one version with its lines beside those of the one before."""
    try:
        found = selectors.get_version_page(article_id, number)
    except selectors.NoSuchArticle as missing:
        raise Http404 from missing
    return page(request, "version", {"found": found, "article_id": article_id})
