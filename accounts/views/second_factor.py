"""After the password of staff: the code of the app, its first set-up, and a proof before acts."""

import base64
from datetime import datetime
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.decorators import fresh_proof_required, staff_required
from accounts.forms import PROOF_FIELD, EnrolForm, ProofForm, SecondStepForm
from accounts.models import User
from accounts.requests import StaffRequest, client_address, prove_again, safe_next
from accounts.services import second_factor as services
from accounts.services.limits import TooManyRequests
from accounts.services.second_factor import CodeRefused
from accounts.views.refusals import render_form
from accounts.views.targets import staff_home, with_next
from portal.core import totp
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.pdf import qr_data_uri
from portal.core.text import sms_text

# The secret that is being set up, sealed with the id of whose it will be.
ENROLMENT: Final = "enrolment"
FEW_CODES: Final = 3


def to_second_step(request: HttpRequest, user: User, *, at: datetime) -> HttpResponse:
    """Lead on whoever gave the right password; nobody is signed in yet."""
    sessions.begin_second_step(request.session, user, at=at)
    name = "accounts:second_step" if services.has_factor(user) else "accounts:enrol"
    return redirect(with_next(name, request))


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Take the code; only now is there a session."""
    at = timezone.now()
    user = sessions.user_at_second_step(request.session, at=at)
    if user is None:
        return redirect(with_next("accounts:staff_sign_in", request))
    if not services.has_factor(user):
        return redirect(with_next("accounts:enrol", request))
    refused = None
    form = SecondStepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proof = services.prove(
                user=user, code=form.cleaned_data["code"], client=client_address(request), at=at
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        else:
            _enter(request, user, at=at)
            _tell_codes_left(request, proof)
            return redirect(safe_next(request, default=staff_home(user)))
    return render_form(
        request,
        "accounts/second_step.html",
        form,
        refused=refused,
        username=user.username,
        back_url=with_next("accounts:staff_sign_in", request),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@sensitive_variables("secret", "codes")
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """
    Set an authenticator app up; its first code confirms it and opens the session.

    The secret stays in the session: nothing that is posted can put another in its place.
    """
    at = timezone.now()
    user = sessions.user_at_second_step(request.session, at=at)
    if user is None:
        return redirect(with_next("accounts:staff_sign_in", request))
    if services.has_factor(user):
        return redirect(with_next("accounts:second_step", request))
    secret = _secret_being_set_up(request, user)
    form = EnrolForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            codes = services.enrol(
                user_id=user.pk, secret=secret, code=form.cleaned_data["code"], at=at
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except services.AlreadyEnrolled:
            return redirect(with_next("accounts:second_step", request))
        else:
            _enter(request, user, at=at)
            return _show_codes(request, codes, is_new=True)
    # Unaccented: an accented letter takes nine signs of the QR code, and old cameras give up.
    uri = totp.provisioning_uri(secret, account=user.username, issuer=sms_text(settings.SITE_NAME))
    return render_form(
        request,
        "accounts/enrol.html",
        form,
        username=user.username,
        qr=qr_data_uri(uri),
        key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        back_url=with_next("accounts:staff_sign_in", request),
    )


@never_cache
@sensitive_post_parameters(PROOF_FIELD)
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def prove(request: StaffRequest) -> HttpResponse:
    """Ask for a code once more before a weighty page, then lead there."""
    at = timezone.now()
    onward = safe_next(request, default=staff_home(request.user))
    if request.method != "POST" and sessions.is_freshly_proved(request.session, at=at):
        return redirect(onward)
    refused = None
    form = ProofForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proof = prove_again(request, form.cleaned_data[PROOF_FIELD], at=at)
        except CodeRefused as error:
            form.add_error(PROOF_FIELD, error.sentence)
        except TooManyRequests as error:
            refused = error
        else:
            _tell_codes_left(request, proof)
            return redirect(onward)
    return render_form(
        request,
        "accounts/prove.html",
        form,
        refused=refused,
        action=request.get_full_path(),
        typed=[],
        lost_files=False,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
@fresh_proof_required
@sensitive_variables("codes")
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """Say how many recovery codes are left; on POST, make new ones and show them once."""
    if request.method == "POST":
        codes = services.replace_recovery_codes(user_id=request.user.pk, at=timezone.now())
        return _show_codes(request, codes, is_new=False)
    context = {"left": services.count_recovery_codes(request.user)}
    return render(request, "accounts/recovery_codes.html", context)


def _enter(request: HttpRequest, user: User, *, at: datetime) -> None:
    for name in (sessions.SECOND_STEP, ENROLMENT):
        request.session.pop(name, None)
    # A new session key; whatever the session of somebody else held is thrown away.
    login(request, user)
    sessions.mark_proved(request.session, at=at)


@sensitive_variables("secret")
def _secret_being_set_up(request: HttpRequest, user: User) -> str:
    """Return the secret that this browser was shown for this account, a new one if none was."""
    try:
        sealed = base64.b64decode(request.session.get(ENROLMENT, ""))
        owner, _colon, secret = unseal(sealed).partition(":")
    except (Unreadable, ValueError):
        owner, secret = "", ""
    if owner != str(user.pk):
        secret = totp.new_secret()
        sealed = seal(f"{user.pk}:{secret}")
        request.session[ENROLMENT] = base64.b64encode(sealed).decode()
    return secret


@sensitive_variables("codes")
def _show_codes(request: HttpRequest, codes: list[str], *, is_new: bool) -> HttpResponse:
    # In the answer itself, not after a redirect: the codes are kept nowhere but on this page.
    context = {
        "codes": [f"{code[:5]} {code[5:]}" for code in codes],
        "is_new": is_new,
        "onward": safe_next(request, default=staff_home(request.user)),
    }
    return render(request, "accounts/recovery_codes_new.html", context)


def _tell_codes_left(request: HttpRequest, proof: services.Proof) -> None:
    if not proof.by_recovery_code:
        return
    left = proof.codes_left
    sentence = ngettext(
        "Đã dùng một mã dự phòng, còn %d mã.", "Đã dùng một mã dự phòng, còn %d mã.", left
    )
    advice = _("Vào Tài khoản để tạo bộ mã mới.") if left <= FEW_CODES else ""
    messages.warning(request, f"{sentence % left} {advice}".strip())
