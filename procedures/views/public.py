"""The public catalogue: search, browse, one procedure, its forms. Nobody is asked who they are."""

from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.core.decorators import public_page
from procedures import missed
from procedures.forms.situation import SituationForm
from procedures.models import NoSuchProcedure, PrintableForm
from procedures.search import Question, read_question
from procedures.selectors import (
    browse,
    detail,
    published,
    search_page,
    service_levels,
    suggestions,
)
from procedures.selectors.filters import Filters, has_own_page, read_filters, write_url
from procedures.selectors.finder_steps import AGENCY, CASE, CHANNEL, CHANNEL_SLUGS
from procedures.views.absent import answer_absent
from procedures.views.media import answer_form

_CHANNELS = {slug: channel for channel, slug in CHANNEL_SLUGS.items()}


@public_page
def search(request: HttpRequest) -> HttpResponse:
    """Show what the typed words find, or the whole catalogue, narrowed by the filters."""
    question, filters = read_question(request.GET.get("q", "")), read_filters(request.GET.dict())
    if question.is_empty and has_own_page(filters):
        return _redirect(write_url("", filters), page=request.GET.get("trang", ""))
    return _show_list(request, question, filters)


@public_page
def field(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the procedures of one field, narrowed by the other filters."""
    question = read_question(request.GET.get("q", ""))
    filters = replace(read_filters(request.GET.dict()), field=slug)
    if not question.is_empty:
        return _redirect(write_url(question.typed, filters), page="")
    try:
        shown = browse.get_field(slug)
    except browse.NoSuchField as missing:
        raise Http404 from missing
    return _show_list(request, question, filters, name=shown.name)


def _show_list(
    request: HttpRequest, question: Question, filters: Filters, *, name: str = ""
) -> HttpResponse:
    on = timezone.localdate()
    found = search_page.get_search_page(
        question=question,
        filters=filters,
        page=request.GET.get("trang", ""),
        on=on,
    )
    if found.results.is_missed:
        missed.note(question, is_alike=found.results.is_alike, on=on)
    # One page of a list is no other page; every mixture of filters is not for search engines.
    others = filters.without("field")
    context = {
        "found": found.results,
        "help": found.help,
        "field_name": name,
        "is_indexed": question.is_empty and not others.any,
        "canonical": f"{settings.BASE_URL}{write_url('', filters)}",
    }
    return render(request, "procedures/search.html", context)


def _redirect(url: str, *, page: str) -> HttpResponse:
    if page.isascii() and page.isdigit():
        url = f"{url}{'&' if '?' in url else '?'}trang={page[:6]}"
    return redirect(url, permanent=True)


@public_page
def suggest(request: HttpRequest) -> HttpResponse:
    """Hand out the procedures that somebody may be typing, for the script of the search box."""
    found = suggestions.suggest(read_question(request.GET.get("q", "")))
    rows = [
        {
            "title": one.title,
            "official": one.official,
            "url": reverse("procedures:detail", args=[one.code]),
        }
        for one in found
    ]
    return JsonResponse({"suggestions": rows}, json_dumps_params={"ensure_ascii": False})


@public_page
def fields(request: HttpRequest) -> HttpResponse:
    """Show the ways into the catalogue: fields, agencies, tiers, levels."""
    context = {"browse": browse.get_browse(on=timezone.localdate())}
    return render(request, "procedures/fields.html", context)


@public_page
def levels(request: HttpRequest) -> HttpResponse:
    """Show how many services each level has, and which can be filed online."""
    context = {"levels": service_levels.get_levels_page(on=timezone.localdate())}
    return render(request, "procedures/levels.html", context)


@public_page
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one procedure for the case, channel and agency chosen in the address."""
    asked = read_asked(request)
    try:
        page = detail.get_procedure_page(code=code, asked=asked, at=timezone.now())
    except NoSuchProcedure as absent:
        meant = published.find_code(code)
        if meant:
            query = request.META.get("QUERY_STRING", "")
            url = reverse("procedures:detail", args=[meant])
            return redirect(f"{url}?{query}" if query else url, permanent=True)
        return answer_absent(request, code, absent)
    except published.ProcedureRepealed as absent:
        return answer_absent(request, code, absent)
    shown: dict[str, object] = {
        "page": page,
        "canonical": f"{settings.BASE_URL}{reverse('procedures:detail', args=[code])}",
    }
    if isinstance(page, published.ListedPage):
        return render(request, "procedures/listed.html", shown)
    start_query = _start_query(page, asked)
    shown |= {"form": SituationForm(page), "start_query": start_query, "is_preview": False}
    return render(request, "procedures/detail.html", shown)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def form_file(request: HttpRequest, code: str, key: str) -> FileResponse:
    """Hand out a form of the published revision, to be printed and filled in."""
    try:
        return answer_form(detail.get_form(code=code, key=key))
    except PrintableForm.DoesNotExist as missing:
        raise Http404 from missing


def read_asked(request: HttpRequest) -> detail.Asked:
    """Return what the reader chose in the address."""
    return detail.Asked(
        case=request.GET.get(CASE, ""),
        channel=_CHANNELS.get(request.GET.get(CHANNEL, ""), ""),
        agency=request.GET.get(AGENCY, ""),
    )


def _start_query(page: detail.ProcedurePage, asked: detail.Asked) -> str:
    """Hand on to the filing what the reader has really chosen here."""
    chosen = {
        CASE: page.case.key if page.case.key == asked.case else "",
        AGENCY: page.agency.key if page.agency and page.is_agency_asked else "",
    }
    return urlencode({name: value for name, value in chosen.items() if value})
