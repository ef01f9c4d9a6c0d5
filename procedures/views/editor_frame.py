"""What the pages of the catalogue's editors share: who may open them, and their menu."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.decorators import staff_required
from accounts.enums import Role
from accounts.requests import StaffRequest

editors_only = staff_required(Role.EDITOR, Role.PUBLISHER)
publishers_only = staff_required(Role.PUBLISHER)

# The page that each entry opens, by the name of its address; one entry for each kind of work.
MENU: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("procedures:editor_home", _("Danh mục thủ tục")),
    ("procedures:editor_exchange", _("Nhập, xuất danh mục")),
    ("procedures:editor_findings", _("Cần xem lại sau khi nhập")),
    ("procedures:editor_offers", _("Dịch vụ của đơn vị")),
    ("procedures:editor_articles", _("Bài viết")),
    ("procedures:editor_events", _("Sự kiện")),
    ("procedures:editor_search", _("Tìm kiếm")),
    ("procedures:editor_sheets", _("Bảng niêm yết")),
)


def is_publisher(request: StaffRequest) -> bool:
    """Tell whether the reader publishes somewhere, for what a page offers; use cases ask again."""
    return any(role.role == Role.PUBLISHER for role in request.roles)


@dataclass(frozen=True, slots=True)
class MenuLink:
    label: str | Promise
    url: str
    current: bool


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    menu: str = "procedures:editor_home",
    status: int = 200,
) -> HttpResponse:
    """Render a page of the editors in its frame; `menu` names the entry that it belongs to."""
    links = [MenuLink(label, reverse(name), current=name == menu) for name, label in MENU]
    return render(request, template, {**context, "menu": links}, status=status)
