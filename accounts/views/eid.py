"""Electronic identity: to the provider and back, a new account, the link of one's own."""

import base64
import json
import logging
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sessions
from accounts.decorators import citizen_required, limited
from accounts.eid.adapter import EidAdapter
from accounts.eid.claims import Identity
from accounts.eid.provider import EidRefused, Provider, Refusal, get_provider
from accounts.enums import UserKind
from accounts.forms import EidAccountForm, PasswordForm
from accounts.limits import Bucket
from accounts.models import User
from accounts.requests import NEXT, CitizenRequest, client_address, is_signed_in, safe_next
from accounts.selectors import Row, get_eid_link
from accounts.services import consents, eid as services, sign_in as sign_in_services
from accounts.services.eid import EidConflict
from accounts.services.limits import TooManyRequests
from accounts.services.sign_in import WrongCredentials
from accounts.views.eid_words import conflict_sentence, refusal_sentence
from accounts.views.refusals import render_form
from accounts.views.targets import citizen_home, with_next
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.identity import mask_identity_number

logger = logging.getLogger(__name__)

ENTER: Final = "enter"
CONFIRM: Final = "confirm"
LINK: Final = "link"
# An identity that waits for the consent to a new account, sealed, with its end.
WAITING: Final = "eid_identity"
WAITS_FOR: Final = timedelta(minutes=10)


@login_not_required
@never_cache
@limited(Bucket.EID_ADDRESS)
@require_http_methods(["GET", "HEAD", "POST"])
def eid_begin(request: HttpRequest) -> HttpResponse:
    """
    Lead to the provider: to sign in, or to prove again who is signed in.

    On GET, ask a citizen who is signed in to do the latter, as a procedure may want it.
    """
    provider = get_provider()
    if provider is None:
        return _not_offered(request)
    is_in = is_signed_in(request, UserKind.CITIZEN)
    if request.method != "POST":
        return _ask_to_confirm(request, provider) if is_in else _to_sign_in(request)
    if is_in:
        user = request.user
        if isinstance(user, User) and get_eid_link(user, issuer=provider.issuer) is None:
            return redirect(with_next("accounts:eid_account", request))
        return _go(request, purpose=CONFIRM)
    return _go(request, purpose=ENTER)


@login_not_required
@never_cache
@require_safe
def eid_return(request: HttpRequest) -> HttpResponse:
    """Take what the provider says of the person it sends back."""
    state: dict[str, Any] = {}
    try:
        adapter = EidAdapter(request)
        state = adapter.take_state()
        _require_same_person(request, state)
        identity = adapter.finish(state, at=timezone.now())
    except EidRefused as error:
        # Words of ours only: nothing in it names a person, a token or a claim.
        logger.warning("eid.refused %s", error)
        messages.error(request, refusal_sentence(error.refusal))
        return _back(state)
    try:
        return _take(request, state, identity)
    except EidConflict as error:
        logger.warning("eid.conflict %s", error)
        messages.error(request, conflict_sentence(error.conflict))
        return _back(state)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def eid_open(request: HttpRequest) -> HttpResponse:
    """Ask for the consent to a new account of the person whom the provider has just named."""
    identity = _waiting(request)
    if identity is None:
        request.session.pop(WAITING, None)
        return _to_sign_in(request)
    form = EidAccountForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        del request.session[WAITING]
        try:
            user = services.open_account(
                identity=identity,
                consent_version=consents.current(on=timezone.localdate()).version,
                at=timezone.now(),
            )
        except EidConflict as error:
            messages.error(request, conflict_sentence(error.conflict))
            return _to_sign_in(request)
        messages.success(request, _("Đã mở tài khoản bằng định danh điện tử."))
        return _enter(request, user, wanted=safe_next(request, default=citizen_home()))
    return render_form(
        request,
        "accounts/eid_open.html",
        form,
        rows=[
            Row(_("Họ và tên"), identity.name),
            Row(_("Số định danh cá nhân"), mask_identity_number(identity.number)),
            Row(_("Ngày sinh"), f"{identity.born:%d/%m/%Y}" if identity.born else ""),
        ],
        consent_points=consents.current(on=timezone.localdate()).points,
        sign_in_url=reverse("accounts:sign_in"),
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def eid_account(request: CitizenRequest) -> HttpResponse:
    """Show the link of one's own account; on POST, with the password, make it or end it."""
    provider = get_provider()
    link = get_eid_link(request.user, issuer=provider.issuer if provider else "")
    refused = None
    form = PasswordForm(
        request.POST if request.method == "POST" else None,
        submit=_("Bỏ liên kết") if link else _("Liên kết định danh điện tử"),
    )
    if provider is not None and form.is_valid():
        try:
            sign_in_services.confirm_password(
                user=request.user,
                password=form.cleaned_data["password"],
                client=client_address(request),
                at=timezone.now(),
            )
        except WrongCredentials:
            form.add_error("password", _("Mật khẩu chưa đúng."))
        except TooManyRequests as error:
            refused = error
        else:
            return _unlink(request) if link else _go(request, purpose=LINK)
    return render_form(
        request,
        "accounts/eid_account.html",
        form,
        refused=refused,
        provider=provider.name if provider else "",
        link=link,
        has_password=request.user.has_usable_password(),
        level=request.user.get_identity_level_display(),
    )


def _require_same_person(request: HttpRequest, state: dict[str, Any]) -> None:
    if state["purpose"] != ENTER and state["user"] != _user_id(request):
        raise EidRefused(Refusal.STATE, "another person")


def _take(request: HttpRequest, state: dict[str, Any], identity: Identity) -> HttpResponse:
    at = timezone.now()
    if state["purpose"] == ENTER:
        user = services.find_account(identity=identity, at=at)
        if user is None:
            request.session[WAITING] = [_sealed(identity), (at + WAITS_FOR).timestamp()]
            return redirect(_with(reverse("accounts:eid_open"), state["next"]))
        return _enter(request, user, wanted=state["next"] or citizen_home())
    user = request.user  # type: ignore[assignment]  # the state is this citizen's
    assert isinstance(user, User)
    if state["purpose"] == LINK:
        services.link_account(user=user, identity=identity, at=at)
        messages.success(
            request,
            _("Đã liên kết định danh điện tử. Số định danh của tài khoản đã được xác nhận."),
        )
    else:
        services.confirm_account(user=user, identity=identity, at=at)
        messages.success(request, _("Đã xác nhận bằng định danh điện tử."))
    return _enter(request, user, wanted=state["next"] or reverse("accounts:eid_account"))


def _go(request: HttpRequest, *, purpose: str) -> HttpResponse:
    wanted = safe_next(request, default="")
    state = {"purpose": purpose, "user": _user_id(request), "next": wanted}
    try:
        address = EidAdapter(request).begin(fresh=purpose != ENTER, **state)
    except EidRefused as error:
        logger.warning("eid.refused %s", error)
        messages.error(request, refusal_sentence(error.refusal))
        return _back(state)
    return redirect(address)


def _unlink(request: CitizenRequest) -> HttpResponse:
    try:
        services.unlink_account(user=request.user, at=timezone.now())
    except EidConflict as error:
        messages.error(request, conflict_sentence(error.conflict))
    else:
        messages.success(
            request, _("Đã bỏ liên kết. Từ nay đăng nhập bằng mật khẩu của tài khoản này.")
        )
    return redirect("accounts:eid_account")


def _enter(request: HttpRequest, user: User, *, wanted: str) -> HttpResponse:
    # A new session key in every case, also of who was signed in: what a cookie planted before
    # knew opens nothing. `login` alone keeps the key of the same person.
    if is_signed_in(request, UserKind.CITIZEN):
        request.session.cycle_key()
    login(request, user)
    sessions.mark_eid(request.session, at=timezone.now())
    return redirect(wanted)


def _ask_to_confirm(request: HttpRequest, provider: Provider) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    context = {
        "provider": provider.name,
        "is_linked": get_eid_link(user, issuer=provider.issuer) is not None,
        "link_url": with_next("accounts:eid_account", request),
        "wanted": safe_next(request, default=""),
    }
    return render(request, "accounts/eid_confirm.html", context)


def _not_offered(request: HttpRequest) -> HttpResponse:
    messages.info(
        request,
        _(
            "Cổng này chưa bật đăng nhập bằng định danh điện tử. Việc cần định danh điện tử thì "
            "làm trực tiếp tại Trung tâm Phục vụ hành chính công."
        ),
    )
    # Not back to the page that led here: it would lead here again.
    is_in = is_signed_in(request, UserKind.CITIZEN)
    return redirect(citizen_home()) if is_in else _to_sign_in(request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return redirect(with_next("accounts:sign_in", request))


def _back(state: dict[str, Any]) -> HttpResponse:
    """Lead back to where another way in is offered, with where the person wanted to go."""
    name = {CONFIRM: "accounts:eid_begin", LINK: "accounts:eid_account"}.get(
        state.get("purpose", ENTER), "accounts:sign_in"
    )
    return redirect(_with(reverse(name), state.get("next", "")))


def _with(url: str, wanted: str) -> str:
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return f"{url}?{urlencode({NEXT: wanted})}" if is_ours else url


def _user_id(request: HttpRequest) -> int | None:
    return request.user.pk if isinstance(request.user, User) else None


@sensitive_variables()
def _sealed(identity: Identity) -> str:
    plain = {**asdict(identity), "born": identity.born.isoformat() if identity.born else ""}
    return base64.b64encode(seal(json.dumps(plain))).decode()


@sensitive_variables()
def _waiting(request: HttpRequest) -> Identity | None:
    sealed, until = request.session.get(WAITING, ["", 0])
    if timezone.now().timestamp() >= until:
        return None
    try:
        plain = json.loads(unseal(base64.b64decode(sealed)))
    except (Unreadable, ValueError):
        return None
    born = date.fromisoformat(plain["born"]) if plain["born"] else None
    return Identity(**{**plain, "born": born})
