"""Who may call a view: the kind of person and, for staff, the role."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts import sessions
from accounts.enums import Role
from accounts.forms import PROOF_FIELD, ProofForm
from accounts.limits import Bucket
from accounts.models import User
from accounts.requests import (
    NEXT,
    CitizenRequest,
    StaffRequest,
    client_address,
    own_path,
    prove_again,
)
from accounts.services import limits
from accounts.services.second_factor import CodeRefused

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def citizen_required(view: Callable[Concatenate[CitizenRequest, P], HttpResponseBase]) -> View[P]:
    """Let only citizens in: nobody signed in → sign-in page, staff → 403."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if not user.is_citizen:
            raise PermissionDenied
        return view(cast(CitizenRequest, request), *args, **kwargs)

    return guarded


def needs_no_consent(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Let citizens in who have not agreed to the newest words: the page that asks, and rights."""
    view.needs_no_consent = True  # type: ignore[attr-defined]
    return view


def staff_required(
    *roles: Role,
) -> Callable[[Callable[Concatenate[StaffRequest, P], HttpResponseBase]], View[P]]:
    """
    Let only staff in, and of those only who holds one of `roles` today, in whatever unit.

    Nobody signed in → the staff's own sign-in page; a citizen or another role → 403. In which
    units the role is held is for the policies to ask, of `request.roles`.
    """

    def decorate(view: Callable[Concatenate[StaffRequest, P], HttpResponseBase]) -> View[P]:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                return redirect_to_login(request.get_full_path(), settings.STAFF_LOGIN_URL)
            if not user.is_staff_member:
                raise PermissionDenied
            staff = cast(StaffRequest, request)
            if roles and not any(held.role in roles for held in staff.roles):
                raise PermissionDenied
            return view(staff, *args, **kwargs)

        # LoginRequiredMiddleware asks before this wrapper does, and reads the address here.
        guarded.login_url = settings.STAFF_LOGIN_URL  # type: ignore[attr-defined]
        return guarded

    return decorate


def fresh_proof_required(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[StaffRequest, P], HttpResponseBase]:
    """
    Ask for a code of the authenticator app unless one was given within 15 minutes.

    Stands below `staff_required`. What was posted waits in hidden fields of the question, so that
    nothing typed is lost; files cannot wait, and the question says so.
    """

    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not sessions.is_freshly_proved(request.session, at=timezone.now()):
            question = _ask_for_proof(request)
            if question is not None:
                return question
        return view(request, *args, **kwargs)

    return guarded


def _ask_for_proof(request: StaffRequest) -> HttpResponse | None:
    """Return the question, None once what was posted holds a code that was taken."""
    if request.headers.get("HX-Request"):
        page = own_path(request.headers.get("Referer", ""), request) or "/"
        return HttpResponse(status=401, headers={"HX-Redirect": _ask_proof_at(page)})
    if request.method != "POST":
        return redirect(_ask_proof_at(request.get_full_path()))
    refused = None
    form = ProofForm(request.POST if PROOF_FIELD in request.POST else None)
    if form.is_valid():
        try:
            prove_again(request, form.cleaned_data[PROOF_FIELD], at=timezone.now())
        except CodeRefused as error:
            form.add_error(PROOF_FIELD, error.sentence)
        except limits.TooManyRequests as error:
            refused = error
        else:
            return None
    return _render_proof(request, form, refused=refused)


def _ask_proof_at(page: str) -> str:
    return f"{reverse('accounts:prove')}?{urlencode({NEXT: page})}"


def _render_proof(
    request: StaffRequest, form: ProofForm, *, refused: limits.TooManyRequests | None
) -> HttpResponse:
    if refused is not None:
        form.add_error(None, refused.sentence)
    left_out = {PROOF_FIELD, "csrfmiddlewaretoken"}
    context = {
        "form": form,
        "action": request.get_full_path(),
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in left_out
            for value in values
        ],
        "lost_files": bool(request.FILES),
    }
    response = render(request, "accounts/prove.html", context, status=429 if refused else 422)
    if refused is not None:
        response["Retry-After"] = str(math.ceil(refused.retry_after.total_seconds()))
    return response


def limited(
    bucket: Bucket, *, methods: tuple[str, ...] = ("POST",)
) -> Callable[[Callable[Concatenate[HttpRequest, P], HttpResponse]], View[P]]:
    """Count requests of these methods by client address; one too many is answered 429."""

    def decorate(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in methods:
                limits.require(bucket, client_address(request), at=timezone.now())
            return view(request, *args, **kwargs)

        return counted

    return decorate
