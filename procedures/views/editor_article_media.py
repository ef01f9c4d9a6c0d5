"""Pictures and clips of an article: uploaded, looked at, removed."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import StaffRequest
from portal.core.files import FileDamaged, StorageUnavailable, UnsafeFile
from procedures.forms.articles import ClipForm, PictureForm
from procedures.selectors import editor_articles as selectors
from procedures.services import article_media as services
from procedures.services.articles import ArticleAbsent
from procedures.views.editor_articles import page, standing_of
from procedures.views.editor_frame import editors_only
from procedures.views.media import answer_captions, answer_clip, answer_picture


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def media(request: StaffRequest, article_id: int) -> HttpResponse:
    """List the pictures and clips of an article; on POST, take in one more."""
    standing = standing_of(article_id)
    is_clip = "transcript" in request.POST
    picture_form, clip_form = PictureForm(), ClipForm()
    if request.method == "POST":
        form: Form = (ClipForm if is_clip else PictureForm)(request.POST, request.FILES)
        if form.is_valid() and _take_in(request, article_id, form, is_clip=is_clip):
            messages.success(request, _("Đã tải lên. Chép dòng bên cạnh vào bài để đặt."))
            return redirect("procedures:editor_media", article_id=article_id)
        if is_clip:
            clip_form = form  # type: ignore[assignment]  # one of the two
        else:
            picture_form = form  # type: ignore[assignment]  # one of the two
    context = {
        "standing": standing,
        "rows": selectors.list_media(article_id),
        "picture_form": picture_form,
        "clip_form": clip_form,
        "is_clip": is_clip,
    }
    return page(request, "media", context, status=422 if request.method == "POST" else 200)


def _take_in(request: StaffRequest, article_id: int, form: Form, *, is_clip: bool) -> bool:
    given = form.cleaned_data
    at_file = "file"
    try:
        if is_clip:
            at_file = "poster"
            poster = services.draw_widths(given["poster"], given["poster"].name)
            at_file = "file"
            _add_clip(request, article_id, given, poster=poster)
        else:
            services.add_picture(
                by=request.user,
                at=timezone.now(),
                article_id=article_id,
                key=given["key"],
                alt=given["alt"],
                drawn=services.draw_widths(given["file"], given["file"].name),
            )
    except UnsafeFile as refused:
        at_file = "captions" if refused.reason == "not_captions" else at_file
        form.add_error(at_file, refused.sentence)
    except StorageUnavailable:
        form.add_error("file", _("Kho tệp đang bận, chưa lưu được. Vài phút nữa tải lại."))
    except services.KeyTaken:
        form.add_error("key", _("Bài đã có hình hoặc phim mang khóa này. Đặt khóa khác."))
    except services.TooManyMedia:
        form.add_error("key", _("Bài đã có 40 hình và phim. Xóa bớt cái không dùng."))
    except ArticleAbsent as missing:
        raise Http404 from missing
    return not form.errors


def _add_clip(
    request: StaffRequest, article_id: int, given: dict[str, Any], *, poster: list[Any]
) -> None:
    services.add_clip(
        by=request.user,
        at=timezone.now(),
        article_id=article_id,
        key=given["key"],
        words=services.ClipWords(given["title"], given["transcript"]),
        film=given["file"],
        captions=given["captions"],
        poster=poster,
    )


@require_POST
@editors_only
def remove(request: StaffRequest, article_id: int) -> HttpResponse:
    """Remove a picture or clip that no version places."""
    try:
        removed = services.remove_media(article_id=article_id, key=request.POST.get("key", "")[:64])
    except services.StillPlaced:
        messages.warning(request, _("Một phiên bản của bài đang đặt hình này nên phải giữ lại."))
    except ArticleAbsent as missing:
        raise Http404 from missing
    else:
        messages.success(request, _("Đã xóa.") if removed else _("Hình này đã được xóa trước đó."))
    return redirect("procedures:editor_media", article_id=article_id)


@require_safe
@editors_only
def picture(request: StaffRequest, picture_id: int, width: int) -> HttpResponseBase:
    """Show editors a picture that the public need not have seen yet."""
    found = selectors.find_picture(picture_id)
    if found is None:
        raise Http404
    return answer_picture(found, width)


@require_safe
@editors_only
def clip(request: StaffRequest, clip_id: int) -> HttpResponseBase:
    """Play editors a clip that the public need not have seen yet."""
    found = selectors.find_clip(clip_id)
    if found is None:
        raise Http404
    try:
        return answer_clip(request, found)
    except FileDamaged as missing:
        raise Http404 from missing


@require_safe
@editors_only
def clip_captions(request: StaffRequest, clip_id: int) -> HttpResponseBase:
    """Hand editors the captions of a clip."""
    found = selectors.find_clip(clip_id)
    if found is None:
        raise Http404
    return answer_captions(found)
