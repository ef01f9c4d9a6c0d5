"""Reads about units and people that other apps need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import DayKind, PayWay, Role
from accounts.models import CalendarDay, CollectingAccount, EidLink, StaffRole, Unit, User
from portal.core.calendars import WorkCalendar
from portal.core.countries import COUNTRIES
from portal.core.identity import format_phone, mask_identity_number
from portal.notices.models import Notice, NoticeQuerySet


def get_work_calendar(agency: Unit) -> WorkCalendar:
    """
    Return the office hours, days off and make-up days of an agency (one query).

    :raises ValueError: if the unit is not an agency with office hours.
    """
    return get_work_calendars([agency])[agency.pk]


def get_work_calendars(agencies: Iterable[Unit]) -> dict[int, WorkCalendar]:
    """
    Return the calendars of several agencies by their ids (one query).

    :raises ValueError: if one of them is not an agency with office hours.
    """
    chosen = {agency.pk: agency for agency in agencies}
    days: dict[int, list[tuple[date, str, str]]] = {key: [] for key in chosen}
    rows = CalendarDay.objects.filter(unit__in=chosen).order_by("on")
    for unit_id, on, kind, name in rows.values_list("unit_id", "on", "kind", "name"):
        days[unit_id].append((on, kind, name))
    return {key: _work_calendar(agency, days[key]) for key, agency in chosen.items()}


def _work_calendar(agency: Unit, rows: list[tuple[date, str, str]]) -> WorkCalendar:
    if not agency.office_hours:
        msg = f"{agency.key} has no office hours"
        raise ValueError(msg)
    return WorkCalendar(
        office_hours=tuple(
            (time.fromisoformat(opens), time.fromisoformat(closes))
            for opens, closes in agency.office_hours
        ),
        days_off={on: name for on, kind, name in rows if kind == DayKind.OFF},
        make_up={on: name for on, kind, name in rows if kind == DayKind.MAKE_UP},
    )


def list_roles(user: User, *, on: date) -> list[StaffRole]:
    """Return the roles that a member of staff holds on a day, with their units (one query)."""
    return list(
        StaffRole.objects.in_force(on=on)
        .filter(user=user)
        .select_related("unit", "unit__agency")
        .order_by("pk")
    )


def roles_in(roles: Iterable[StaffRole], *kinds: Role) -> set[int]:
    """Return the ids of the units in which one of `kinds` is held."""
    return {role.unit_id for role in roles if role.role in kinds}


def list_staff(*, unit_id: int, role: Role, on: date) -> list[User]:
    """Return who holds a role in a unit on a day, by name (one query)."""
    held = (
        StaffRole.objects.in_force(on=on)
        .filter(unit=unit_id, role=role, user__is_active=True)
        .select_related("user")
        .order_by("user__folded_name", "user")
    )
    return list({row.user_id: row.user for row in held}.values())


def list_holders(role: Role, *, on: date) -> list[User]:
    """Return who holds a role in whatever unit on a day, by name (one query)."""
    held = (
        StaffRole.objects.in_force(on=on)
        .filter(role=role, user__is_active=True)
        .select_related("user")
        .order_by("user__folded_name", "user")
    )
    return list({row.user_id: row.user for row in held}.values())


def names_of(user_ids: Iterable[int]) -> dict[int, str]:
    """Return names by id (one query, none for nobody)."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "full_name"))


def get_collecting_account(*, agency_id: int, way: PayWay, on: date) -> CollectingAccount | None:
    """Return the account into which an agency takes money this way on a day (one query)."""
    accounts = CollectingAccount.objects.in_force(on=on).taking(way).filter(unit=agency_id)
    return accounts.order_by("-valid_from").first()


def collects_online(unit: Unit, *, on: date) -> bool:
    """Tell whether the agency of a unit takes money online on a day (one query)."""
    agency_id = unit.agency_id or unit.pk
    return get_collecting_account(agency_id=agency_id, way=PayWay.VNPAY, on=on) is not None


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a summary list."""

    label: str
    value: str
    change_url: str = ""


def list_own_data(user: User) -> list[Row]:
    """Return what the portal keeps about a person, for that person: the number masked."""
    if user.is_staff_member:
        return [
            Row(_("Họ và tên"), user.full_name),
            Row(_("Tên đăng nhập"), user.username),
            Row(_("Chức danh"), user.title),
            Row(_("Số điện thoại"), format_phone(user.phone)),
            Row(_("Thư điện tử"), user.email),
        ]
    return [
        Row(_("Họ và tên"), user.full_name),
        *_identity_rows(user),
        Row(_("Mức xác nhận"), _sentence(user.get_identity_level_display())),
        Row(_("Ngày sinh"), f"{user.date_of_birth:%d/%m/%Y}" if user.date_of_birth else ""),
        Row(_("Số điện thoại"), format_phone(user.phone), reverse("accounts:change_phone")),
        Row(_("Thư điện tử"), _email_words(user), reverse("accounts:change_email")),
        Row(_("Nơi cư trú"), user.address),
    ]


def _email_words(user: User) -> str:
    if user.email and not user.email_verified_at:
        return _("%(email)s (chưa xác nhận)") % {"email": user.email}
    return user.email


def _identity_rows(user: User) -> list[Row]:
    masked = mask_identity_number(user.identity_number)
    if not user.has_passport:
        return [Row(_("Số định danh cá nhân"), masked)]
    return [
        Row(_("Số hộ chiếu"), masked),
        Row(_("Quốc tịch"), COUNTRIES.get(user.nationality, user.nationality)),
    ]


def get_eid_link(user: User, *, issuer: str) -> EidLink | None:
    """Return the live link of an account to a provider of electronic identities (one query)."""
    return EidLink.objects.filter(user=user, issuer=issuer, ended_at__isnull=True).first()


def list_inbox(user: User) -> NoticeQuerySet:
    """Return what stands in a person's inbox, newest first: of those for whom they act now."""
    return Notice.objects.for_recipient(user.pk, context=user.acting_key)


def count_unread(user: User) -> int:
    return list_inbox(user).unread().count()


def _sentence(label: str) -> str:
    return label[:1].upper() + label[1:]
