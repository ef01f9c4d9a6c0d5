"""The draft of a procedure: begun, looked over, thrown away; and what its parts' pages share."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrOrPromise

from accounts.requests import StaffRequest
from portal.core.text import whole_number
from procedures.forms.eform import QUESTION_WORDS
from procedures.models import NoSuchProcedure
from procedures.selectors import editor_draft as selectors
from procedures.selectors.editor_draft import DraftPage
from procedures.selectors.editor_parts import part_label, part_url
from procedures.services import drafting
from procedures.views.editor_frame import editors_only, show

P = ParamSpec("P")
# The part that somebody wanted before there was a draft; begun, the draft opens there.
WANTED: Final = "phan"


def about_draft(
    view: Callable[Concatenate[StaffRequest, DraftPage, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """
    Give a view the draft of the procedure named in the address; where there is none, lead there.

    Stands below `editors_only`. An argument `part` of the address is the part that the page is
    about.
    """

    @wraps(view)
    def opened(request: StaffRequest, code: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            page = selectors.get_draft_page(code, current=str(kwargs.get("part", "")))
        except NoSuchProcedure as unknown:
            raise Http404 from unknown
        except selectors.NoDraft:
            part = str(kwargs.get("part", ""))
            if typed := typed_words(request, lambda name: name in QUESTION_WORDS):
                return show_typed(request, code, title=part_label(part), typed=typed)
            return lead_to_begin(request, code, part=part)
        return view(request, page, *args, **kwargs)

    return opened


def lead_to_begin(request: StaffRequest, code: str, *, part: str = "") -> HttpResponse:
    """Lead to where a draft is begun; begun there, it opens at the part that was wanted."""
    said = _("Thủ tục này chưa có bản nháp nào. Bấm “Soạn bản sửa đổi” để bắt đầu.")
    messages.info(request, said)
    url = reverse("procedures:editor_procedure", args=[code])
    return redirect(f"{url}?{urlencode({WANTED: part})}" if part else url)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def draft(request: StaffRequest, code: str) -> HttpResponse:
    """Show the draft with what it still lacks; a POST begins one, or meets the colleagues' one."""
    if request.method != "POST":
        return _look_over(request, code)
    try:
        drafting.open_draft(code=code, editor=request.user, at=timezone.now())
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except drafting.IsRepealed:
        messages.warning(request, _("Thủ tục đã bãi bỏ thì không soạn nội dung mới."))
        return redirect("procedures:editor_procedure", code=code)
    wanted = part_url(request.POST.get(WANTED, ""), code=code)
    return redirect(wanted or reverse("procedures:editor_draft", args=[code]))


@about_draft
def _look_over(request: StaffRequest, page: DraftPage) -> HttpResponse:
    return show(request, "procedures/editor/draft.html", {"draft": page})


@require_POST
@editors_only
@about_draft
def discard(request: StaffRequest, page: DraftPage) -> HttpResponse:
    """Throw the draft away; what is published stays."""
    code = page.procedure.code
    try:
        drafting.discard_draft(
            revision_id=page.revision.pk,
            version=posted_version(request),
            editor=request.user,
            at=timezone.now(),
        )
    except (drafting.StaleRevision, drafting.NotEditable):
        messages.warning(
            request, _("Bản nháp vừa được người khác sửa nên chưa hủy. Xem lại rồi quyết định.")
        )
        return redirect("procedures:editor_draft", code=code)
    messages.success(request, _("Đã hủy bản nháp. Bản đang công bố không thay đổi."))
    return redirect("procedures:editor_procedure", code=code)


def typed_words(request: StaffRequest, is_words: Callable[[str], bool]) -> list[str]:
    """Return what was typed into the fields that `is_words` picks by name, as far as it is work."""
    return [
        value
        for name, values in request.POST.lists()
        if is_words(name)
        for value in values
        if len(value) > 3
    ]


def show_typed(
    request: StaffRequest, code: str, *, title: StrOrPromise, typed: list[str], said: str = ""
) -> HttpResponse:
    """Say why what was typed has no place any more, by default that the draft has gone; keep it."""
    if "xem" in request.POST:
        # Only its preview: the page that was typed in stays, and is told when it is saved.
        return HttpResponse(status=204)
    context = {"code": code, "sentence": said or gone_words(), "typed": typed, "title": title}
    return show(request, "procedures/editor/part_gone.html", context, status=409)


def gone_words() -> str:
    return _(
        "Bản nháp này vừa được công bố hoặc hủy nên không sửa được nữa. Muốn sửa tiếp thì soạn bản "
        "sửa đổi mới ở trang thủ tục."
    )


def posted_version(request: StaffRequest) -> int:
    """Return the version that the page was made from; -1, which none has, for anything else."""
    number = whole_number(request.POST.get("version", ""))
    return -1 if number is None else number
