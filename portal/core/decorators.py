"""Pages that anyone may open: the same bytes for everybody, kept for a minute by whoever asks."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from portal.core import edition

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

KEPT_SECONDS = 60


def public_page(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """
    Let anybody read a page that neither asks who they are nor answers differently.

    The view must touch neither `request.user` nor the session nor the CSRF token: each would set a
    cookie or `Vary`. What it shows must follow from the address, the catalogue, the units and the
    clock: a browser that has the page of this edition and quarter of an hour is told so before the
    view is called. Whatever changes those calls `edition.renew_on_commit`.
    """
    kept = cache_control(public=True, max_age=KEPT_SECONDS)(_unless_unchanged(view))
    opened: Callable[Concatenate[HttpRequest, P], HttpResponseBase] = login_not_required(
        require_safe(kept)
    )
    return opened


def _unless_unchanged(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    # Without an edition the ETag is made of the rendered page.
    compared = conditional_page(view)

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        # Taken before the view reads anything: what is published meanwhile only has the page
        # sent once more.
        tag = edition.tag_of(request.get_full_path(), at=timezone.now())
        if tag is None:
            return compared(request, *args, **kwargs)
        unchanged = get_conditional_response(request, etag=tag)
        if unchanged is not None:
            return unchanged
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response["ETag"] = tag
        return response

    return answer
