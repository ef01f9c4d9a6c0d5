"""The unit administrator's pages about an agency: hours, contact, calendar, small office."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import policies
from accounts.decorators import fresh_proof_required
from accounts.forms.units import ChangeDayForm, DayForm, HoursForm
from accounts.models import Unit
from accounts.requests import StaffRequest
from accounts.selectors import units as selectors
from accounts.selectors.units import House
from accounts.services import roles, unit_settings as services
from accounts.views.unit_frame import (
    MENDABLE,
    SAID,
    administrators_only,
    agency_of,
    form_page,
    frame,
    house_of,
)


@require_safe
@administrators_only
def agencies(request: StaffRequest) -> HttpResponse:
    """List the agencies that the administrator looks after."""
    house = house_of(request)
    context = {**frame(house, current=request.path), "agencies": house.agencies}
    return render(request, "accounts/units/agencies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def hours(request: StaffRequest, unit_id: int) -> HttpResponse:
    """Change the hours of an agency and how it is reached."""
    house = house_of(request)
    unit = agency_of(house, unit_id)
    form = HoursForm(
        request.POST if request.method == "POST" else None, initial=HoursForm.initial_of(unit)
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.change_hours(
                by=request.user,
                at=timezone.now(),
                unit_id=unit.pk,
                hours=form.hours(),
                reception_note=asked["reception_note"],
                contact=services.Contact(asked["phone"], asked["email"], asked["address"]),
            )
        except MENDABLE as error:
            form.add_error(None, str(SAID[type(error)]))
        else:
            messages.success(request, _("Đã lưu. Hồ sơ nhận từ bây giờ tính theo giờ mới."))
            return redirect("accounts:unit_hours", unit_id=unit.pk)
    context = {
        **_about(request, house, unit),
        "form": form,
        "may_mark_small": selectors.may_mark_small(
            house, unit, is_system_admin=policies.is_system_admin(request.roles)
        ),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/units/hours.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def days(request: StaffRequest, unit_id: int) -> HttpResponse:
    """Show the days off and make-up days to come; on POST, add some."""
    house = house_of(request)
    unit = agency_of(house, unit_id)
    form = DayForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            added = services.add_days(
                by=request.user,
                at=timezone.now(),
                unit_id=unit.pk,
                first=asked["on"],
                last=asked["until"] or asked["on"],
                kind=asked["kind"],
                name=asked["name"],
            )
        except MENDABLE as error:
            form.add_error("on", str(SAID[type(error)]))
        else:
            messages.success(request, _("Đã thêm %d ngày vào lịch.") % len(added))
            return redirect("accounts:unit_calendar", unit_id=unit.pk)
    today = timezone.localdate()
    found = selectors.list_days(unit, since=today)
    context = {
        **_about(request, house, unit),
        "form": form,
        "days": [{"day": one, "is_open": one.on > today} for one in found],
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/units/calendar.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def day(request: StaffRequest, unit_id: int, day_id: int) -> HttpResponse:
    """Change one day to come."""
    house = house_of(request)
    unit = agency_of(house, unit_id)
    found = selectors.find_day(unit, day_id=day_id)
    if found is None:
        raise Http404
    form = ChangeDayForm(
        request.POST if request.method == "POST" else None,
        initial={"on": found.on, "kind": found.kind, "name": found.name},
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.change_day(
                by=request.user,
                at=timezone.now(),
                unit_id=unit.pk,
                day_id=day_id,
                on=asked["on"],
                kind=asked["kind"],
                name=asked["name"],
            )
        except MENDABLE as error:
            form.add_error("on", str(SAID[type(error)]))
        except roles.NotInYourHouse as error:
            raise Http404 from error
        else:
            messages.success(request, _("Đã lưu lịch."))
            return redirect("accounts:unit_calendar", unit_id=unit.pk)
    return form_page(
        request,
        form,
        house=house,
        title=_("Sửa ngày trong lịch"),
        lead=unit.name,
        back_url=reverse("accounts:unit_calendar", args=[unit.pk]),
        back_text=_("Lịch nghỉ"),
    )


@require_POST
@administrators_only
def remove_day(request: StaffRequest, unit_id: int, day_id: int) -> HttpResponse:
    """Take a day to come out of the calendar."""
    unit = agency_of(house_of(request), unit_id)
    try:
        services.remove_day(by=request.user, at=timezone.now(), unit_id=unit.pk, day_id=day_id)
    except services.DayIsPast as error:
        messages.warning(request, str(SAID[type(error)]))
    except roles.NotInYourHouse as error:
        raise Http404 from error
    else:
        messages.success(request, _("Đã xóa khỏi lịch."))
    return redirect("accounts:unit_calendar", unit_id=unit.pk)


@require_POST
@administrators_only
@fresh_proof_required
def small_office(request: StaffRequest, unit_id: int) -> HttpResponse:
    """Say whether the agency is so small that acceptor and approver may be one person."""
    unit = agency_of(house_of(request), unit_id)
    small = request.POST.get("lam") == "bat"
    try:
        services.set_small_office(by=request.user, at=timezone.now(), unit_id=unit.pk, small=small)
    except services.NotAbove as error:
        messages.warning(request, str(SAID[type(error)]))
    else:
        messages.success(request, _("Đã bật.") if small else _("Đã tắt."))
    return redirect("accounts:unit_hours", unit_id=unit.pk)


def _about(request: StaffRequest, house: House, unit: Unit) -> dict[str, Any]:
    return {
        **frame(house, current=request.path),
        "unit": unit,
        "several": len(house.agencies) > 1,
    }
