"""Who asks: sessions end when idle or old, staff carry roles, one too many is answered 429."""

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import sessions
from accounts.acting import find_acting
from accounts.models import StaffRole, User
from accounts.requests import NEXT, client_address, own_path
from accounts.selectors import list_roles
from accounts.services import consents, devices, pace, watch
from accounts.services.limits import TooManyRequests

# What an address calls the one object that it shows.
SCOPED: Final = frozenset({"code", "draft_id", "reference"})


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


class PrivateByDefaultMiddleware(LoginRequiredMiddleware):
    """
    Let nobody who is not signed in see a view, unless it says @login_not_required.

    Django's own asks who is signed in before it looks at the view: every public page would then
    read the session. A fragment is answered with the way to the whole sign-in page.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            # A bank's message is never turned away: its signature says whether it counts.
            if request.method == "POST" and not getattr(view_func, "csrf_exempt", False):
                return _refuse_pace(request, None)
            return None
        request.is_private = True  # type: ignore[attr-defined]
        user = request.user if isinstance(request.user, User) else None
        refusal = _refuse_pace(request, user)
        if refusal is not None:
            return refusal
        response: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        if response is None and getattr(request, "acting_ended", False):
            messages.warning(
                request,
                _(
                    "Ông/bà không còn quyền thực hiện thay cho người vừa chọn: ủy quyền hoặc việc "
                    "đại diện đã chấm dứt. Từ bây giờ ông/bà thực hiện cho chính mình."
                ),
            )
            response = redirect("accounts:acting")
        elif response is None and _owes_consent(request, view_func):
            address = f"{reverse('accounts:consent')}?{urlencode({NEXT: _page_of(request)})}"
            response = redirect(address)
        elif response is not None and request.method not in {"GET", "HEAD"}:
            page = _page_of(request)
            response = redirect_to_login(page, self.get_login_url(view_func))
        if response is not None and request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Redirect": response["Location"]})
        return response

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Keep private pages, refusals included, out of every cache on the way."""
        if getattr(request, "is_private", False) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        if response.status_code in {403, 404}:
            _note_refusal(request)
        return response


def _refuse_pace(request: HttpRequest, user: User | None) -> HttpResponse | None:
    if not settings.REQUEST_LIMITS:
        return None
    try:
        pace.require_pace(user, client=client_address(request), at=timezone.now())
    except TooManyRequests as refused:
        return too_many_requests(request, refused)
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


def note_consent(*, request: HttpRequest, user: User, **_: object) -> None:
    """Note that a citizen has still to agree to the words of today: a receiver of the signal."""
    version = consents.missing(user, on=timezone.localdate())
    if version:
        request.session[sessions.CONSENT_DUE] = version


def note_device(*, request: HttpRequest, user: User, **_: object) -> None:
    """Keep which browser signed in: a receiver of Django's own signal."""
    session = request.session
    if session.session_key is None:
        # What another person's session held was just thrown away, and its key with it.
        session.create()
    key = session.session_key
    if key:
        agent = request.headers.get("User-Agent", "")
        devices.note_device(user=user, session_key=key, user_agent=agent, at=timezone.now())


def note_sign_in(*, user: User, **_: object) -> None:
    """Record a sign-in, through whatever door: a receiver of Django's own signal."""
    watch.note_sign_in(user, at=timezone.now())


def _owes_consent(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether the page of the consent comes first; one's rights stay open without it."""
    if getattr(view, "needs_no_consent", False) or not isinstance(request.user, User):
        return False
    return sessions.CONSENT_DUE in request.session


def _page_of(request: HttpRequest) -> str:
    """Return the page to come back to: what was posted cannot be asked for again, its page can."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    return own_path(request.headers.get("Referer", ""), request) or "/"


def _note_refusal(request: HttpRequest) -> None:
    """Count what somebody signed in was refused of one dossier, draft or payment."""
    match = request.resolver_match
    if not getattr(request, "is_private", False) or match is None:
        return
    if SCOPED & set(match.kwargs) and isinstance(request.user, User):
        watch.note_refusal(request.user, at=timezone.now())


def _take_up_acting(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Let the person act for whom they chose, if the rows still say that they may."""
    key = request.session.get(sessions.ACTING)
    if not key or not user.is_citizen:
        return
    user.acting = find_acting(user, key=str(key), at=at)
    if user.acting is None:
        # Nothing of this request may happen in the name of the one, nor by mistake of the other.
        former, new = sessions.restart(request.session, acting="")
        devices.follow_key(old=former, new=new)
        request.acting_ended = True  # type: ignore[attr-defined]


def _living_user(
    request: HttpRequest, user: AbstractBaseUser | AnonymousUser
) -> AbstractBaseUser | AnonymousUser:
    if not isinstance(user, User):
        return user
    at = timezone.now()
    if not sessions.is_over(request.session, user, at=at):
        sessions.mark_seen(request.session, at=at)
        _take_up_acting(request, user, at=at)
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
