"""Who asks: sessions end when idle or old, staff carry roles, one too many is answered 429."""

import math
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.models import StaffRole, User
from accounts.selectors import list_roles
from accounts.services.limits import TooManyRequests


class PeopleMiddleware:
    """
    Put a user whose session still lives, and the roles of staff, on the request.

    Both are lazy: a page that asks for neither reads no session, so it stays the same bytes for
    everybody and says so (no `Vary: Cookie`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = request.user

        def living_user() -> AbstractBaseUser | AnonymousUser:
            return _living_user(request, found)

        def roles() -> list[StaffRole]:
            user = request.user
            if isinstance(user, User) and user.is_staff_member:
                return list_roles(user, on=timezone.localdate())
            return []

        request.user = SimpleLazyObject(living_user)  # type: ignore[assignment]
        request.roles = SimpleLazyObject(roles)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooManyRequests):
            return too_many_requests(request, exception)
        return None


def too_many_requests(request: HttpRequest, refused: TooManyRequests) -> HttpResponse:
    """Return the page that says to wait, with the seconds in Retry-After."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(math.ceil(refused.retry_after.total_seconds()))
    response["Cache-Control"] = "private, no-store"
    return response


def date_session(*, request: HttpRequest, **_: object) -> None:
    """Date a session at its sign-in, however that came about: a receiver of Django's own signal."""
    sessions.mark_signed_in(request.session, at=timezone.now())


def _living_user(
    request: HttpRequest, user: AbstractBaseUser | AnonymousUser
) -> AbstractBaseUser | AnonymousUser:
    if not isinstance(user, User):
        return user
    at = timezone.now()
    if not sessions.is_over(request.session, user, at=at):
        sessions.mark_seen(request.session, at=at)
        return user
    # `logout` looks at request.user, which is being made right here.
    request.user = user
    logout(request)
    minutes = int(sessions.idle_limit(user).total_seconds() // 60)
    messages.info(
        request,
        _(
            "Đã tự đăng xuất vì quá %(minutes)d phút không thao tác hoặc đăng nhập đã lâu. "
            "Nội dung đã lưu vẫn được giữ nguyên. Đăng nhập lại để tiếp tục."
        )
        % {"minutes": minutes},
    )
    return request.user
