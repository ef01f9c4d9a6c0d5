"""One section of an e-form: its title, its help, and when it is shown."""

from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from procedures.eform import editing
from procedures.eform.definition import Definition
from procedures.eform.links import earlier_fields
from procedures.forms.eform import SectionForm
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
from procedures.views.editor_frame import editors_only, show


@dataclass(frozen=True, slots=True)
class _Stored:
    """The section that a page is about, as it is kept."""

    key: str
    questions: int
    form: SectionForm


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
@about_draft
def add(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Add a section with its first question."""
    if selectors.get_definition(page.revision) is None:
        return in_vain(request, page) if request.method == "POST" else redirect(form_url(page))
    form = SectionForm(data=request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _show(request, page, form)
    made: list[str] = []

    def change(before: Definition) -> Definition:
        after = editing.add_section(before, title=form.raw()["title"], first=form.first_question())
        made.append(after.sections[-1].key)
        return after

    return _store(request, page, form, change, anchor=lambda: anchor_of(made[-1], is_section=True))


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
@about_draft
def edit(request: StaffRequest, page: DraftPage, key: str, part: str) -> HttpResponse:
    """Change a section; another button removes it with its questions."""
    definition = selectors.get_definition(page.revision)
    stored = selectors.raw_section(definition, key) if definition else None
    if definition is None or stored is None:
        if request.method == "POST":
            return in_vain(request, page)
        if definition is None:
            return redirect(form_url(page))
        raise Http404
    if request.method == "POST" and "xoa" in request.POST:
        return change_form(request, page, lambda form: editing.remove_section(form, key))
    earlier = earlier_fields(definition, section=key)
    typed = request.POST if request.method == "POST" else None
    form = SectionForm(earlier=earlier, stored=stored, data=typed)
    kept = _Stored(key, len(stored["fields"]), SectionForm(earlier=earlier, stored=stored))
    if request.method != "POST":
        return _show(request, page, form, kept)

    def change(before: Definition) -> Definition:
        return editing.edit_section(before, key, form.raw())

    anchor = partial(anchor_of, key, is_section=True)
    return _store(request, page, form, change, anchor=anchor, stored=kept)


def _store(
    request: StaffRequest,
    page: DraftPage,
    form: SectionForm,
    change: Change,
    *,
    anchor: Anchor,
    stored: _Stored | None = None,
) -> HttpResponse:
    # Reading the rows of a condition finds faults of its own.
    if form.is_valid():
        form.raw()
    if form.errors:
        return _show(request, page, form, stored, status=422)

    def again(fresh: DraftPage, status: int) -> HttpResponse:
        return _show(request, fresh, form, stored, status=status)

    return save(
        request,
        page,
        change,
        again,
        refuse=lambda part, sentence: form.add_error(None, sentence),
        anchor=anchor,
    )


def _show(
    request: StaffRequest,
    page: DraftPage,
    form: SectionForm,
    stored: _Stored | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    is_stale = status == 409
    context = {
        "draft": page,
        "form": form,
        "section": stored,
        "is_stale": is_stale,
        "newer": form.newer(stored.form) if stored and is_stale else (),
    }
    return show(request, "procedures/editor/form_section.html", context, status=status)
