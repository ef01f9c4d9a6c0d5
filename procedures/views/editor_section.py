"""One section of an e-form: its title, its help, and when it is shown."""

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
from procedures.views.editor_form import anchor_of, change_form, elsewhere, form_url, save
from procedures.views.editor_frame import editors_only, show


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
@about_draft
def add(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Add a section with its first question."""
    if selectors.get_definition(page.revision) is None:
        return redirect(form_url(page))
    form = SectionForm(data=request.POST or None)
    if request.method != "POST":
        return _show(request, page, form)

    def change(before: Definition) -> Definition:
        return editing.add_section(before, title=form.raw()["title"], first=form.first_question())

    return _store(request, page, form, change)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
@about_draft
def edit(request: StaffRequest, page: DraftPage, key: str, part: str) -> HttpResponse:
    """Change a section; another button removes it with its questions."""
    definition = selectors.get_definition(page.revision)
    if definition is None:
        return redirect(form_url(page))
    stored = selectors.raw_section(definition, key)
    if stored is None:
        raise Http404
    if request.method == "POST" and "xoa" in request.POST:
        return change_form(request, page, lambda form: editing.remove_section(form, key))
    earlier = earlier_fields(definition, section=key)
    form = SectionForm(earlier=earlier, stored=stored, data=request.POST or None)
    if request.method != "POST":
        return _show(request, page, form, key)

    def change(before: Definition) -> Definition:
        return editing.edit_section(before, key, form.raw())

    return _store(request, page, form, change, key)


def _store(
    request: StaffRequest, page: DraftPage, form: SectionForm, change: Change, key: str = ""
) -> HttpResponse:
    # Reading the rows of a condition finds faults of its own.
    if form.is_valid():
        form.raw()
    if form.errors:
        return _show(request, page, form, key, status=422)

    def again(fresh: DraftPage, status: int) -> HttpResponse:
        return _show(request, fresh, form, key, status=status)

    return save(
        request,
        page,
        change,
        again,
        refuse=lambda part, sentence: form.add_error(None, sentence),
        anchor=anchor_of(key, is_section=True) if key else "",
    )


def _show(
    request: StaffRequest, page: DraftPage, form: SectionForm, key: str = "", *, status: int = 200
) -> HttpResponse:
    context = {
        "draft": page,
        "form": form,
        "section_key": key,
        "stale": elsewhere() if status == 409 else "",
    }
    return show(request, "procedures/editor/form_section.html", context, status=status)
