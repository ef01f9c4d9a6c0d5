"""The catalogue as its editors see it: every procedure, whatever its state."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import StaffRequest
from procedures.search import read_question
from procedures.selectors import editor_catalogue
from procedures.views.editor_frame import editors_only, show


@require_safe
@editors_only
def catalogue(request: StaffRequest) -> HttpResponse:
    """List the procedures that the typed words find, newest work first."""
    question = read_question(request.GET.get("q", ""))
    listed = editor_catalogue.list_procedures(
        question,
        standing=request.GET.get("trang_thai", ""),
        page=request.GET.get("trang", ""),
    )
    context = {"listed": listed, "q": question.typed}
    return show(request, "procedures/editor/catalogue.html", context)
