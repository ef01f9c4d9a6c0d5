"""A citizen's own dossiers: the list, one in full, its supplement, its withdrawal."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_required
from accounts.requests import CitizenRequest
from accounts.selectors import collects_online
from dossiers import attachments, lifecycle, policies
from dossiers.models import Dossier, DossierPaper, Slip, StoredFile
from dossiers.selectors import citizen
from dossiers.services import accesses, withdrawal
from portal.core.dates import local_day
from portal.core.text import whole_number


@require_safe
@citizen_required
def mine(request: CitizenRequest) -> HttpResponse:
    """List drafts and dossiers, what waits for the citizen first."""
    page = citizen.list_mine(request.user, at=timezone.now())
    return render(request, "dossiers/citizen/mine.html", {"page": page})


@require_safe
@citizen_required
def done(request: CitizenRequest, code: str) -> HttpResponse:
    """Show the code of a dossier just handed in, and what happens next."""
    dossier = _own(request, code)
    proof = citizen.get_proof(dossier)
    context = {
        "dossier": dossier,
        "proof_url": _slip_url(dossier, proof) if proof else "",
        "addresses": citizen.get_addresses(dossier, at=timezone.now()),
        "waits_for_payment": dossier.is_waiting_for_citizen,
        "pay_url": reverse("payments:pay", args=[dossier.code])
        if dossier.is_waiting_for_citizen
        and collects_online(dossier.deciding_unit, on=local_day(timezone.now()))
        else "",
    }
    return render(request, "dossiers/citizen/done.html", context)


@require_safe
@citizen_required
def detail(request: CitizenRequest, code: str) -> HttpResponse:
    """Show one dossier in full to its owner."""
    at = timezone.now()
    page = citizen.get_dossier_page(code=code, user=request.user, at=at)
    if page is None:
        raise Http404
    dossier = page.dossier
    try:
        accesses.record_look(dossier, request.user, (), at=at)
    except accesses.Gone as error:
        raise Http404 from error
    turn = page.situation.turn
    context = {
        "page": page,
        "dossier": dossier,
        "turn_url": reverse(turn.url_name, args=[dossier.code]) if turn and turn.url_name else "",
        "papers": [
            {
                "name": paper.name,
                "bundle": bundle_of(dossier, paper.bundle) if paper.bundle else None,
                # Whoever has a dossier that ended is asked for nothing more.
                "is_blocked": paper.is_blocked and dossier.lifecycle_state in lifecycle.OPEN,
                "files": [file_of(dossier, link) for link in paper.files],
                "older": [file_of(dossier, link) for link in paper.older],
            }
            for paper in page.papers
        ],
        "slips": [{"slip": slip, "url": _slip_url(dossier, slip)} for slip in page.slips],
        "looks_url": reverse("dossiers:looks", args=[dossier.code])
        if policies.is_own(dossier, request.user)
        else "",
        "money_url": reverse("payments:pay", args=[dossier.code]) if page.money else "",
        "result_url": reverse("dossiers:result", args=[dossier.code]) if page.result else "",
        "withdraw_url": reverse("dossiers:withdraw", args=[dossier.code])
        if page.can_withdraw
        else "",
    }
    return render(request, "dossiers/citizen/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def withdraw(request: CitizenRequest, code: str) -> HttpResponse:
    """Ask once more, then take the dossier back."""
    dossier = _own(request, code)
    if not policies.can_withdraw(dossier, request.user):
        raise Http404
    if dossier.lifecycle_state not in lifecycle.OPEN:
        return _too_late(request, dossier)
    if request.method != "POST":
        context: dict[str, Any] = {"dossier": dossier, "is_stale": False}
        return render(request, "dossiers/citizen/withdraw.html", context)
    try:
        withdrawal.withdraw_dossier(
            dossier_id=dossier.pk,
            by=request.user,
            at=timezone.now(),
            version=whole_number(request.POST.get("phien", "")) or 0,
        )
    except lifecycle.StaleVersion:
        fresh = _own(request, code)
        context = {"dossier": fresh, "is_stale": True}
        return render(request, "dossiers/citizen/withdraw.html", context, status=409)
    except lifecycle.ForbiddenTransition:
        return _too_late(request, dossier)
    except policies.NotYourDossier as error:
        raise Http404 from error
    messages.success(request, _("Đã rút hồ sơ. Cơ quan không giải quyết hồ sơ này nữa."))
    return redirect("dossiers:detail", code=dossier.code)


def file_of(dossier: Dossier, link: DossierPaper) -> dict[str, Any]:
    """Return what components/upload_row.html takes for a file that was handed in."""
    file = link.file
    args: list[str | UUID | int] = [dossier.code, file.pk]
    return {
        "name": file.name,
        "url": "" if file.is_infected else reverse("dossiers:file", args=args),
        "facts": attachments.facts_text(file),
        "scan": attachments.scan_text(file),
        "thumb_url": reverse("dossiers:preview", args=[*args, 1]) if file.has_pictures else "",
        "move_url": "",
        "remove_url": "",
    }


def bundle_of(dossier: Dossier, file: StoredFile) -> dict[str, str]:
    """Return the line of a paper's photos put together into one PDF."""
    return {
        "url": reverse("dossiers:file", args=[dossier.code, file.pk]),
        "facts": attachments.facts_text(file),
    }


def _own(request: CitizenRequest, code: str) -> Dossier:
    dossier = citizen.get_own(code=code, user=request.user, at=timezone.now())
    if dossier is None:
        raise Http404
    return dossier


def _slip_url(dossier: Dossier, slip: Slip) -> str:
    return reverse("dossiers:slip", args=[dossier.code, slip.pk])


def _too_late(request: CitizenRequest, dossier: Dossier) -> HttpResponse:
    messages.warning(
        request,
        _("Hồ sơ này không còn rút được: cơ quan đã giải quyết xong hoặc hồ sơ đã kết thúc."),
    )
    return redirect("dossiers:detail", code=dossier.code)
