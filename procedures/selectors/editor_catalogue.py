"""Which procedures the editors work on, and where each stands."""

from typing import Final

from django.core.paginator import Page, Paginator

from procedures import search
from procedures.models import Procedure
from procedures.search import Question

PAGE_SIZE: Final = 50


def list_procedures(question: Question, *, page: str) -> Page[Procedure]:
    """Return one page of all procedures, repealed ones included, that hold the typed words."""
    found = search.matching(Procedure.objects.all(), question)
    rows = found.select_related("field", "current_revision")
    return Paginator(rows, PAGE_SIZE).get_page(page)
