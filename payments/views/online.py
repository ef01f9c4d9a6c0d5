"""The payer's pages: what is due, the way to the gateway, and what became of an attempt."""

import ipaddress
from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_required
from accounts.requests import CitizenRequest, client_address
from payments.forms import PayForm
from payments.selectors import online
from payments.selectors.online import AttemptPage, PayPage
from payments.services import asking, hearing, starting

# How often a page that waits is loaded anew, in seconds: soon at first, then calmly.
SOON: Final = 5
CALMLY: Final = 30
SOON_FOR: Final = timedelta(minutes=3)


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
def pay(request: CitizenRequest, code: str) -> HttpResponse:
    """Show what is due, where it goes and what comes next; on POST, go to the gateway."""
    page = online.get_pay_page(code=code, user=request.user, at=timezone.now())
    if page is None:
        raise Http404
    if request.method != "POST":
        return _show(request, page)
    form = PayForm(request.POST)
    if not form.is_valid():
        return _show(request, page, problem="changed", status=422)
    try:
        payment = starting.start_payment(
            dossier_id=page.dossier.pk,
            obligation_ids=form.cleaned_data["obligations"],
            amount_vnd=form.cleaned_data["amount_vnd"],
            key=form.cleaned_data["key"],
            owner=request.user,
            payer_address=_address(request),
            at=timezone.now(),
        )
    except (starting.AnotherAmount, starting.NothingToPay):
        return _again(request, code, problem="changed")
    except (starting.NotPaidOnline, starting.UnderReview):
        return _again(request, code, problem="")
    return HttpResponseRedirect(starting.pay_address(payment), status=303)


@require_safe
@citizen_required
def come_back(request: CitizenRequest) -> HttpResponse:
    """
    Take the payer back from the gateway. The address proves nothing: we ask the gateway ourselves.
    """
    at = timezone.now()
    reference = request.GET.get("vnp_TxnRef", "")[:60].replace("\x00", "")
    hearing.look_at_return(raw=request.META.get("QUERY_STRING", ""), at=at)
    if online.get_attempt(reference=reference, user=request.user) is None:
        return redirect("dossiers:mine")
    asking.ask_for_payer(reference=reference, owner_id=request.user.pk, at=at)
    return redirect("payments:attempt", reference=reference)


@require_safe
@citizen_required
def attempt(request: CitizenRequest, reference: str) -> HttpResponse:
    """Show what is known of an attempt; while that is nothing, load the page anew by itself."""
    page = online.get_attempt(reference=reference.replace("\x00", ""), user=request.user)
    if page is None:
        raise Http404
    response = render(request, "payments/attempt.html", _attempt_context(page))
    if page.is_waiting:
        is_fresh = timezone.now() - page.payment.created_at < SOON_FOR
        response["Refresh"] = str(SOON if is_fresh else CALMLY)
    return response


def _attempt_context(page: AttemptPage) -> dict[str, Any]:
    return {
        "page": page,
        "payment": page.payment,
        "dossier": page.dossier,
        "slip_url": reverse("dossiers:slip", args=[page.dossier.code, page.slip.pk])
        if page.slip
        else "",
    }


def _again(request: CitizenRequest, code: str, *, problem: str) -> HttpResponse:
    """Show the page as it is now, after somebody or something changed what is due."""
    page = online.get_pay_page(code=code, user=request.user, at=timezone.now())
    if page is None:
        raise Http404
    return _show(request, page, problem=problem, status=409)


def _show(
    request: CitizenRequest, page: PayPage, *, problem: str = "", status: int = 200
) -> HttpResponse:
    form = None
    if page.account is not None and page.suspect is None:
        due = ",".join(str(one.pk) for one in page.obligations)
        form = PayForm(initial={"obligations": due, "amount_vnd": page.amount_vnd})
    context = {"page": page, "dossier": page.dossier, "form": form, "problem": problem}
    return render(request, "payments/pay.html", context, status=status)


def _address(request: CitizenRequest) -> str:
    """Return the payer's address as the gateway wants it: one address, never a network."""
    text = client_address(request).partition("/")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return "127.0.0.1"
