"""The e-form of a draft as people will fill it in: nothing typed there is stored."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.requests import StaffRequest
from portal.core.dates import local_day
from portal.core.places import national_places
from procedures.eform.answers import Raw, merge, visible_sections
from procedures.eform.definition import Definition
from procedures.eform.display import rows
from procedures.eform.drafts import head_of
from procedures.eform.forms import PREFIX, SectionForm, posted_answers
from procedures.selectors.editor_draft import DraftPage
from procedures.selectors.editor_form import get_definition
from procedures.views.editor_draft import about_draft
from procedures.views.editor_frame import editors_only, show


def preview_context(
    definition: Definition,
    *,
    section: str = "",
    typed: Raw | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what templates/procedures/editor/includes/form_preview.html needs."""
    keys = [one.key for one in definition.sections]
    current = section if section in keys else keys[0]
    filled = SectionForm(
        definition,
        current,
        today=local_day(timezone.now()),
        typed=typed,
        data=data,
        places=national_places(),
        communes_url=reverse("procedures:communes"),
        default_button=("kiem-tra", "1"),
    )
    mine = {field.key for field in filled.section.fields}
    return {
        "tried": filled,
        "tried_section": filled.section,
        "tried_help": definition.help if current == keys[0] else "",
        "tried_number": keys.index(current) + 1,
        "tried_count": len(keys),
        "tried_sections": definition.sections,
        # What was typed in the other sections goes along, and is stored nowhere.
        "tried_kept": [
            (f"{PREFIX}-{path}", value)
            for path, values in filled.typed.items()
            if head_of(path) not in mine
            for value in values
        ],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
@about_draft
def try_out(request: StaffRequest, page: DraftPage, part: str) -> HttpResponse:
    """Let the editor fill the e-form in as people will; a POST checks a section and leads on."""
    definition = get_definition(page.revision)
    if definition is None:
        return redirect("procedures:editor_form", code=page.procedure.code)
    section = request.GET.get("phan", "") or request.POST.get("phan", "")
    if request.method != "POST":
        return _show(request, page, preview_context(definition, section=section))
    typed = posted_answers(request.POST)
    if "sang" in request.POST:
        # Another section was chosen: what is typed so far goes along unchecked.
        wanted = request.POST["sang"]
        return _show(request, page, preview_context(definition, section=wanted, typed=typed))
    context = preview_context(definition, section=section, typed=typed, data=request.POST)
    form: SectionForm = context["tried"]
    if form.row_button_pressed:
        return _show(request, page, context)
    if not form.is_valid():
        return _show(request, page, context, status=422)
    return _next(request, page, definition, form)


def _next(
    request: StaffRequest, page: DraftPage, definition: Definition, form: SectionForm
) -> HttpResponse:
    answers = merge(form.checked.answers, form.checked.sealed)
    shown = [one.key for one in visible_sections(definition, answers)]
    later = [one.key for one in definition.sections]
    after = [key for key in later[later.index(form.section.key) + 1 :] if key in shown]
    if after:
        context = preview_context(definition, section=after[0], typed=form.typed)
        return _show(request, page, context)
    context = preview_context(definition, section=form.section.key, typed=form.typed)
    context["tried_rows"] = rows(definition, form.checked.answers, sealed=form.checked.sealed)
    return _show(request, page, context)


def _show(
    request: StaffRequest, page: DraftPage, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    return show(
        request, "procedures/editor/form_try.html", {"draft": page, **context}, status=status
    )
