"""Who looked at a dossier: for its owner by role and unit, for the leader by name too."""

from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import UserKind
from dossiers.enums import AccessKind
from dossiers.models import Dossier, DossierAccess, StoredFile
from portal.core.dates import format_moment

PAGE_SIZE: Final = 30


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look: when, who (a role and a unit, or "ông/bà"), the name where it is shown, what."""

    when: str
    who: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Looks:
    rows: list[LookRow]
    page: "Page[DossierAccess]"


def list_looks_for_owner(dossier: Dossier, *, own: bool, page: str = "1") -> Looks:
    """Return who looked, by role and unit without a name; `own` adds the owner's own looks."""
    found = Q() if own else ~Q(user=dossier.owner_id)
    return _looks(dossier, found, page=page, named=False)


def list_looks_for_leader(dossier: Dossier, *, page: str = "1") -> Looks:
    """Return who looked, staff by name; citizens never."""
    return _looks(dossier, Q(), page=page, named=True)


def _looks(dossier: Dossier, found: Q, *, page: str, named: bool) -> Looks:
    looks = (
        DossierAccess.objects.filter(found, dossier=dossier)
        .select_related("user", "unit")
        .order_by("-at", "-pk")
    )
    chosen = Paginator(looks, PAGE_SIZE).get_page(page)
    shown = list(chosen.object_list)
    names: dict[object, str] = dict(
        StoredFile.objects.filter(pk__in={look.file for look in shown if look.file}).values_list(
            "pk", "name"
        )
    )
    rows = [
        LookRow(
            when=format_moment(look.at),
            who=_who(look, dossier, named=named),
            name=look.user.full_name if named and look.user and look.user.is_staff_member else "",
            what=_what(look, names.get(look.file, "")),
        )
        for look in shown
    ]
    return Looks(rows=rows, page=chosen)


def _who(look: DossierAccess, dossier: Dossier, *, named: bool) -> str:
    if look.user is None:
        return _("Người có mã gửi đến điện thoại hoặc thư điện tử ghi trong hồ sơ")
    if look.user_id == dossier.owner_id:
        return _("Người nộp hồ sơ") if named else _("Ông/bà")
    if look.user.kind == UserKind.CITIZEN:
        return _("Người được ủy quyền")
    role = look.get_role_display() or _("cán bộ")
    who = f"{role[:1].upper()}{role[1:]}"
    return f"{who}, {look.unit.name}" if look.unit else who


def _what(look: DossierAccess, name: str) -> str:
    what = AccessKind(look.kind).label
    text = f"{what}: {name}" if name and look.kind == AccessKind.FILE else str(what)
    return f"{text[:1].upper()}{text[1:]}"
