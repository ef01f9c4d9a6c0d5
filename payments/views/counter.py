"""The cashier's pages: what is due at the desk, taking it in cash, money that settles nothing."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from dossiers import policies
from dossiers.services import fees
from payments.forms import CashForm, UnplacedForm
from payments.selectors import counter as selectors
from payments.selectors.counter import CounterPage
from payments.services import cash, surplus
from payments.views.looks import record_money_look
from portal.core.money import format_vnd


@require_http_methods(["GET", "HEAD"])
@staff_required(Role.CASHIER)
def counter(request: StaffRequest) -> HttpResponse:
    """List what is due at the desks of the cashier."""
    asked = request.GET.get("q", "").strip()[:120]
    page = selectors.list_payable(request.roles, asked=asked, page=request.GET.get("trang", "1"))
    place = next(held.unit.name for held in request.roles if held.role == Role.CASHIER)
    context = {
        "page": page,
        "asked": asked,
        "query": urlencode({"q": asked} if asked else {}),
        "place": place,
    }
    return render(request, "payments/counter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.CASHIER)
def receive(request: StaffRequest, code: str) -> HttpResponse:
    """Show what a dossier owes; on POST, record the cash that was counted."""
    at = timezone.now()
    dossier = selectors.find_dossier(request.user, request.roles, code=code, at=at)
    if dossier is None:
        raise Http404
    record_money_look(request, dossier, at=at)
    page = selectors.get_counter_page(dossier)
    if request.method != "POST":
        payable = page.payable.pk if page.payable else None
        return _show(request, page, CashForm(initial={"obligation": payable}))
    form = CashForm(request.POST)
    if not form.is_valid():
        return _show(request, page, form, status=422)
    if not dossier.obligations.filter(pk=form.cleaned_data["obligation"]).exists():
        raise Http404
    return _take(request, page, form, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.CASHIER)
def unplaced(request: StaffRequest) -> HttpResponse:
    """List money that settles nothing; on POST, use one sum for what is still due."""
    if request.method != "POST":
        return _show_unplaced(request)
    form = UnplacedForm(request.POST)
    if not form.is_valid():
        return _show_unplaced(request, status=422)
    try:
        used = surplus.use_surplus(
            entry_id=form.cleaned_data["entry"], by=request.user, at=timezone.now()
        )
    except policies.NotYourDossier as error:
        raise Http404 from error
    except surplus.NotUsable:
        return _show_unplaced(request, status=409)
    said = _("Đã dùng %(sum)s cho khoản còn phải nộp.")
    messages.success(request, said % {"sum": format_vnd(used.amount_vnd)})
    return redirect("payments:unplaced")


def _show_unplaced(request: StaffRequest, *, status: int = 200) -> HttpResponse:
    context = {
        "rows": selectors.list_unplaced(request.roles),
        "place": next(held.unit.name for held in request.roles if held.role == Role.CASHIER),
        "is_late": status == 409,
    }
    return render(request, "payments/unplaced.html", context, status=status)


def _take(
    request: StaffRequest, page: CounterPage, form: CashForm, *, at: datetime
) -> HttpResponse:
    try:
        receipt = cash.receive_cash(
            obligation_id=form.cleaned_data["obligation"],
            key=form.cleaned_data["key"],
            amount_vnd=form.cleaned_data["amount_vnd"],
            receipt_number=form.cleaned_data["receipt_number"],
            by=request.user,
            at=at,
        )
    except policies.NotYourDossier as error:
        raise PermissionDenied from error
    except cash.WrongAmount as error:
        form.refuse_amount(error.due_vnd)
    except cash.ReceiptNumberUsed:
        form.add_error("receipt_number", _("Số biên lai này đã dùng trong năm. Kiểm tra lại."))
    except fees.NotPayable:
        return _show(request, selectors.get_counter_page(page.dossier), None, status=409)
    else:
        said = _("Đã thu %(sum)s, biên lai số %(number)s.")
        messages.success(
            request,
            said % {"sum": format_vnd(receipt.amount_vnd), "number": receipt.receipt_number},
        )
        return redirect("payments:receive", code=page.dossier.code)
    return _show(request, page, form, status=422)


def _show(
    request: StaffRequest, page: CounterPage, form: CashForm | None, *, status: int = 200
) -> HttpResponse:
    context = {
        "page": page,
        "dossier": page.dossier,
        "form": form if page.payable else None,
        "is_late": status == 409,
    }
    return render(request, "payments/receive.html", context, status=status)
