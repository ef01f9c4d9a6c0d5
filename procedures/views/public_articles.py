"""Guides, frequent questions, announcements and the directory, as anyone may read them."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.core.decorators import public_page
from portal.core.files import FileDamaged
from procedures.enums import ArticleKind
from procedures.selectors import articles, directory
from procedures.views.media import answer_captions, answer_clip, answer_picture

# Long enough for a visit; a picture that was taken down is gone within the hour.
_KEPT = int(timedelta(hours=1).total_seconds())
_LONGEST_QUESTION = 100


def _asked(request: HttpRequest, name: str = "q") -> str:
    """Return the words of a search box, without what no keyboard types."""
    return " ".join(request.GET.get(name, "").replace("\x00", "").split())[:_LONGEST_QUESTION]


def _canonical(path: str) -> str:
    return f"{settings.BASE_URL}{path}"


@public_page
def guides(request: HttpRequest) -> HttpResponse:
    """List the guides, the four tasks that most people come for first."""
    context = {
        "guides": articles.list_guides(at=timezone.now()),
        "canonical": _canonical(reverse("procedures:guides")),
    }
    return render(request, "procedures/articles/guides.html", context)


@public_page
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide."""
    return _article(request, ArticleKind.GUIDE, slug, back=("procedures:guides", _("Hướng dẫn")))


@public_page
def questions(request: HttpRequest) -> HttpResponse:
    """List frequent questions by topic, narrowed by the words typed."""
    asked = _asked(request)
    context = {
        "asked": asked,
        "groups": articles.list_questions(asked, at=timezone.now()),
        "canonical": _canonical(reverse("procedures:questions")),
    }
    return render(request, "procedures/articles/questions.html", context)


@public_page
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one question with its answer."""
    return _article(
        request,
        ArticleKind.QUESTION,
        slug,
        back=("procedures:questions", _("Câu hỏi thường gặp")),
    )


@public_page
def announcements(request: HttpRequest) -> HttpResponse:
    """List the announcements in force, the newest first."""
    context = {
        "announcements": articles.list_announcements(at=timezone.now()),
        "canonical": _canonical(reverse("procedures:announcements")),
    }
    return render(request, "procedures/articles/announcements.html", context)


@public_page
def announcement(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one announcement."""
    return _article(
        request,
        ArticleKind.ANNOUNCEMENT,
        slug,
        back=("procedures:announcements", _("Thông báo")),
    )


def _article(
    request: HttpRequest, kind: ArticleKind, slug: str, *, back: tuple[str, str]
) -> HttpResponse:
    try:
        page = articles.get_article(kind, slug, at=timezone.now())
    except articles.NoSuchArticle as missing:
        raise Http404 from missing
    context: dict[str, Any] = {
        "page": page,
        "is_dated": kind == ArticleKind.ANNOUNCEMENT,
        "links": [{"label": back[1], "url": reverse(back[0])}],
        "canonical": _canonical(page.entry.url),
    }
    return render(request, "procedures/articles/article.html", context)


@public_page
def units(request: HttpRequest) -> HttpResponse:
    """List agencies and their desks by the words typed: a commune, a department, a street."""
    found = directory.get_directory(
        asked=_asked(request),
        tier=_asked(request, "cap"),
        page=request.GET.get("trang", ""),
        at=timezone.now(),
    )
    context = {"found": found, "canonical": _canonical(reverse("procedures:units"))}
    return render(request, "procedures/articles/units.html", context)


@public_page
def unit(request: HttpRequest, unit_key: str) -> HttpResponse:
    """Show where one agency is, when it is open, whom to call and what is filed there."""
    try:
        page = directory.get_unit_page(unit_key, at=timezone.now())
    except directory.NoSuchUnit as missing:
        raise Http404 from missing
    context = {
        "page": page,
        "links": [{"label": _("Cơ quan"), "url": reverse("procedures:units")}],
        "canonical": _canonical(reverse("procedures:unit", args=[unit_key])),
    }
    return render(request, "procedures/articles/unit.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=_KEPT)
def picture(request: HttpRequest, picture_id: int, width: int) -> HttpResponseBase:
    """Hand out one width of a picture that stands in something the public reads."""
    found = articles.find_public_picture(picture_id, at=timezone.now())
    if found is None:
        raise Http404
    return answer_picture(found, width)


@login_not_required
@require_safe
@cache_control(public=True, max_age=_KEPT)
def clip(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Hand out a clip, or the part of it that a player asks for."""
    found = articles.find_public_clip(clip_id, at=timezone.now())
    if found is None:
        raise Http404
    try:
        return answer_clip(request, found)
    except FileDamaged as missing:
        raise Http404 from missing


@login_not_required
@require_safe
@cache_control(public=True, max_age=_KEPT)
def clip_captions(request: HttpRequest, clip_id: int) -> HttpResponseBase:
    """Hand out the captions of a clip."""
    found = articles.find_public_clip(clip_id, at=timezone.now())
    if found is None:
        raise Http404
    return answer_captions(found)
