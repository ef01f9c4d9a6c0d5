"""Life events as everybody sees them: all of them, and what one asks for, in order."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.core.decorators import public_page
from procedures.selectors import life_events


@public_page
def index(request: HttpRequest) -> HttpResponse:
    """Show every life event."""
    return render(request, "procedures/events.html", {"events": life_events.list_tiles()})


@public_page
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what to do at a moment of life, each with its facts."""
    try:
        event = life_events.get_event(slug=slug, on=timezone.localdate())
    except life_events.NoSuchEvent as missing:
        raise Http404 from missing
    return render(request, "procedures/event.html", {"event": event})
