"""Signing in and out: citizens by what they know of themselves, staff by their sign-in name."""

from datetime import timedelta
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sessions
from accounts.decorators import staff_required
from accounts.eid.adapter import EidAdapter
from accounts.eid.provider import get_provider
from accounts.enums import UserKind
from accounts.forms import (
    EmailChoiceForm,
    IdentityChoiceForm,
    PhoneChoiceForm,
    SignInForm,
    StaffSignInForm,
)
from accounts.models import User
from accounts.requests import StaffRequest, is_signed_in, safe_next, visitor
from accounts.services import sign_in as services
from accounts.services.limits import TooManyRequests
from accounts.services.sign_in import AccountMerged, StillSeveral, WrongCredentials
from accounts.views.refusals import render_form
from accounts.views.second_factor import to_second_step
from accounts.views.targets import citizen_home, staff_home, with_next

CHOICE: Final = "sign_in_choice"
CHOICE_LIFETIME: Final = timedelta(minutes=5)
_CHOICE_FORMS: Final[dict[str, type[forms.Form]]] = {
    "phone": PhoneChoiceForm,
    "email": EmailChoiceForm,
    "identity_number": IdentityChoiceForm,
}


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign a citizen in."""
    if request.method != "POST" and is_signed_in(request, UserKind.CITIZEN):
        return redirect(safe_next(request, default=citizen_home()))
    refused = None
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        at = timezone.now()
        try:
            user = services.sign_in_citizen(
                **form.cleaned_data, client=visitor(request, at=at), at=at
            )
        except WrongCredentials:
            form.add_error(
                None,
                _(
                    "Thông tin đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra lại cả hai, "
                    "hoặc dùng “Quên mật khẩu”."
                ),
            )
        except AccountMerged:
            form.add_error(
                None,
                _(
                    "Tài khoản này đã được gộp vào tài khoản khác của ông/bà, sau khi đối chiếu "
                    "giấy tờ tại quầy. Mọi hồ sơ ở tài khoản còn lại: đăng nhập bằng số điện "
                    "thoại hoặc thư điện tử và mật khẩu của tài khoản đó; quên thì bấm “Quên mật "
                    "khẩu”."
                ),
            )
        except StillSeveral as several:
            until = timezone.now() + CHOICE_LIFETIME
            request.session[CHOICE] = [several.user_ids, several.asks, until.timestamp()]
            return redirect(with_next("accounts:choose_account", request))
        except TooManyRequests as error:
            refused = error
        else:
            return _enter(request, user, default=citizen_home())
    return render_form(
        request,
        "accounts/sign_in.html",
        form,
        refused=refused,
        register_url=with_next("accounts:register", request),
        eid=get_provider(),
        wanted=safe_next(request, default=""),
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_account(request: HttpRequest) -> HttpResponse:
    """Ask for the number that tells accounts with one phone and one password apart."""
    user_ids, asks, until = request.session.get(CHOICE, [[], "", 0])
    if timezone.now().timestamp() >= until:
        request.session.pop(CHOICE, None)
        return redirect(with_next("accounts:sign_in", request))
    refused = None
    form = _CHOICE_FORMS.get(asks, IdentityChoiceForm)(
        request.POST if request.method == "POST" else None
    )
    if form.is_valid():
        at = timezone.now()
        try:
            user = services.choose_account(
                user_ids=user_ids,
                asks=asks,
                answer=form.cleaned_data["answer"],
                client=visitor(request, at=at),
                at=at,
            )
        except WrongCredentials:
            form.add_error("answer", _("Số này không khớp với thông tin vừa đăng nhập."))
        except TooManyRequests as error:
            refused = error
        else:
            request.session.pop(CHOICE, None)
            return _enter(request, user, default=citizen_home())
    return render_form(
        request,
        "accounts/choose_account.html",
        form,
        refused=refused,
        back_url=with_next("accounts:sign_in", request),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """Take name and password of a member of staff; the code comes next, and only then a session."""
    if request.method != "POST" and is_signed_in(request, UserKind.STAFF):
        return redirect(safe_next(request, default=staff_home(request.user)))
    refused = None
    form = StaffSignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        at = timezone.now()
        try:
            user = services.sign_in_staff(
                username=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                client=visitor(request, at=at),
                at=at,
            )
        except WrongCredentials:
            form.add_error(None, _("Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra lại cả hai."))
        except TooManyRequests as error:
            refused = error
        else:
            return to_second_step(request, user, at=timezone.now())
    return render_form(request, "accounts/staff_sign_in.html", form, refused=refused)


@login_not_required
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and everything kept in it."""
    was_staff = is_signed_in(request, UserKind.STAFF)
    was_by_eid = sessions.is_by_eid(request.session)
    logout(request)
    messages.success(request, _("Đã đăng xuất."))
    if was_by_eid and get_provider() is not None:
        address = EidAdapter(request).logout_address()
        if address:
            return redirect(address)
    return redirect(settings.STAFF_LOGIN_URL if was_staff else settings.LOGIN_URL)


@staff_required()
def staff_landing(request: StaffRequest) -> HttpResponse:
    """Send staff to where their work is."""
    return redirect(staff_home(request.user))


def _enter(request: HttpRequest, user: User, *, default: str) -> HttpResponse:
    # A new session key, so that a cookie planted before the sign-in opens nothing; whatever the
    # session of somebody else held is thrown away.
    login(request, user)
    return redirect(safe_next(request, default=default))
