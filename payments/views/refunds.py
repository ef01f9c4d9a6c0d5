"""The pages on which money goes back: accountants propose and record, leaders decide."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import fresh_proof_required, staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from payments.enums import RefundMeans
from payments.forms import (
    ApproveRefundForm,
    DeclineRefundForm,
    ProposeRefundForm,
    RecordRefundForm,
    RefundForm,
)
from payments.models import Refund
from payments.selectors import refunds as selectors
from payments.selectors.refunds import RefundPage
from payments.services import refunds
from payments.views.looks import record_money_look

_FORMS: Final[dict[str, type[RefundForm]]] = {
    form.deed: form
    for form in (ProposeRefundForm, ApproveRefundForm, DeclineRefundForm, RecordRefundForm)
}
_SAID: Final[dict[str, str | Promise]] = {
    "propose": _("Đã gửi đề nghị hoàn trả cho lãnh đạo."),
    "approve": _("Đã duyệt. Kế toán trả tiền rồi ghi số chứng từ."),
    "decline": _("Đã ghi: không hoàn trả."),
    "record": _("Đã ghi sổ khoản hoàn trả và báo cho người nộp."),
}

_TOO_LATE: Final = (
    refunds.NotRefundable,
    refunds.NotYourRefund,
    refunds.OutOfTurn,
    refunds.SamePerson,
)


@require_http_methods(["GET", "HEAD"])
@staff_required(Role.ACCOUNTANT, Role.LEADER)
def refunds_list(request: StaffRequest) -> HttpResponse:
    """List what may go back in the agencies of an accountant or a leader."""
    context = {
        "page": selectors.list_refunds(request.roles),
        "place": _place(request),
        "leads": any(held.role == Role.LEADER for held in request.roles),
    }
    return render(request, "payments/refunds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(Role.ACCOUNTANT, Role.LEADER)
def refund(request: StaffRequest, refund_id: int) -> HttpResponseBase:
    """Show one refund; on POST, do the one deed that the pressed button names."""
    found = selectors.find_refund(request.roles, refund_id=refund_id)
    if found is None:
        raise Http404
    dossier = selectors.row_of(found).dossier
    if dossier is not None:
        record_money_look(request, dossier, at=timezone.now())
    if request.method != "POST":
        return _show(request, found)
    # To let money go asks for a code of the authenticator app, as every approval does.
    act = fresh_proof_required(_act) if request.POST.get("deed") == "approve" else _act
    return act(request, found)


def _act(request: StaffRequest, found: Refund) -> HttpResponseBase:
    deed = request.POST.get("deed", "")
    form = _FORMS[deed](request.POST) if deed in _FORMS else None
    if form is None or not form.is_valid():
        return _show(request, found, form=form, status=422)
    try:
        _DEEDS[deed](found, form.cleaned_data, request, timezone.now())
    except _TOO_LATE as error:
        found = selectors.find_refund(request.roles, refund_id=found.pk) or found
        is_late = not isinstance(error, refunds.NotRefundable)
        return _show(request, found, is_late=is_late, status=409)
    except refunds.ReferenceUsed:
        form.add_error("reference", _("Số chứng từ này đã ghi cho một khoản khác. Kiểm tra lại."))
        return _show(request, found, form=form, status=422)
    messages.success(request, str(_SAID[deed]))
    return redirect("payments:refund", refund_id=found.pk)


def _propose(one: Refund, typed: dict[str, Any], request: StaffRequest, at: datetime) -> None:
    payee = refunds.Payee(
        name=typed["payee_name"],
        means=RefundMeans(typed["means"]),
        bank=typed["bank"],
        account=typed["account"],
    )
    refunds.propose_refund(
        refund_id=one.pk, payee=payee, ground=typed["ground"], by=request.user, at=at
    )


def _approve(one: Refund, _typed: dict[str, Any], request: StaffRequest, at: datetime) -> None:
    refunds.approve_refund(refund_id=one.pk, by=request.user, at=at)


def _decline(one: Refund, typed: dict[str, Any], request: StaffRequest, at: datetime) -> None:
    refunds.decline_refund(refund_id=one.pk, note=typed["note"], by=request.user, at=at)


def _record(one: Refund, typed: dict[str, Any], request: StaffRequest, at: datetime) -> None:
    refunds.record_refund(refund_id=one.pk, reference=typed["reference"], by=request.user, at=at)


_DEEDS: Final[dict[str, Callable[[Refund, dict[str, Any], StaffRequest, datetime], None]]] = {
    "propose": _propose,
    "approve": _approve,
    "decline": _decline,
    "record": _record,
}


def _show(
    request: StaffRequest,
    found: Refund,
    *,
    form: RefundForm | None = None,
    is_late: bool = False,
    status: int = 200,
) -> HttpResponse:
    page = selectors.get_refund_page(found, request.roles, user_id=request.user.pk)
    context = {
        "page": page,
        "refund": found,
        "forms": _forms(page, form),
        "is_late": is_late,
        "place": found.agency.name,
    }
    return render(request, "payments/refund.html", context, status=status)


def _forms(page: RefundPage, typed: RefundForm | None) -> list[RefundForm]:
    """Return a form for each thing that may be done now, the typed one as it was typed."""
    deeds = [
        *(["propose", "decline"] if page.may_propose else []),
        *(["approve", "decline"] if page.may_decide else []),
        *(["record"] if page.may_record else []),
    ]
    return [
        typed if typed is not None and typed.deed == deed else _FORMS[deed](initial=_known(page))
        for deed in deeds
    ]


def _known(page: RefundPage) -> dict[str, str]:
    payer = page.row.dossier.applicant_name if page.row.dossier else ""
    return {"payee_name": payer, "means": RefundMeans.BANK}


def _place(request: StaffRequest) -> str:
    wanted = {Role.ACCOUNTANT, Role.LEADER}
    return next(held.unit.name for held in request.roles if held.role in wanted)
