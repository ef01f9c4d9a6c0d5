"""Tracking with a second factor: code and contact, one-time code, the dossier for a while."""

import base64
import json
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import CodeForm
from accounts.limits import MINUTE
from accounts.requests import client_address, code_session, visitor
from accounts.services.codes import CodeRefused
from accounts.services.limits import TooManyRequests
from accounts.views.refusals import render_form, resend_sentence
from dossiers.forms.tracking import TrackProofForm
from dossiers.selectors import proved as selectors
from dossiers.services import accesses, track_proof
from portal.core.crypto import Unreadable, seal, unseal
from portal.core.dates import format_moment

ASKED: Final = "track_asked"
# One dossier at a time, in this browser only.
PROVED: Final = "track_proved"
PROVED_FOR: Final = 15 * MINUTE


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Ask for the dossier's code and a phone or e-mail on it; all are answered alike."""
    refused = None
    sent = request.POST if request.method == "POST" else None
    form = TrackProofForm(sent, initial={"ma": request.GET.get("ma", "")[:64]})
    if form.is_valid():
        asked = {"code": form.cleaned_data["ma"], "contact": form.cleaned_data["contact"]}
        try:
            _ask(request, asked, client=visitor(request, at=timezone.now()))
        except TooManyRequests as error:
            refused = error
        else:
            request.session[ASKED] = _sealed(asked)
            return redirect("dossiers:track_prove_code")
    return render_form(request, "dossiers/public/prove.html", form, refused=refused)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove_code(request: HttpRequest) -> HttpResponse:
    """Take the one-time code, or send it again."""
    asked = _unsealed(request, ASKED)
    if asked is None:
        return redirect("dossiers:track_prove")
    if "again" in request.POST:
        return _ask_again(request, asked)
    refused, at = None, timezone.now()
    form = CodeForm(request.POST if request.method == "POST" else None, submit=_("Xem chi tiết"))
    if form.is_valid():
        try:
            track_proof.prove(
                **asked,
                typed=form.cleaned_data["code"],
                session=code_session(request),
                client=client_address(request),
                at=at,
            )
        except CodeRefused as error:
            form.add_error("code", error.sentence)
        except TooManyRequests as error:
            refused = error
        else:
            del request.session[ASKED]
            request.session.cycle_key()
            until = int((at + PROVED_FOR).timestamp())
            request.session[PROVED] = _sealed({**asked, "until": until})
            return redirect("dossiers:tracked")
    return render_form(
        request,
        "dossiers/public/prove_code.html",
        form,
        refused=refused,
        code=asked["code"],
        contact=asked["contact"],
    )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tracked(request: HttpRequest) -> HttpResponse:
    """Show the one dossier that was proved, for fifteen minutes or until the person has done."""
    kept, at = _unsealed(request, PROVED), timezone.now()
    if request.method == "POST":
        request.session.pop(PROVED, None)
        messages.success(request, _("Đã đóng trang chi tiết. Muốn xem lại cần mã xác nhận mới."))
        return redirect("dossiers:track_prove")
    if kept is None or at.timestamp() >= kept["until"]:
        return _over(request, code=kept["code"] if kept else "")
    dossier = selectors.find_proved(code=kept["code"], contact=kept["contact"], at=at)
    if dossier is None:
        # The phone has been changed, or the mandate has ended, since.
        return _over(request, code=kept["code"])
    try:
        accesses.record_proved_look(dossier, at=at)
    except accesses.Gone:
        return _over(request, code=kept["code"])
    page = selectors.get_proved_page(dossier)
    turn = page.situation.turn
    context = {
        "page": page,
        "until": format_moment(datetime.fromtimestamp(kept["until"], tz=at.tzinfo)),
        "turn_url": reverse(turn.url_name, args=[page.code]) if turn and turn.url_name else "",
    }
    return render(request, "dossiers/public/tracked.html", context)


def _over(request: HttpRequest, *, code: str) -> HttpResponse:
    request.session.pop(PROVED, None)
    if not code:
        return redirect("dossiers:track_prove")
    messages.warning(request, _("Đã hết thời gian xem. Nhận mã xác nhận mới để xem tiếp."))
    return redirect(f"{reverse('dossiers:track_prove')}?{urlencode({'ma': code})}")


def _ask(request: HttpRequest, asked: dict[str, Any], *, client: str) -> None:
    track_proof.ask_for_code(
        **asked, session=code_session(request), client=client, at=timezone.now()
    )


def _ask_again(request: HttpRequest, asked: dict[str, Any]) -> HttpResponse:
    try:
        _ask(request, asked, client=client_address(request))
    except TooManyRequests as error:
        messages.warning(request, resend_sentence(error))
    else:
        messages.success(request, _("Đã gửi mã mới. Mã gửi trước không còn dùng được."))
    return redirect("dossiers:track_prove_code")


def _sealed(kept: dict[str, Any]) -> str:
    return base64.b64encode(seal(json.dumps(kept))).decode()


def _unsealed(request: HttpRequest, name: str) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads(unseal(base64.b64decode(request.session.get(name, ""))))
    except (Unreadable, ValueError):
        return None
    return kept
