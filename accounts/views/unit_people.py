"""The unit administrator's pages about people: who they are, what they may do, until when."""

from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import policies
from accounts.decorators import fresh_proof_required
from accounts.forms.units import DelegateForm, EndRoleForm, GrantRoleForm, InviteForm
from accounts.models import StaffRole, User
from accounts.requests import StaffRequest
from accounts.selectors import Row, units as selectors
from accounts.services import delegations, roles as services, staff_access
from accounts.services.invitations import UsernameTaken, is_waiting
from accounts.services.staff_access import Door
from accounts.views.unit_frame import (
    MENDABLE,
    SAID,
    administrators_only,
    form_page,
    frame,
    house_of,
    person_of,
)
from portal.core.identity import format_phone
from portal.core.text import whole_number

_DONE: Final = {
    "khoa": gettext_lazy("Đã khóa tài khoản."),
    "mo": gettext_lazy("Đã mở lại tài khoản."),
    Door.SECOND_FACTOR: gettext_lazy("Đã gỡ ứng dụng xác thực; lần đăng nhập tới sẽ cài lại."),
    Door.PASSWORD: gettext_lazy("Đã gửi đường dẫn đặt lại mật khẩu."),
    Door.INVITATION: gettext_lazy("Đã gửi lại lời mời; đường dẫn trước không dùng được nữa."),
    Door.REVOKE_INVITATION: gettext_lazy("Đã thu hồi lời mời."),
}


@require_safe
@administrators_only
def people(request: StaffRequest) -> HttpResponse:
    """List the people of the units that the administrator looks after."""
    house = house_of(request)
    asked = request.GET.get("q", "").strip()[:120]
    chosen = whole_number(request.GET.get("don_vi", ""))
    unit_id = chosen if chosen in house.ids else None
    found = selectors.list_people(
        house,
        asked=asked,
        unit_id=unit_id,
        page=request.GET.get("trang", "1"),
        on=timezone.localdate(),
    )
    kept = {"q": asked, "don_vi": str(unit_id or "")}
    context = {
        **frame(house, current=request.path),
        "found": found,
        "asked": asked,
        "units": house.units,
        "unit_id": unit_id,
        "query": urlencode({key: value for key, value in kept.items() if value}),
        "is_narrowed": bool(asked or unit_id),
        "merges": selectors.count_merges(request.roles),
    }
    return render(request, "accounts/units/people.html", context)


@require_safe
@administrators_only
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """Show one person: contact, roles with their days, and what may be changed."""
    house = house_of(request)
    user = person_of(house, person_id)
    today = timezone.localdate()
    held = selectors.list_person_roles(house, user)
    live = [one for one in held if _is_live(one)]
    given_away = selectors.list_given_away(user, on=today)
    context = {
        **frame(house, current=reverse("accounts:unit_people")),
        "person": user,
        "rows": _rows_about(user),
        "live": [one for one in live if one.on_behalf_of_id is None],
        "for_others": [one for one in live if one.on_behalf_of_id is not None],
        "past": [one for one in held if one not in live],
        "given_away": given_away,
        "is_waiting": is_waiting(user),
        "is_self": user.pk == request.user.pk,
        "can_delegate": any(one.role in policies.DELEGABLE for one in live),
        "today": today,
    }
    return render(request, "accounts/units/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@fresh_proof_required
def grant_role(request: StaffRequest, person_id: int) -> HttpResponse:
    """Give a person a role in a unit for a time."""
    house = house_of(request)
    user = person_of(house, person_id)
    form = GrantRoleForm(
        request.POST if request.method == "POST" else None,
        roles=policies.grantable_by(request.roles),
        units=house.units,
        initial={"valid_from": timezone.localdate()},
    )
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.grant_role(
                by=request.user,
                at=timezone.now(),
                user_id=user.pk,
                unit_id=asked["unit"],
                role=asked["role"],
                valid_from=asked["valid_from"],
                valid_until=asked["valid_until"],
            )
        except MENDABLE as error:
            form.add_error(None, str(SAID[type(error)]))
        else:
            messages.success(request, _("Đã giao vai trò cho %s.") % user.full_name)
            return redirect("accounts:unit_person", person_id=user.pk)
    return _about(request, user, form, title=_("Giao vai trò"))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@fresh_proof_required
def end_role(request: StaffRequest, role_id: int) -> HttpResponse:
    """End a role, now or after a day."""
    role = _role_of(request, role_id)
    if role.on_behalf_of_id is not None:
        raise Http404
    form = EndRoleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.end_role(
                by=request.user,
                at=timezone.now(),
                role_id=role_id,
                last_day=form.cleaned_data["last_day"],
            )
        except MENDABLE as error:
            form.add_error(None, str(SAID[type(error)]))
        else:
            messages.success(
                request,
                _("Đã ghi thôi vai trò. Việc người này đang giữ dở thì bàn giao ở mục bên dưới."),
            )
            return redirect("accounts:unit_person", person_id=role.user_id)
    title = _("Thôi vai trò %(role)s") % {"role": role.get_role_display()}
    lead = _(
        "%(name)s, %(unit)s. Hết hiệu lực từ lần bấm kế tiếp của người này, không cần đăng xuất."
    )
    said = lead % {"name": role.user.full_name, "unit": role.unit.name}
    return _about(request, role.user, form, title=title, lead=said)


@require_POST
@administrators_only
@fresh_proof_required
def switch_account(request: StaffRequest, person_id: int) -> HttpResponse:
    """Do to somebody's account what the button said."""
    user = person_of(house_of(request), person_id)
    asked = request.POST.get("lam", "")
    by, at = request.user, timezone.now()
    try:
        if asked == "khoa":
            staff_access.disable_account(by=by, at=at, user_id=user.pk)
        elif asked == "mo":
            staff_access.enable_account(by=by, at=at, user_id=user.pk)
        elif asked in set(Door):
            staff_access.act_on_doors(by=by, at=at, user_id=user.pk, door=Door(asked))
        else:
            return redirect("accounts:unit_person", person_id=user.pk)
    except MENDABLE as error:
        messages.warning(request, str(SAID[type(error)]))
    else:
        messages.success(request, str(_DONE[asked]))
    return redirect("accounts:unit_person", person_id=user.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@fresh_proof_required
def invite(request: StaffRequest) -> HttpResponse:
    """Open an account for somebody new, who chooses a password by a link."""
    house = house_of(request)
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        roles=policies.grantable_by(request.roles),
        units=house.units,
    )
    if form.is_valid():
        try:
            asked = dict(form.cleaned_data)
            asked["unit_id"] = asked.pop("unit")
            user = staff_access.invite(by=request.user, at=timezone.now(), **asked)
        except UsernameTaken:
            form.add_error("username", _("Tên đăng nhập này đã có người dùng. Chọn tên khác."))
        except MENDABLE as error:
            form.add_error(None, str(SAID[type(error)]))
        else:
            messages.success(request, _("Đã gửi lời mời đến %s.") % user.email)
            return redirect("accounts:unit_person", person_id=user.pk)
    return form_page(
        request,
        form,
        house=house,
        title=_("Mời cán bộ"),
        back_url=reverse("accounts:unit_people"),
        back_text=_("Cán bộ"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
@fresh_proof_required
def delegate(request: StaffRequest, person_id: int) -> HttpResponse:
    """Let a colleague act for an absent person of the house."""
    user = person_of(house_of(request), person_id)
    held = [
        one
        for one in selectors.list_own_roles(user, on=timezone.localdate())
        if one.unit_id in house_of(request).ids
    ]
    form = delegate_form(request, user, held)
    if form.is_valid() and run_delegation(request, form):
        return redirect("accounts:unit_person", person_id=user.pk)
    return _about(request, user, form, title=_("Ủy quyền khi vắng mặt"))


@require_POST
@administrators_only
@fresh_proof_required
def revoke(request: StaffRequest, role_id: int) -> HttpResponse:
    """Take back what a colleague holds for an absent person of the house."""
    role = _role_of(request, role_id)
    if role.on_behalf_of_id is None:
        raise Http404
    run_revocation(request, role_id)
    return redirect("accounts:unit_person", person_id=role.on_behalf_of_id)


def delegate_form(request: StaffRequest, user: User, held: list[StaffRole]) -> DelegateForm:
    """Return the form that asks who acts for `user`; `?tiep=` continues a delegation there is."""
    today = timezone.localdate()
    agencies = {one.unit.agency_id or one.unit_id for one in held}
    initial: dict[str, Any] = {
        "roles": [one.pk for one in held],
        "first_day": today,
        "last_day": today + timedelta(days=6),
    }
    wanted = whole_number(request.GET.get("tiep", ""))
    for given in selectors.list_given_away(user, on=today):
        if given.pk == wanted and given.valid_until is not None:
            key = (given.unit_id, given.role)
            initial = {
                "roles": [one.pk for one in held if (one.unit_id, one.role) == key],
                "to": given.user_id,
                "first_day": given.valid_until + timedelta(days=1),
                "last_day": given.valid_until + timedelta(days=7),
            }
    return DelegateForm(
        request.POST if request.method == "POST" else None,
        roles=held,
        colleagues=selectors.list_colleagues(user, agency_ids=agencies, on=today),
        initial=initial,
    )


def run_delegation(request: StaffRequest, form: DelegateForm) -> bool:
    """Delegate as the form says; on a refusal put it into words and return False."""
    asked = form.cleaned_data
    try:
        delegations.delegate_roles(
            by=request.user,
            at=timezone.now(),
            role_ids=asked["roles"],
            to_id=asked["to"],
            first_day=asked["first_day"],
            last_day=asked["last_day"],
        )
    except MENDABLE as error:
        form.add_error(None, str(SAID[type(error)]))
        return False
    except services.NotInYourHouse as error:
        raise Http404 from error
    messages.success(request, _("Đã ủy quyền. Người làm thay được báo trong mục Thông báo."))
    return True


def run_revocation(request: StaffRequest, role_id: int) -> None:
    try:
        delegations.revoke_delegation(by=request.user, at=timezone.now(), role_id=role_id)
    except services.NotHeld:
        messages.info(request, _("Ủy quyền này đã hết hiệu lực từ trước."))
    except services.NotInYourHouse as error:
        raise Http404 from error
    else:
        messages.success(request, _("Đã thu hồi ủy quyền. Người kia không làm thay được nữa."))


def _role_of(request: StaffRequest, role_id: int) -> StaffRole:
    role = selectors.find_role(house_of(request), role_id=role_id)
    if role is None:
        raise Http404
    return role


def _is_live(role: StaffRole) -> bool:
    today = timezone.localdate()
    return role.ended_at is None and (role.valid_until is None or role.valid_until >= today)


def _rows_about(user: User) -> list[Row]:
    return [
        Row(_("Chức danh"), user.title),
        Row(_("Tên đăng nhập"), user.username),
        Row(_("Số điện thoại"), format_phone(user.phone)),
        Row(_("Thư điện tử"), user.email),
        Row(_("Tài khoản"), capfirst(_("đang dùng") if user.is_active else _("đã khóa"))),
    ]


def _about(
    request: StaffRequest, user: User, form: Any, *, title: str, lead: str = ""
) -> HttpResponse:
    return form_page(
        request,
        form,
        house=house_of(request),
        title=title,
        lead=lead or ", ".join(filter(None, [user.full_name, user.title])),
        back_url=reverse("accounts:unit_person", args=[user.pk]),
        back_text=user.full_name,
    )
