"""What the pages of the unit administrator share: their frame, and errors in words."""

from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.forms.units import UnitForm
from accounts.models import Unit, User
from accounts.requests import StaffRequest
from accounts.selectors import units as selectors
from accounts.selectors.units import House
from accounts.services import delegations, invitations, roles, staff_access, unit_settings

administrators_only = staff_required(Role.UNIT_ADMIN, Role.SYSTEM_ADMIN)

# What somebody can mend, or should know, in words.
SAID: Final[dict[type[Exception], str | Promise]] = {
    roles.ToOneself: gettext_lazy("Không ai tự giao, tự thôi hoặc tự mở quyền của chính mình."),
    roles.NotYoursToGive: gettext_lazy("Vai trò này chỉ quản trị hệ thống được giao và thu hồi."),
    roles.AlreadyHeld: gettext_lazy(
        "Người này đã giữ vai trò đó ở đơn vị đó trong khoảng ngày đã chọn."
    ),
    roles.MixedDuties: gettext_lazy(
        "Quản trị hệ thống không kiêm vai trò xử lý hồ sơ, và ngược lại."
    ),
    roles.BadPeriod: gettext_lazy(
        "Kiểm tra lại ngày: không ở trước hôm nay, ngày cuối không trước ngày đầu, "
        "và không sau ngày kết thúc đã ghi."
    ),
    roles.NotHeld: gettext_lazy(
        "Vai trò này không còn, hoặc không kéo dài hết những ngày đã chọn."
    ),
    delegations.NotDelegable: gettext_lazy(
        "Vai trò này không ủy quyền được: vai trò làm thay và vai trò quản trị phải giao riêng."
    ),
    delegations.NotAColleague: gettext_lazy(
        "Người làm thay phải là cán bộ đang làm việc ở cùng cơ quan."
    ),
    delegations.TooLong: gettext_lazy(
        "Mỗi lần ủy quyền tối đa 30 ngày; hết hạn thì ủy quyền tiếp."
    ),
    delegations.NothingChosen: gettext_lazy("Chọn ít nhất một vai trò."),
    staff_access.AlreadySo: gettext_lazy("Tài khoản đã ở trạng thái này."),
    staff_access.WorksElsewhere: gettext_lazy(
        "Người này còn làm việc ở đơn vị khác; quản trị của đơn vị cấp trên mới khóa, mở được."
    ),
    invitations.NoAddress: gettext_lazy("Tài khoản chưa có thư điện tử để gửi đường dẫn."),
    invitations.NotWaiting: gettext_lazy("Lời mời không còn chờ nhận, hoặc tài khoản đang khóa."),
    unit_settings.BadHours: gettext_lazy("Các buổi làm việc phải nối tiếp nhau, không trùng giờ."),
    unit_settings.DayIsPast: gettext_lazy("Chỉ thêm, sửa, xóa được những ngày sau hôm nay."),
    unit_settings.DayTaken: gettext_lazy("Lịch đã có ngày này. Sửa hoặc xóa dòng đã có."),
    unit_settings.DayMeansNothing: gettext_lazy(
        "Ngày nghỉ phải rơi vào thứ Hai đến thứ Sáu, ngày làm bù vào thứ Bảy hoặc Chủ nhật."
    ),
    unit_settings.NotAbove: gettext_lazy("Chỉ quản trị của đơn vị cấp trên đổi được chế độ này."),
}
MENDABLE: Final = tuple(SAID)


def house_of(request: StaffRequest) -> House:
    """Return what the administrator looks after today."""
    return selectors.get_house(request.roles, on=timezone.localdate())


def person_of(house: House, person_id: int) -> User:
    """Return a person of the house, or the same 404 for a stranger and for nobody."""
    person = selectors.find_person(house, user_id=person_id)
    if person is None:
        raise Http404
    return person


def agency_of(house: House, unit_id: int) -> Unit:
    agency = selectors.find_agency(house, unit_id=unit_id)
    if agency is None:
        raise Http404
    return agency


def frame(house: House, *, current: str) -> dict[str, Any]:
    """Return what the frame of these pages shows: the place and the links at the side."""
    people = reverse("accounts:unit_people")
    agencies = house.agencies
    links = [{"label": _("Cán bộ"), "url": people, "current": current == people}]
    if len(agencies) > 1:
        url = reverse("accounts:unit_agencies")
        links.append({"label": _("Cơ quan"), "url": url, "current": current == url})
    else:
        for agency in agencies:
            pages = ((_("Giờ làm việc, liên hệ"), "unit_hours"), (_("Lịch nghỉ"), "unit_calendar"))
            for label, name in pages:
                url = reverse(f"accounts:{name}", args=[agency.pk])
                links.append({"label": label, "url": url, "current": current == url})
    return {"place": house.name, "links": links}


def form_page(
    request: StaffRequest,
    form: UnitForm,
    *,
    house: House | None,
    title: str,
    back_url: str,
    back_text: str,
    lead: str = "",
    warning: str = "",
) -> HttpResponse:
    """Render a page that is one form: 422 with errors."""
    context: dict[str, Any] = {
        "form": form,
        "title": title,
        "lead": lead,
        "warning": warning,
        "back_url": back_url,
        "back_text": back_text,
        **(frame(house, current=request.path) if house else {"place": "", "links": []}),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/units/form.html", context, status=status)
