"""Changing one's own phone, e-mail and password; the devices on which one is signed in."""

from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.decorators import citizen_required
from accounts.forms import CodeForm
from accounts.forms.own_account import ChangeEmailForm, ChangePasswordForm, ChangePhoneForm
from accounts.models import User
from accounts.requests import (
    NEXT,
    CitizenRequest,
    SignedInRequest,
    client_address,
    code_session,
)
from accounts.selectors.devices import list_devices
from accounts.services import contacts, devices, own_password
from accounts.services.codes import CodeRefused
from accounts.services.contacts import ChangeExpired, ContactChange, Field, WrongPassword
from accounts.services.limits import TooManyRequests
from accounts.services.recovery import AccountGone
from accounts.views.account import frame_of
from accounts.views.refusals import render_form, resend_sentence
from portal.core.identity import format_phone, mask_phone

CHANGE: Final = "contact_change"
_FORMS: Final[dict[Field, type[forms.Form]]] = {"phone": ChangePhoneForm, "email": ChangeEmailForm}


@never_cache
@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def change_phone(request: CitizenRequest) -> HttpResponse:
    """Ask for the new number and the password; then send a code to the old one."""
    return _change(request, "phone")


@never_cache
@sensitive_post_parameters("current")
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def change_email(request: CitizenRequest) -> HttpResponse:
    """Ask for the new address and the password; then send a code to the old one."""
    return _change(request, "email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def confirm_phone(request: CitizenRequest) -> HttpResponse:
    """Take the code of the old address, then that of the new number."""
    return _confirm(request, "phone")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def confirm_email(request: CitizenRequest) -> HttpResponse:
    """Take the code of the old address, then that of the new one."""
    return _confirm(request, "email")


@never_cache
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: SignedInRequest) -> HttpResponse:
    """Ask for the password in use and a new one; of staff, a code of the app before both."""
    refused, user = None, request.user
    if user.is_staff_member and not sessions.is_freshly_proved(request.session, at=timezone.now()):
        # Before the form, also of what was posted: no password waits in hidden fields of a page.
        return redirect(f"{reverse('accounts:prove')}?{urlencode({NEXT: request.path})}")
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        try:
            changed = own_password.change_password(
                user=user,
                current=form.cleaned_data["current"],
                password=form.cleaned_data["password"],
                client=client_address(request),
                session_key=_key(request),
                at=timezone.now(),
            )
        except WrongPassword:
            form.add_error("current", _("Mật khẩu đang dùng chưa đúng."))
        except AccountGone:
            form.add_error("current", _("Mật khẩu vừa được đổi ở nơi khác. Đăng nhập lại."))
        except TooManyRequests as error:
            refused = error
        else:
            _keep_signed_in(request, changed)
            messages.success(request, _("Đã đổi mật khẩu. Các thiết bị khác đã bị đăng xuất."))
            return redirect("accounts:profile")
    return render_form(
        request,
        "accounts/change_password.html",
        form,
        refused=refused,
        username=user.username if user.is_staff_member else format_phone(user.phone) or user.email,
        frame=frame_of(user),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device_list(request: SignedInRequest) -> HttpResponse:
    """List where one is signed in; on POST, end one of these sign-ins or all others."""
    at = timezone.now()
    if request.method == "POST":
        return _sign_out(request)
    found = list_devices(request.user, session_key=_key(request), at=at)
    context = {
        "devices": found,
        "has_others": any(not one.is_this for one in found),
        "frame": frame_of(request.user),
    }
    return render(request, "accounts/devices.html", context)


def _sign_out(request: SignedInRequest) -> HttpResponse:
    at, chosen = timezone.now(), request.POST.get("device", "")
    if "others" in request.POST:
        user = devices.sign_out_others(user_id=request.user.pk, but=_key(request), at=at)
        _keep_signed_in(request, user)
        messages.success(request, _("Đã đăng xuất mọi thiết bị khác."))
        return redirect("accounts:devices")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 19):
        return redirect("accounts:devices")
    if not devices.sign_out_device(user=request.user, device_id=int(chosen), at=at):
        raise Http404
    messages.success(request, _("Đã đăng xuất thiết bị đó."))
    return redirect("accounts:devices")


def _change(request: CitizenRequest, field: Field) -> HttpResponse:
    refused, user = None, request.user
    form = _FORMS[field](request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            change = contacts.begin_change(
                user=user,
                field=field,
                new=form.cleaned_data["new"],
                password=form.cleaned_data["current"],
                session=code_session(request),
                client=client_address(request),
                at=timezone.now(),
            )
        except WrongPassword:
            form.add_error("current", _("Mật khẩu đang dùng chưa đúng."))
        except contacts.NothingToChange:
            form.add_error("new", _("Tài khoản đang dùng đúng địa chỉ này."))
        except TooManyRequests as error:
            refused = error
        else:
            request.session[CHANGE] = change.seal()
            return redirect(f"accounts:confirm_{field}")
    template = f"accounts/change_{field}.html"
    return render_form(
        request, template, form, refused=refused, **_old(user, field), current=getattr(user, field)
    )


def _confirm(request: CitizenRequest, field: Field) -> HttpResponse:
    at, user = timezone.now(), request.user
    try:
        sealed = request.session.get(CHANGE, "")
        change = ContactChange.unseal(sealed, user=user, field=field, at=at)
    except ChangeExpired:
        request.session.pop(CHANGE, None)
        return redirect(f"accounts:change_{field}")
    if "again" in request.POST:
        _send(request, change)
        return redirect(f"accounts:confirm_{field}")
    refused = None
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Tiếp tục"))
    if form.is_valid():
        try:
            return _take(request, change, form.cleaned_data["code"])
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        except contacts.ChangedMeanwhile:
            request.session.pop(CHANGE, None)
            messages.warning(
                request, _("Tài khoản vừa được đổi ở nơi khác; lần đổi này không có hiệu lực.")
            )
            return redirect("accounts:profile")
    return render_form(
        request,
        "accounts/confirm_contact.html",
        form,
        refused=refused,
        is_new=change.is_old_proved,
        new=change.new,
        back_url=reverse(f"accounts:change_{field}"),
        **_old(user, field),
    )


def _take(request: CitizenRequest, change: ContactChange, code: str) -> HttpResponse:
    at, session = timezone.now(), code_session(request)
    if not change.is_old_proved:
        proved = contacts.prove_old(
            user=request.user, change=change, code=code, session=session, at=at
        )
        request.session[CHANGE] = proved.seal()
        _send(request, proved, says=False)
        return redirect(f"accounts:confirm_{change.field}")
    user = contacts.confirm_change(
        change=change, code=code, session=session, session_key=_key(request), at=at
    )
    del request.session[CHANGE]
    _keep_signed_in(request, user)
    messages.success(
        request, _("Đã lưu. Địa chỉ cũ và mới đều được báo; các thiết bị khác đã bị đăng xuất.")
    )
    return redirect("accounts:profile")


def _send(request: CitizenRequest, change: ContactChange, *, says: bool = True) -> None:
    send = contacts.send_new if change.is_old_proved else contacts.send_old
    try:
        send(
            user=request.user,
            change=change,
            session=code_session(request),
            client=client_address(request),
            at=timezone.now(),
        )
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    else:
        if says:
            messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))


def _old(user: User, field: Field) -> dict[str, str]:
    phone, email = contacts.old_address(user, field)
    return {"old": mask_phone(phone) if phone else email}


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _keep_signed_in(request: HttpRequest, user: User) -> None:
    """Let this browser live on after the account's other sessions were ended."""
    old = _key(request)
    update_session_auth_hash(request, user)
    devices.follow_key(old=old, new=_key(request))
