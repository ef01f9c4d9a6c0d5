"""Pages of the portal itself: home, help, privacy, health, and what only the demonstration has."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import consent
from portal.core.decorators import public_page
from portal.operations import selectors


@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/home.html", {"home": selectors.get_home(at=timezone.now())})


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/help.html")


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    context = {"points": consent.POINTS, "version": consent.VERSION}
    return render(request, "operations/privacy.html", context)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; nothing behind it is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def demo(request: HttpRequest) -> HttpResponse:
    """Show the sign-ins of the demonstration and what has been sent to whom."""
    _require_demo()
    return render(request, "operations/demo.html", {"demo": selectors.get_demo(at=timezone.now())})


@login_not_required
@require_safe
@never_cache
def demo_message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one sent message as its recipient reads it."""
    _require_demo()
    message = selectors.get_sent_message(name)
    if message is None:
        raise Http404
    return render(request, "operations/demo_message.html", {"message": message})


def _require_demo() -> None:
    if not settings.DEMO:
        raise Http404
