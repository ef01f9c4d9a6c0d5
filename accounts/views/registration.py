"""Opening a citizen's account: the form, then the code from the phone or the e-mail."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.enums import UserKind
from accounts.forms import CodeForm, PassportRegistrationForm, RegistrationForm
from accounts.requests import client_address, code_session, is_signed_in, safe_next, visitor
from accounts.services import consents, registration
from accounts.services.codes import CodeRefused
from accounts.services.limits import TooManyRequests
from accounts.services.registration import AccountExists, PendingExpired, Registration
from accounts.views.refusals import render_form, resend_sentence
from accounts.views.targets import citizen_home, with_next

PENDING = "registration"


@login_not_required
@never_cache
@sensitive_post_parameters("password", "identity_number")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Ask for name, numbers and password; then send a code to the phone."""
    return _register(request, RegistrationForm, "accounts/register.html")


@login_not_required
@never_cache
@sensitive_post_parameters("password", "identity_number")
@require_http_methods(["GET", "HEAD", "POST"])
def register_by_passport(request: HttpRequest) -> HttpResponse:
    """Ask who has no identity card for a passport; then send a code by e-mail."""
    return _register(request, PassportRegistrationForm, "accounts/register_by_passport.html")


def _register(
    request: HttpRequest,
    form_class: type[RegistrationForm] | type[PassportRegistrationForm],
    template: str,
) -> HttpResponse:
    if request.method != "POST" and is_signed_in(request, UserKind.CITIZEN):
        return redirect(safe_next(request, default=citizen_home()))
    at = timezone.now()
    refused = None
    form = form_class(
        request.POST if request.method == "POST" else None,
        initial=_typed_before(request),
        today=timezone.localdate(at),
    )
    words = consents.current(on=timezone.localdate())
    if form.is_valid():
        answers = form.answers() | {"consent_version": words.version}
        begun = Registration.begin(**answers, begun_at=at)
        try:
            registration.begin_registration(
                registration=begun,
                session=code_session(request),
                client=visitor(request, at=at),
                at=at,
            )
        except TooManyRequests as error:
            refused = error
        else:
            request.session[PENDING] = begun.seal()
            return redirect(with_next("accounts:confirm", request))
    return render_form(
        request,
        template,
        form,
        refused=refused,
        consent_points=words.points,
        sign_in_url=with_next("accounts:sign_in", request),
        register_url=with_next("accounts:register", request),
        passport_url=with_next("accounts:register_by_passport", request),
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the code from the phone, open the account and sign in; or send the code again."""
    at = timezone.now()
    try:
        pending = Registration.unseal(request.session.get(PENDING, ""), at=at)
    except PendingExpired:
        request.session.pop(PENDING, None)
        # A second press of "Mở tài khoản" comes here signed in, and is sent on from there.
        return redirect(with_next("accounts:register", request))
    if "again" in request.POST:
        return _send_again(request, pending)

    refused = None
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Mở tài khoản"))
    if form.is_valid():
        try:
            user = registration.confirm_registration(
                registration=pending,
                code=form.cleaned_data["code"],
                session=code_session(request),
                at=at,
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        except AccountExists:
            request.session.pop(PENDING, None)
            messages.info(
                request,
                _(
                    "Số giấy tờ và địa chỉ liên hệ này đã có tài khoản; tài khoản đó không thay "
                    "đổi. Đăng nhập, hoặc bấm “Quên mật khẩu” để đặt mật khẩu mới."
                ),
            )
            return redirect(with_next("accounts:sign_in", request))
        else:
            request.session.pop(PENDING, None)
            login(request, user)
            messages.success(request, _("Đã mở tài khoản và đăng nhập."))
            return redirect(safe_next(request, default=citizen_home()))
    return render_form(
        request,
        "accounts/confirm.html",
        form,
        refused=refused,
        contact=pending.phone or pending.email,
        back_url=with_next(
            "accounts:register_by_passport" if pending.nationality else "accounts:register",
            request,
        ),
    )


def _send_again(request: HttpRequest, pending: Registration) -> HttpResponse:
    try:
        registration.send_again(
            registration=pending,
            session=code_session(request),
            client=client_address(request),
            at=timezone.now(),
        )
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    else:
        messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))
    return redirect(with_next("accounts:confirm", request))


def _typed_before(request: HttpRequest) -> dict[str, object]:
    """Return what a pending registration says, for who comes back to mend the phone."""
    sealed = request.session.get(PENDING)
    if not sealed:
        return {}
    try:
        pending = Registration.unseal(sealed, at=timezone.now())
    except PendingExpired:
        return {}
    names = ("full_name", "identity_number", "date_of_birth", "phone", "email", "nationality")
    return {name: getattr(pending, name) for name in names}
