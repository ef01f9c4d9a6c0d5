"""The e-form of a draft: its questions in rows that move up and down, where it begins, its file."""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import StaffRequest
from procedures.eform import editing
from procedures.eform.definition import to_json
from procedures.eform.editing import EditError, NoSuchPart
from procedures.eform.names import NOT_IN_GROUP, TYPE_NAMES
from procedures.eform.parsing import FormDefinitionError
from procedures.forms.eform import QUESTION_WORDS
from procedures.selectors import editor_draft, editor_form as selectors
from procedures.selectors.editor_draft import DraftPage
from procedures.selectors.editor_parts import part_label
from procedures.services import drafting, eform_editing as services
from procedures.services.eform_editing import Change, Page
from procedures.views.editor_draft import (
    about_draft,
    gone_words,
    posted_version,
    show_typed,
    typed_words,
)
from procedures.views.editor_form_preview import preview_context
from procedures.views.editor_frame import editors_only, show

PART: Final = "to-khai"
Anchor = Callable[[], str]
# What a button of the list is named, and the change that it asks for.
MOVES: Final[Mapping[str, Callable[[str], Change]]] = {
    "len": lambda path: lambda form: editing.move_field(form, path, editing.UP),
    "xuong": lambda path: lambda form: editing.move_field(form, path, editing.DOWN),
    "phan-len": lambda key: lambda form: editing.move_section(form, key, editing.UP),
    "phan-xuong": lambda key: lambda form: editing.move_section(form, key, editing.DOWN),
}


@require_safe
@editors_only
@about_draft
def form(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Show the e-form in rows beside its preview, or where it may begin."""
    return show_form(request, page)


@require_POST
@editors_only
@about_draft
def begin(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Begin an e-form: from one question, the standard form or another procedure's."""
    source = request.POST.get("tu", "")
    code = request.POST.get("ma", "").strip().split(" ")[0]

    def make(sheet: Page) -> object:
        if source == "thu-tuc":
            return services.copy_form(sheet, code=code)
        return services.begin_form(sheet, is_standard=source == "mau-chung")

    return act(request, page, make)


@require_POST
@editors_only
@about_draft
def order(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Move a question or a section up or down by one."""
    for name, make in MOVES.items():
        if target := request.POST.get(name, ""):
            change = make(target)
            return act(
                request,
                page,
                lambda sheet, change=change: services.change_form(sheet, change=change),  # type: ignore[misc]
                anchor=partial(anchor_of, target, is_section=name.startswith("phan-")),
            )
    return redirect(form_url(page))


@require_POST
@editors_only
@about_draft
def import_file(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Replace the e-form by that in a file."""
    sent = request.FILES.get("tep")
    if sent is None:
        return show_form(request, page, error=_("Chọn tệp JSON của tờ khai."), status=422)
    # One byte more than is taken is enough to know.
    content = sent.read(services.MAX_FILE + 1)
    return act(request, page, lambda sheet: services.import_form(sheet, content=content))


@require_POST
@editors_only
@about_draft
def drop(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Leave the draft without an e-form of its own."""
    return act(request, page, services.drop_form)


@require_safe
@editors_only
@about_draft
def file(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Give the e-form out as a file that can be read in again."""
    definition = selectors.get_definition(page.revision)
    if definition is None:
        raise Http404
    text = json.dumps(to_json(definition), ensure_ascii=False, indent=2)
    response = HttpResponse(f"{text}\n", content_type="application/json; charset=utf-8")
    name = f"to-khai-{page.procedure.code}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def show_form(
    request: StaffRequest, page: DraftPage, *, error: str = "", status: int = 200
) -> HttpResponse:
    """Draw the list with the preview of one section."""
    form_page = selectors.get_form_page(page.revision)
    context: dict[str, Any] = {
        "draft": page,
        "form_page": form_page,
        "error": error,
        "types": [(kind.value, name) for kind, name in TYPE_NAMES.items()],
        "column_types": [
            (kind.value, name) for kind, name in TYPE_NAMES.items() if kind not in NOT_IN_GROUP
        ],
    }
    if form_page.definition is None:
        context["sources"] = selectors.list_sources(page.procedure)
    else:
        wanted = request.GET.get("phan", "")
        context |= preview_context(form_page.definition, section=wanted)
    return show(request, "procedures/editor/form.html", context, status=status)


def act(
    request: StaffRequest,
    page: DraftPage,
    call: Callable[[Page], object],
    *,
    anchor: Anchor = str,
) -> HttpResponse:
    """
    Do something to the draft and lead back to the list; what was refused is said there.

    :param anchor: says where in the list the change is to be seen, once it is made.
    """
    code = page.procedure.code
    try:
        call(sheet_of(request, page))
    except drafting.StaleRevision:
        fresh = editor_draft.get_draft_page(code, current=PART)
        return show_form(request, fresh, error=elsewhere(), status=409)
    except drafting.NotEditable:
        return gone(request, code)
    except NoSuchPart as absent:
        raise Http404 from absent
    except (EditError, FormDefinitionError) as refused:
        place = getattr(refused, "path", "")
        said = f"{place}: {refused.sentence}" if place else refused.sentence
        return show_form(request, page, error=said, status=422)
    except services.NothingToCopy:
        said = _("Không có thủ tục nào với mã này đang công bố tờ khai điện tử.")
        return show_form(request, page, error=said, status=422)
    except (services.HasForm, services.NoForm):
        # Another press of the same button, or a colleague, was first.
        pass
    return redirect(f"{form_url(page)}{anchor()}")


def change_form(
    request: StaffRequest,
    page: DraftPage,
    change: Change,
    *,
    anchor: Anchor = str,
) -> HttpResponse:
    return act(
        request, page, lambda sheet: services.change_form(sheet, change=change), anchor=anchor
    )


def save(
    request: StaffRequest,
    page: DraftPage,
    change: Change,
    again: Callable[[DraftPage, int], HttpResponse],
    *,
    refuse: Callable[[str, str], None],
    anchor: Anchor = str,
) -> HttpResponse:
    """
    Store a change; refused or overtaken, show the page again with everything typed.

    :param anchor: says where in the list the change is to be seen, once it is made.
    """
    code = page.procedure.code
    try:
        services.change_form(sheet_of(request, page), change=change)
    except drafting.StaleRevision:
        return again(editor_draft.get_draft_page(code, current=PART), 409)
    except drafting.NotEditable:
        return in_vain(request, page, said=gone_words())
    except (NoSuchPart, services.NoForm):
        return in_vain(request, page)
    except EditError as refused:
        refuse(refused.part, refused.sentence)
        return again(page, 422)
    return redirect(f"{form_url(page)}{anchor()}")


def sheet_of(request: StaffRequest, page: DraftPage) -> Page:
    """Say which draft, in which version, the posted page was made from."""
    return Page(
        revision_id=page.revision.pk,
        version=posted_version(request),
        editor=request.user,
        at=timezone.now(),
    )


def elsewhere() -> str:
    return _(
        "Bản nháp vừa được sửa ở nơi khác nên thay đổi này chưa lưu. Trang đã hiện bản mới nhất; "
        "xem lại rồi làm lại."
    )


def in_vain(request: StaffRequest, page: DraftPage, *, said: str = "") -> HttpResponse:
    """Say that what was typed has no place any more, and show it to be copied."""
    typed = typed_words(request, lambda name: name in QUESTION_WORDS)
    if not typed and not said:
        # A second press of the button that removes.
        return redirect(form_url(page))
    said = said or _(
        "Người khác vừa xóa câu hỏi hoặc phần này khỏi tờ khai. Muốn giữ thì thêm lại vào tờ khai."
    )
    return show_typed(request, page.procedure.code, title=part_label(PART), typed=typed, said=said)


def gone(request: HttpRequest, code: str) -> HttpResponse:
    """Say that there is nothing to edit any more."""
    messages.warning(request, _("Bản nháp không còn sửa được: đã công bố hoặc đã hủy."))
    return redirect("procedures:editor_procedure", code=code)


def form_url(page: DraftPage) -> str:
    return reverse("procedures:editor_form", args=[page.procedure.code])


def anchor_of(target: str, *, is_section: bool = False) -> str:
    return f"#phan-{target}" if is_section else f"#muc-{target}"
