"""What the auditor reads: events and looks of the whole portal, citizens by initials only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from accounts.enums import Role
from accounts.models import SecurityEvent, User
from accounts.security import label_of
from dossiers.codes import clean_code
from dossiers.enums import AccessKind
from dossiers.models import DossierAccess
from portal.core.dates import LOCAL_ZONE, format_moment
from portal.core.identity import mask_name
from portal.operations.models import AuditDigest

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line: when, what, whose or by whom, and the facts that stand with it."""

    when: str
    what: str
    who: str
    more: str


@dataclass(frozen=True, slots=True)
class Log:
    rows: list[LogRow]
    page: "Page[Any]"


def list_events(chosen: Mapping[str, Any], *, page: str) -> Log:
    """Return security events, newest first."""
    events = SecurityEvent.objects.select_related("user", "actor").order_by("-at", "-pk")
    if chosen.get("loai"):
        events = events.filter(kind=chosen["loai"])
    shown = Paginator(events.filter(**_period(chosen)), PAGE_SIZE).get_page(page)
    return Log(
        rows=[
            LogRow(
                when=format_moment(event.at),
                what=label_of(event.kind),
                who=_name(event.user),
                more=_more(event),
            )
            for event in shown.object_list
        ],
        page=shown,
    )


def list_looks(chosen: Mapping[str, Any], *, page: str) -> Log:
    """Return who opened which dossier, newest first."""
    looks = DossierAccess.objects.select_related("user", "unit", "dossier").only(
        "at", "kind", "role", "unit__name", "dossier__code", "user__full_name", "user__kind"
    )
    if chosen.get("ma"):
        looks = looks.filter(dossier__code=clean_code(chosen["ma"]) or "")
    looks = looks.filter(**_period(chosen)).order_by("-at", "-pk")
    shown = Paginator(looks, PAGE_SIZE).get_page(page)
    return Log(
        rows=[
            LogRow(
                when=format_moment(look.at),
                what=f"{look.dossier.code}, {AccessKind(look.kind).label}",
                who=_name(look.user),
                more=", ".join(
                    filter(
                        None,
                        [
                            str(Role(look.role).label) if look.role else _("người dân"),
                            look.unit.name if look.unit else "",
                        ],
                    )
                ),
            )
            for look in shown.object_list
        ],
        page=shown,
    )


def last_sealed_day() -> date | None:
    """Return the last day whose records are sealed."""
    last: date | None = (
        AuditDigest.objects.order_by("-sequence").values_list("day", flat=True).first()
    )
    return last


def _period(chosen: Mapping[str, Any]) -> dict[str, datetime]:
    start, end = chosen.get("tu"), chosen.get("den")
    found = {}
    if start:
        found["at__gte"] = datetime.combine(start, time(), tzinfo=LOCAL_ZONE)
    if end and end < date.max:
        found["at__lt"] = datetime.combine(end + timedelta(days=1), time(), tzinfo=LOCAL_ZONE)
    return found


def _name(user: User | None) -> str:
    if user is None:
        return _("không rõ ai")
    if user.is_staff_member:
        return f"{user.full_name} (#{user.pk})"
    return f"{mask_name(user.full_name)} (#{user.pk})"


# What the keys of an event's data are called; a key that is not here stands as it is.
FACTS: Final[dict[str, str | Promise]] = {
    "acting": gettext_lazy("làm thay"),
    "devices": gettext_lazy("thiết bị"),
    "mandate": gettext_lazy("ủy quyền số"),
    "merge": gettext_lazy("đề nghị gộp số"),
    "method": gettext_lazy("cách"),
    "organisation": gettext_lazy("tổ chức số"),
    "page": gettext_lazy("trang"),
    "representative": gettext_lazy("người đại diện số"),
    "request": gettext_lazy("yêu cầu số"),
    "unit": gettext_lazy("đơn vị số"),
}


def _more(event: SecurityEvent) -> str:
    facts = [f"{FACTS.get(key, key)}: {value}" for key, value in sorted(event.data.items())]
    if event.actor_id not in {None, event.user_id}:
        facts.insert(0, _("do %s") % _name(event.actor))
    return ", ".join(facts)
