"""What is said of a procedure that is not there, or not any more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from procedures.models import NoSuchProcedure
from procedures.selectors.published import ProcedureRepealed


def answer_absent(
    request: HttpRequest, code: str, absent: NoSuchProcedure | ProcedureRepealed
) -> HttpResponse:
    """Answer 404 where nobody knows the code, 410 with what replaces it where it was repealed."""
    if isinstance(absent, ProcedureRepealed):
        context = {"procedure": absent.procedure}
        return render(request, "procedures/repealed.html", context, status=410)
    return render(request, "procedures/missing.html", {"code": code}, status=404)
