"""Pages that anyone may open: the same bytes for everybody, kept for a minute by whoever asks."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

KEPT_SECONDS = 60


def public_page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """
    Let anybody read a page that neither asks who they are nor answers differently.

    The view must touch neither `request.user` nor the session nor the CSRF token: each would set a
    cookie or `Vary`.
    """
    kept = cache_control(public=True, max_age=KEPT_SECONDS)(conditional_page(view))
    opened: Callable[Concatenate[HttpRequest, P], HttpResponseBase] = login_not_required(
        require_safe(kept)
    )
    return opened
