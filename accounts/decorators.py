"""Who may call a view: the kind of person and, for staff, the role."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.enums import Role
from accounts.limits import Bucket
from accounts.models import User
from accounts.requests import CitizenRequest, StaffRequest, client_address
from accounts.services import limits

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
