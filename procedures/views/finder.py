"""The finder's pages: one question each, then the answer; the state is in the address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from portal.core.decorators import public_page
from procedures.forms.finder import FinderForm
from procedures.models import NoSuchProcedure
from procedures.selectors import finder
from procedures.selectors.finder_answer import FinderAnswer
from procedures.selectors.finder_steps import read_given
from procedures.selectors.published import ListedPage, ProcedureRepealed
from procedures.views.absent import answer_absent


@public_page
def find(request: HttpRequest, code: str) -> HttpResponse:
    """Ask the next question, or say what the procedure asks of this very person."""
    given = read_given(request.GET.dict())
    try:
        found = finder.get_finder(code=code, given=given, at=timezone.now())
    except (NoSuchProcedure, ProcedureRepealed) as absent:
        return answer_absent(request, code, absent)
    if isinstance(found, ListedPage):
        return redirect("procedures:detail", code=code)
    canonical = f"{settings.BASE_URL}{reverse('procedures:finder', args=[code])}"
    if isinstance(found, FinderAnswer):
        context = {"page": found, "canonical": canonical}
        return render(request, "procedures/finder_answer.html", context)
    context = {"step": found, "form": FinderForm(found), "canonical": canonical}
    return render(request, "procedures/finder_question.html", context)
