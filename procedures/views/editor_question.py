"""One question of an e-form: written, changed, doubled, removed, and seen while it is typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from procedures.eform import editing
from procedures.eform.definition import Definition, FieldType
from procedures.eform.drafts import head_of
from procedures.eform.editing import EditError
from procedures.eform.links import earlier_fields
from procedures.eform.names import NOT_IN_GROUP, TYPE_NAMES
from procedures.forms.eform import QuestionForm
from procedures.selectors import editor_form as selectors
from procedures.selectors.editor_draft import DraftPage
from procedures.services.eform_editing import Change
from procedures.views.editor_draft import about_draft
from procedures.views.editor_form import (
    Anchor,
    anchor_of,
    change_form,
    form_url,
    in_vain,
    save,
)
from procedures.views.editor_form_preview import preview_context
from procedures.views.editor_frame import editors_only, show

SAVE_METHODS: Final = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class Target:
    """Which question a page is about: one that is there, or where a new one goes."""

    definition: Definition
    path: str = ""
    section: str = ""
    group: str = ""
    after: str = ""

    @property
    def is_column(self) -> bool:
        return bool(self.group) or "." in self.path

    @property
    def stored(self) -> dict[str, Any] | None:
        return selectors.raw_question(self.definition, self.path) if self.path else None

    def changed(self, definition: Definition, raw: Mapping[str, Any]) -> tuple[Definition, str]:
        """Return an e-form with the question as it was typed, and its path."""
        if self.path:
            return editing.edit_field(definition, self.path, raw), self.path
        return editing.add_field(
            definition, raw, section=self.section, group=self.group, after=self.after
        )


@require_http_methods(SAVE_METHODS)
@editors_only
@about_draft
def add(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Write a new question of the chosen type; nothing is stored until it is saved."""
    definition = selectors.get_definition(page.revision)
    if definition is None:
        return in_vain(request, page) if request.method == "POST" else redirect(form_url(page))
    asked = request.GET
    target = Target(
        definition,
        section=asked.get("phan", ""),
        group=asked.get("nhom", ""),
        after=asked.get("sau", ""),
    )
    sections = {one.key for one in definition.sections}
    groups = {one.key for one in definition.fields() if one.type is FieldType.GROUP}
    if target.group not in groups if target.group else target.section not in sections:
        if request.method == "POST":
            return in_vain(request, page)
        raise Http404
    return _question(request, page, target)


@require_http_methods(SAVE_METHODS)
@editors_only
@about_draft
def question(request: StaffRequest, page: DraftPage, path: str, part: str) -> HttpResponse:
    """Change a question; other buttons double or remove it."""
    definition = selectors.get_definition(page.revision)
    target = Target(definition, path=path) if definition else None
    if target is None or target.stored is None:
        if request.method == "POST":
            return in_vain(request, page)
        if target is None:
            return redirect(form_url(page))
        raise Http404
    if request.method == "POST" and "xoa" in request.POST:
        section = selectors.section_of(target.definition, path)
        return change_form(
            request,
            page,
            lambda form: editing.remove_field(form, path),
            anchor=partial(anchor_of, section, is_section=True),
        )
    if request.method == "POST" and "nhan-doi" in request.POST:
        change, anchor = _noting(lambda form: editing.duplicate_field(form, path))
        return change_form(request, page, change, anchor=anchor)
    return _question(request, page, target)


def _noting(
    change: Callable[[Definition], tuple[Definition, str]],
) -> tuple[Change, Anchor]:
    """Return a change that gives a question, and what says where it is to be seen."""
    made: list[str] = []

    def note(before: Definition) -> Definition:
        after, path = change(before)
        made.append(path)
        return after

    return note, lambda: anchor_of(made[-1]) if made else ""


def _question(request: StaffRequest, page: DraftPage, target: Target) -> HttpResponse:
    stored = target.stored
    kind = _kind(request.POST.get("kind") or request.GET.get("kieu", ""), target, stored)
    earlier = earlier_fields(
        target.definition,
        path=target.path,
        section=target.section,
        group=target.group,
        after=target.after,
    )

    def form_of(kind: FieldType, **given: Any) -> QuestionForm:
        kept = {"stored": stored, **given}
        return QuestionForm(
            kind,
            earlier=earlier,
            is_column=target.is_column,
            is_new=stored is None,
            **kept,
        )

    if request.method != "POST":
        return _show_question(request, page, target, form_of(kind))
    form = form_of(kind, data=request.POST)
    if "doi-kieu" in request.POST:
        # What was typed for the type before stays where the new one asks for the same.
        typed = form_of(
            _kind(request.POST.get("kind_before", ""), target, stored), data=request.POST
        )
        typed.is_valid()
        fresh = form_of(kind, stored={**typed.raw(), "type": kind.value})
        return _show_question(request, page, target, fresh)
    raw = form.raw() if form.is_valid() else {}
    if "xem" in request.POST:
        return _show_typed(request, target, form, raw)
    if form.errors:
        return _show_question(request, page, target, form, status=422)

    def again(fresh: DraftPage, status: int) -> HttpResponse:
        newer = form.newer(form_of(kind)) if status == 409 and stored else []
        return _show_question(request, fresh, target, form, newer=newer, status=status)

    change, anchor = _noting(lambda before: target.changed(before, raw))
    return save(request, page, change, again, refuse=form.refuse, anchor=anchor)


def _kind(typed: str, target: Target, stored: Mapping[str, Any] | None) -> FieldType:
    known = set(FieldType) - NOT_IN_GROUP if target.is_column else set(FieldType)
    if typed in known:
        return FieldType(typed)
    return FieldType(stored["type"]) if stored else FieldType.TEXT


def _show_question(
    request: StaffRequest,
    page: DraftPage,
    target: Target,
    form: QuestionForm,
    *,
    newer: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    shown = target.section or target.group or target.path
    context = {
        "draft": page,
        "form": form,
        "target": target,
        "is_stale": status == 409,
        "newer": newer,
        "kinds": [
            (kind.value, name)
            for kind, name in TYPE_NAMES.items()
            if not (target.is_column and kind in NOT_IN_GROUP)
        ],
        "when": selectors.shown_words(target.definition, target.path),
        "here": head_of(target.path or target.group),
        "is_published": bool(target.path)
        and selectors.is_published_question(page.revision, target.path),
        **preview_context(
            target.definition, section=selectors.section_of(target.definition, shown)
        ),
    }
    return show(request, "procedures/editor/question.html", context, status=status)


def _show_typed(
    request: StaffRequest, target: Target, form: QuestionForm, raw: Mapping[str, Any]
) -> HttpResponse:
    """Draw the section with the question as it is being typed; only the page sees it."""
    context: dict[str, Any] = {"fault": ""}
    definition, path = target.definition, target.section or target.group or target.path
    if form.errors:
        context["fault"] = _("Chưa xem được: còn chỗ cần điền hoặc cần sửa.")
    else:
        try:
            definition, path = target.changed(definition, raw)
        except EditError as refused:
            context["fault"] = refused.sentence
    context["when"] = selectors.shown_words(definition, path)
    context["here"] = head_of(path) if definition is not target.definition else ""
    context |= preview_context(definition, section=selectors.section_of(definition, path))
    return show(request, "procedures/editor/includes/form_preview.html", context)
