"""Pages of the portal itself: home, help, privacy, health, and what only the demonstration has."""

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import fresh_proof_required, staff_required
from accounts.enums import Role
from accounts.models import Unit
from accounts.requests import StaffRequest
from accounts.services import consents
from accounts.services.merging import MergeAbsent, NoLongerTwo, SamePerson
from portal.core.decorators import public_page
from portal.core.text import whole_number
from portal.operations import selectors
from portal.operations.services import merging


@public_page
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/home.html", {"home": selectors.get_home(at=timezone.now())})


@public_page
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "operations/help.html")


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    words = consents.current(on=timezone.localdate())
    context = {"points": words.points, "version": words.version}
    return render(request, "operations/privacy.html", context)


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; nothing behind it is asked."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def demo(request: HttpRequest) -> HttpResponse:
    """Show the sign-ins of the demonstration and what has been sent to whom."""
    _require_demo()
    return render(request, "operations/demo.html", {"demo": selectors.get_demo(at=timezone.now())})


@login_not_required
@require_safe
@never_cache
def demo_message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one sent message as its recipient reads it."""
    _require_demo()
    message = selectors.get_sent_message(name)
    if message is None:
        raise Http404
    return render(request, "operations/demo_message.html", {"message": message})


def _require_demo() -> None:
    if not settings.DEMO:
        raise Http404


_MERGE_DECIDERS: Final = (Role.LEADER, Role.UNIT_ADMIN)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required(*_MERGE_DECIDERS)
def merges(request: StaffRequest) -> HttpResponseBase:
    """List accounts that clerks propose to merge; on POST, confirm or decline one proposal."""
    if request.method != "POST":
        return _show_merges(request)
    # A merge cannot be taken back; to decline one takes nothing from anybody.
    if "decline" in request.POST:
        return _decide_merge(request)
    return fresh_proof_required(_decide_merge)(request)


def _decide_merge(request: StaffRequest) -> HttpResponse:
    decide = merging.decline_merge if "decline" in request.POST else merging.confirm_merge
    chosen = whole_number(request.POST.get("merge", "")) or 0
    agencies = {unit.agency_id or unit.pk for unit in _merge_units(request)}
    try:
        decide(merge_id=chosen, by=request.user, agency_ids=agencies, at=timezone.now())
    except MergeAbsent:
        # Decided meanwhile, of another agency, or never there: the same answer.
        messages.warning(request, _("Đề nghị này không còn chờ xác nhận."))
    except SamePerson:
        messages.warning(request, _("Người đề nghị không được tự xác nhận. Cần người thứ hai."))
    except NoLongerTwo:
        messages.warning(request, _("Một tài khoản đã thay đổi. Không gộp được nữa."))
    else:
        messages.success(request, _("Đã ghi nhận."))
        return redirect("operations:merges")
    return _show_merges(request, status=409)


def _show_merges(request: StaffRequest, *, status: int = 200) -> HttpResponse:
    units = _merge_units(request)
    agencies = {unit.agency_id or unit.pk for unit in units}
    context = {"rows": selectors.list_merges(agencies), "place": units[0].name}
    return render(request, "operations/merges.html", context, status=status)


def _merge_units(request: StaffRequest) -> list[Unit]:
    return [role.unit for role in request.roles if role.role in _MERGE_DECIDERS]
