"""Requests about personal data as whoever answers for it works them off."""

from collections.abc import Callable
from datetime import datetime, time
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.decorators import fresh_proof_required, staff_required
from accounts.enums import Role
from accounts.models import User
from accounts.requests import StaffRequest
from portal.core.dates import LOCAL_ZONE
from portal.operations import policies, selectors
from portal.operations.forms import CompleteForm, EraseForm, ExtendForm, RefuseForm, TakeOnForm
from portal.operations.services import data_requests, erasures
from portal.operations.services.data_requests import (
    NeedsSecondPerson,
    RequestAbsent,
    RequestMoved,
    TooLong,
)

P = ParamSpec("P")

# What whoever answers can mend, in words.
SAID: Final[dict[type[Exception], str | Promise]] = {
    TooLong: gettext_lazy("Ngày mới phải sau hạn cũ, không quá 15 ngày."),
    NeedsSecondPerson: gettext_lazy(
        "Ông/bà đã đề nghị xóa. Người thứ hai phải duyệt và thực hiện."
    ),
    erasures.DossiersOpen: gettext_lazy(
        "Người này còn hồ sơ đang giải quyết. Chờ xong hoặc hướng dẫn rút hồ sơ trước, gia hạn "
        "yêu cầu nếu cần."
    ),
}

FORMS: Final[dict[str, type[forms.Form]]] = {
    form.act: form for form in (TakeOnForm, EraseForm, CompleteForm, ExtendForm, RefuseForm)
}
ACTS: Final[dict[str, Callable[..., Any]]] = {
    "take_on": data_requests.take_on,
    "complete": data_requests.complete,
    "erase": erasures.approve,
    "extend": data_requests.extend,
    "refuse": data_requests.refuse,
}


def handlers_only(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let in whoever answers for personal data; a commune's administrator does not."""

    @staff_required(Role.SYSTEM_ADMIN, Role.UNIT_ADMIN)
    @wraps(view)
    def guarded(request: StaffRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not policies.answers_for_data(request.roles):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD"])
@handlers_only
def queue(request: StaffRequest) -> HttpResponse:
    """List requests, the nearest date first; closed ones on the second tab."""
    closed = request.GET.get("xong") == "1"
    context = {
        "queue": selectors.list_data_requests(
            closed=closed, page=request.GET.get("trang", "1"), at=timezone.now()
        ),
        "closed": closed,
        "place": request.roles[0].unit.name,
    }
    return render(request, "operations/data_queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@handlers_only
@fresh_proof_required
def detail(request: StaffRequest, request_id: int) -> HttpResponse:
    """Show one request; on POST, answer, put off, carry out or refuse it."""
    at, status, sent = timezone.now(), 200, None
    act = next((act for act in FORMS if act in request.POST), "")
    if act:
        sent = FORMS[act](request.POST)
        try:
            if sent.is_valid() and _act(act, sent, request_id=request_id, by=request.user, at=at):
                messages.success(request, _("Đã lưu."))
                return redirect("operations:data_queue_request", request_id=request_id)
        except RequestAbsent as error:
            raise Http404 from error
        except RequestMoved:
            messages.warning(request, _("Yêu cầu đã được người khác xử lý. Xem lại bên dưới."))
            status = 409
    found = selectors.get_data_request(request_id, at=at)
    if found is None:
        raise Http404
    context = {
        "found": found,
        "forms": [sent if isinstance(sent, one) else one() for one in _offered(found.acts)],
        "place": request.roles[0].unit.name,
    }
    status = 422 if sent is not None and sent.errors else status
    return render(request, "operations/data_queue_request.html", context, status=status)


def _act(act: str, form: forms.Form, *, request_id: int, by: User, at: datetime) -> bool:
    """Do it; what can be mended stands in the form afterwards, and False comes back."""
    try:
        ACTS[act](request_id=request_id, by=by, at=at, **_arguments(form.cleaned_data))
    except tuple(SAID) as error:
        form.add_error(None, str(SAID[type(error)]))
        return False
    return True


def _offered(acts: tuple[str, ...]) -> list[type[forms.Form]]:
    return [FORMS[act] for act in acts if act in FORMS]


def _arguments(cleaned: dict[str, Any]) -> dict[str, Any]:
    arguments = dict(cleaned)
    arguments.pop("confirm", None)
    if "until" in arguments:
        # To the end of that day: the last minute that people mean by "đến hết ngày".
        until = arguments.pop("until")
        arguments["to"] = datetime.combine(until, time(23, 59), tzinfo=LOCAL_ZONE)
    return arguments
