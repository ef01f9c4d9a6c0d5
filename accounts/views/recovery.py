"""A forgotten password: who one is, the code just sent, the new password."""

import base64
import json
from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import CodeForm, NewPasswordForm, RecoveryForm
from accounts.models import User
from accounts.requests import client_address, code_session, visitor
from accounts.services import recovery
from accounts.services.codes import CodeRefused
from accounts.services.limits import TooManyRequests
from accounts.views.refusals import render_form, resend_sentence
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.identity import format_phone

ASKED: Final = "recovery"
ALLOWED: Final = "recovery_allowed"
ALLOWED_FOR: Final = timedelta(minutes=10)


@login_not_required
@never_cache
@sensitive_post_parameters("identity_number")
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    """Ask whose password it is; the answer is the same for everybody."""
    refused = None
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _ask(request, form.cleaned_data, client=visitor(request, at=timezone.now()))
        except TooManyRequests as error:
            refused = error
        else:
            request.session[ASKED] = _sealed(form.cleaned_data)
            return redirect("accounts:forgot_password_code")
    return render_form(request, "accounts/forgot_password.html", form, refused=refused)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot_password_code(request: HttpRequest) -> HttpResponse:
    """Take the code, or send it again."""
    asked = _unsealed(request.session.get(ASKED, ""))
    if asked is None:
        return redirect("accounts:forgot_password")
    if "again" in request.POST:
        return _ask_again(request, asked)

    refused = None
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Tiếp tục"))
    if form.is_valid():
        try:
            user = recovery.confirm_code(
                **asked,
                code=form.cleaned_data["code"],
                session=code_session(request),
                at=timezone.now(),
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        else:
            del request.session[ASKED]
            until = timezone.now() + ALLOWED_FOR
            request.session[ALLOWED] = [user.pk, until.timestamp()]
            return redirect("accounts:new_password")
    return render_form(
        request,
        "accounts/forgot_password_code.html",
        form,
        refused=refused,
        contact=asked["contact"],
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Take the new password; then the person signs in with it."""
    user_id, until = request.session.get(ALLOWED, [0, 0])
    user = User.objects.citizens().usable().filter(pk=user_id).first()
    if user is None or timezone.now().timestamp() >= until:
        request.session.pop(ALLOWED, None)
        return redirect("accounts:forgot_password")
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        del request.session[ALLOWED]
        try:
            recovery.set_password(
                user_id=user.pk, password=form.cleaned_data["password"], at=timezone.now()
            )
        except recovery.AccountGone:
            return redirect("accounts:forgot_password")
        messages.success(request, _("Đã lưu mật khẩu mới. Đăng nhập bằng mật khẩu này."))
        return redirect("accounts:sign_in")
    return render_form(
        request, "accounts/new_password.html", form, username=format_phone(user.phone) or user.email
    )


def _ask(request: HttpRequest, asked: dict[str, str], *, client: str) -> None:
    recovery.ask_for_code(
        **asked,
        session=code_session(request),
        client=client,
        at=timezone.now(),
    )


def _ask_again(request: HttpRequest, asked: dict[str, str]) -> HttpResponse:
    try:
        _ask(request, asked, client=client_address(request))
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    else:
        messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))
    return redirect("accounts:forgot_password_code")


def _sealed(asked: dict[str, str]) -> str:
    return base64.b64encode(seal(json.dumps(asked))).decode()


def _unsealed(sealed: str) -> dict[str, str] | None:
    try:
        asked: dict[str, str] = json.loads(unseal(base64.b64decode(sealed)))
    except (Unreadable, ValueError):
        return None
    return asked
