"""Pages that exist only to try the guards of accounts.decorators, beside the portal's own."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.decorators import (
    citizen_required,
    fresh_proof_required,
    limited,
    staff_required,
)
from accounts.enums import Role
from accounts.limits import Bucket
from accounts.requests import CitizenRequest, StaffRequest, client_address, code_session


@citizen_required
def citizens(request: CitizenRequest, word: str) -> HttpResponse:
    return HttpResponse(f"{word} {request.user.full_name}")


@staff_required()
def staff(request: StaffRequest) -> HttpResponse:
    return HttpResponse(",".join(role.role for role in request.roles))


@staff_required(Role.LEADER, Role.REGISTRAR)
def leaders(request: StaffRequest) -> HttpResponse:
    held = [role.unit.name for role in request.roles] + [role.role for role in request.roles]
    return HttpResponse(str(held))


@staff_required(Role.LEADER)
@fresh_proof_required
def weighty(request: StaffRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} {request.POST.getlist('chon')} {request.GET.get('a')}")


@login_not_required
@staff_required()
def guarded_by_the_decorator_alone(request: StaffRequest) -> HttpResponse:
    return HttpResponse("staff")


def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("says nothing of caches")


@login_not_required
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the same for everybody")


@login_not_required
@limited(Bucket.RESET, methods=("GET",))
def counted(request: HttpRequest) -> HttpResponse:
    return HttpResponse(client_address(request))


@login_not_required
def binding(request: HttpRequest) -> HttpResponse:
    return HttpResponse(code_session(request))


urlpatterns = [
    path("g/citizens/<str:word>/", citizens),
    path("g/staff/", staff),
    path("g/leaders/", leaders),
    path("g/weighty/", weighty),
    path("g/alone/", guarded_by_the_decorator_alone),
    path("g/private/", private),
    path("g/public/", public),
    path("g/counted/", counted),
    path("g/binding/", binding),
    path("", include("portal.urls")),
]
handler403 = "portal.core.views.permission_denied"
