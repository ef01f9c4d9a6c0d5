"""The page of each part of a draft: shown, its rows changed, saved by hand or by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import StaffRequest
from portal.core.dates import format_moment, to_local
from procedures.forms.part_base import PartForm
from procedures.forms.part_buttons import Removed, change_rows, removed_row
from procedures.forms.part_rows import Problem, RowForm
from procedures.models import NoSuchProcedure, Revision
from procedures.selectors import editor_draft as selectors
from procedures.selectors.editor_draft import DraftPage
from procedures.selectors.editor_parts import part_label
from procedures.services import parts_papers
from procedures.services.drafting import NotEditable, PageMark, StaleRevision
from procedures.services.parts import NeedsConsent, RowsRefused
from procedures.services.parts_papers import FormFile, Forms
from procedures.views.editor_draft import (
    about_draft,
    gone_words,
    lead_to_begin,
    posted_version,
    show_typed,
    typed_words,
)
from procedures.views.editor_frame import editors_only, show
from procedures.views.editor_part_files import known_to, with_files
from procedures.views.editor_part_pages import PAGES, PartPage
from procedures.views.media import answer_form

BLANK_FORM: Final = "lap-mau"


@dataclass(slots=True)
class Attempt:
    """One request about one part: the draft as stored, and what was typed."""

    request: StaffRequest
    draft: DraftPage
    key: str
    form: PartForm
    # What removing rows takes along, to be agreed to.
    asked: NeedsConsent | None = None
    is_stale: bool = False
    # The row that was just taken away, to be put back.
    removed: Removed | None = None
    more: list[Problem] = field(default_factory=list)

    @property
    def page(self) -> PartPage:
        return PAGES[self.key]

    @property
    def is_autosave(self) -> bool:
        return self.request.headers.get("X-Autosave") == "1"

    @property
    def url(self) -> str:
        return reverse("procedures:editor_part", args=[self.draft.procedure.code, self.key])


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def part(request: StaffRequest, code: str, part: str) -> HttpResponse:
    """Show one part of the draft; on POST change its rows, or save it."""
    if part not in PAGES:
        raise Http404
    try:
        draft = selectors.get_draft_page(code, current=part)
    except NoSuchProcedure as unknown:
        raise Http404 from unknown
    except selectors.NoDraft:
        return _gone(request, code, part)
    form_class, known = PAGES[part].form, known_to(draft.revision)
    if request.method != "POST":
        form = form_class(initial=form_class.initial_of(draft.revision), known=known)
        return _page(Attempt(request, draft, part, form))
    button = request.POST.get("viec", "")
    changed = change_rows(request.POST, button)
    if changed is not None:
        form = form_class(changed, request.FILES, known=known)
        form.forget_errors()
        removed = removed_row(form_class, request.POST, button)
        return _page(Attempt(request, draft, part, form, removed=removed), is_unsaved=True)
    form = form_class(request.POST, request.FILES, known=known)
    return _save(Attempt(request, draft, part, form))


@require_safe
@editors_only
@about_draft
def printable(request: StaffRequest, page: DraftPage, /, key: str) -> HttpResponse:
    """Hand out a form of the draft."""
    form = page.revision.printable_forms.filter(key=key).first()
    if form is None:
        raise Http404
    return cast("HttpResponse", answer_form(form))


def _save(attempt: Attempt) -> HttpResponse:
    revision, form = attempt.draft.revision, attempt.form
    version = posted_version(attempt.request)
    token = attempt.request.POST.get("trang", "")[:36]
    if not form.is_valid():
        is_own = bool(token) and token == revision.edit_page
        return _refuse(attempt) if version == revision.version or is_own else _stale(attempt)
    files: list[FormFile] = []
    try:
        data = form.part()
        if isinstance(data, Forms):
            adds_blank = attempt.request.POST.get("viec") == BLANK_FORM
            data, attempt.more = with_files(
                attempt.form, data, files, draft=revision, adds_blank=adds_blank
            )
        if form.errors or any(form.problems()) or attempt.more:
            parts_papers.drop_form_files(files)
            return _refuse(attempt)
        asked = {"agreed": _agreed(attempt)} if attempt.page.asks else {}
        saved = attempt.page.save(
            revision_id=revision.pk,
            version=version,
            editor=attempt.request.user,
            at=timezone.now(),
            data=data,
            page=PageMark(token, leaves=not attempt.is_autosave),
            **asked,
        )
    except (StaleRevision, NotEditable, RowsRefused, NeedsConsent) as error:
        parts_papers.drop_form_files(files)
        return _answer(attempt, error)
    return _saved(attempt, version=saved)


def _answer(attempt: Attempt, error: Exception) -> HttpResponse:
    match error:
        case NotEditable():
            return _gone(attempt.request, attempt.draft.procedure.code, attempt.key)
        case StaleRevision():
            code = attempt.draft.procedure.code
            try:
                attempt.draft = selectors.get_draft_page(code, current=attempt.key)
            except selectors.NoDraft:
                return _gone(attempt.request, code, attempt.key)
            return _stale(attempt)
        case NeedsConsent():
            attempt.asked = error
        case RowsRefused():
            rows = attempt.form.stored_rows()
            for problem in error.problems:
                rows[problem.row].add_error(problem.field, problem.sentence)
    return _refuse(attempt)


def _saved(attempt: Attempt, *, version: int) -> HttpResponse:
    at = f"{to_local(timezone.now()):%H:%M}"
    if not attempt.is_autosave:
        messages.success(attempt.request, _("Đã lưu lúc %s.") % at)
        return redirect(attempt.url)
    fields = {"version": str(version)}
    stored = attempt.page.form.initial_of(Revision.objects.get(pk=attempt.draft.revision.pk))
    for name in attempt.form.lists:
        fields |= dict(_keys(attempt.form.stored_rows(), stored[name]))
    return JsonResponse({"saved_at": at, "fields": fields})


def _keys(
    rows: Sequence[RowForm], stored: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    """Yield the hidden fields with the keys that rows have got by being saved."""
    for row, values in zip(rows, stored, strict=False):
        if "key" in values:
            yield f"{row.prefix}-key_field", str(values["key"])
        for name in row.lists:
            yield from _keys(row.kept(name), values[name])


def _refuse(attempt: Attempt) -> HttpResponse:
    if not attempt.is_autosave:
        return _page(attempt, is_unsaved=True, status=422)
    problem = next(_problems(attempt), None)
    sentence = problem.text if problem else ""
    if attempt.asked is not None:
        sentence = _("%s Bấm “Lưu” để xem và đồng ý.") % attempt.asked.consequences[0]
    return JsonResponse({"sentence": _("Chưa lưu. %s") % sentence}, status=422)


def _stale(attempt: Attempt) -> HttpResponse:
    """Keep what was typed, with what somebody else has stored beside it."""
    who = attempt.draft.edited
    if attempt.is_autosave:
        sentence = _("%s vừa sửa bản nháp này. Nội dung đang gõ vẫn còn trên trang.") % who
        return JsonResponse({"sentence": sentence}, status=409)
    attempt.is_stale = True
    form, revision = attempt.form, attempt.draft.revision
    form.forget_errors()
    form.mark_newer(type(form)(initial=form.initial_of(revision), known=known_to(revision)))
    return _page(attempt, is_unsaved=True, status=409)


def _page(attempt: Attempt, *, is_unsaved: bool = False, status: int = 200) -> HttpResponse:
    draft, request, form = attempt.draft, attempt.request, attempt.form
    revision = draft.revision
    is_post = request.method == "POST"
    edited = revision.edited_at
    # A page that compares with the newest version is made from that one.
    version = (
        request.POST.get("version", "") if is_post and not attempt.is_stale else revision.version
    )
    context = {
        "draft": draft,
        "form": form,
        "action": attempt.url,
        "title": part_label(attempt.key),
        "lead": attempt.page.lead,
        "problems": list(_problems(attempt)) if status == 422 else [],
        "asked": attempt.asked,
        "asked_keys": ",".join(sorted(attempt.asked.keys)) if attempt.asked else "",
        "is_stale": attempt.is_stale,
        "is_unsaved": is_unsaved,
        "removed": attempt.removed,
        "version": version,
        "token": request.POST.get("trang", "")[:36] if is_post else str(uuid4()),
        "saved_at": format_moment(edited) if edited and revision.version else "",
        "has_eform": revision.form_version_id is not None,
        "blank_form": BLANK_FORM,
    }
    template = f"procedures/editor/parts/{attempt.page.template}.html"
    return show(request, template, context, status=status)


def _problems(attempt: Attempt) -> Iterator[Problem]:
    yield from attempt.more
    yield from attempt.form.problems()


def _gone(request: StaffRequest, code: str, key: str) -> HttpResponse:
    """Say that the draft went out or was thrown away; what was typed stays to be copied."""
    if request.method != "POST":
        return lead_to_begin(request, code, part=key)
    if request.headers.get("X-Autosave") == "1":
        return JsonResponse({"sentence": gone_words()}, status=409)

    def is_words(name: str) -> bool:
        is_own = name.rpartition("-")[2] in PAGES[key].form.base_fields or "-" in name
        return is_own and not name.endswith("-key_field")

    return show_typed(request, code, title=part_label(key), typed=typed_words(request, is_words))


def _agreed(attempt: Attempt) -> set[str]:
    return set(attempt.request.POST.get("dong_y", "").split(","))
