"""The auditor's pages: read-only, over the whole portal, and themselves recorded."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest
from portal.operations import audit_log
from portal.operations.audit_log import Log
from portal.operations.forms import EventFilterForm, LookFilterForm
from portal.operations.services import audit_reads


@require_http_methods(["GET", "HEAD"])
@staff_required(Role.AUDITOR)
def events(request: StaffRequest) -> HttpResponse:
    """Show security events by kind and day."""
    return _page(
        request, "events", EventFilterForm(request.GET), audit_log.list_events, _("Sự kiện an toàn")
    )


@require_http_methods(["GET", "HEAD"])
@staff_required(Role.AUDITOR)
def looks(request: StaffRequest) -> HttpResponse:
    """Show who opened which dossier, by code and day."""
    return _page(
        request, "looks", LookFilterForm(request.GET), audit_log.list_looks, _("Lượt xem hồ sơ")
    )


def _page(
    request: StaffRequest,
    name: str,
    form: forms.Form,
    read: Callable[..., Log],
    title: str | Promise,
) -> HttpResponse:
    is_valid = form.is_valid()
    chosen: Mapping[str, Any] = form.cleaned_data if is_valid else {}
    number = request.GET.get("trang", "1")
    query = urlencode({key: str(value) for key, value in chosen.items() if value})
    audit_reads.note_read(
        request.user, page=name, asked=f"{query}&trang={number}"[:300], at=timezone.now()
    )
    context = {
        "title": title,
        "current": name,
        "form": form,
        "log": read(chosen, page=number),
        "query": query,
        "sealed": audit_log.last_sealed_day(),
        "place": next(held.unit.name for held in request.roles if held.role == Role.AUDITOR),
    }
    status = 200 if is_valid else 422
    return render(request, "operations/audit.html", context, status=status)
