"""The directory: where people go, when it is open, whom to call, what can be filed there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Tier, UnitKind
from accounts.models import Unit
from accounts.selectors import get_work_calendars
from portal.core.calendars import WorkCalendar
from portal.core.dates import format_day, local_day, to_local
from portal.core.text import fold, sort_key
from procedures.enums import ProcedureState
from procedures.models import Offer
from procedures.naming import short_name
from procedures.selectors.filters import TIER_NAMES, TIER_SLUGS
from procedures.selectors.serving import load_contents, load_units, serving

PAGE_SIZE: Final = 30
SHOWN_PROCEDURES: Final = 10
_OPEN_ONLINE: Final = 3


class NoSuchUnit(Exception):
    """No agency or desk of this key exists today."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a place is open at this moment, in words."""

    is_open: bool
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """How a place is reached; "" where that is not known."""

    name: str
    address: str
    phone: str
    tel: str
    email: str
    reception_note: str


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    name: str
    desk: str
    url: str
    address: str
    phone: str
    tel: str
    opening: Opening | None


@dataclass(frozen=True, slots=True)
class TierChip:
    name: str
    query: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """One page of the directory, narrowed by words and by tier."""

    asked: str
    tier: str
    page: Page[Unit]
    rows: tuple[DirectoryRow, ...]
    tiers: tuple[TierChip, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A procedure that is filed at a place."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything about one place."""

    name: str
    agency: Contact
    desks: tuple[Contact, ...]
    hours: tuple[str, ...]
    opening: Opening | None
    days_off: tuple[str, ...]
    procedures: int
    online: tuple[Filed, ...]
    online_count: int
    search_url: str


def get_directory(*, asked: str, tier: str, page: str, at: datetime) -> Directory:
    """Return the agencies whose name, desk or address holds the words asked (two queries)."""
    units = _units(at)
    desks = _desks(units)
    words = fold(asked).split()
    agencies = [
        unit
        for unit in units
        if unit.kind == UnitKind.AGENCY and _matches(unit, desks.get(unit.pk, []), words)
    ]
    agencies.sort(key=lambda unit: (unit.tier != Tier.COMMUNE, sort_key(unit.name), unit.pk))
    chips = tuple(
        TierChip(
            name=str(TIER_NAMES[slug]),
            query=urlencode([("q", asked), ("cap", slug)] if asked else [("cap", slug)]),
            count=sum(unit.tier == kind for unit in agencies),
            current=slug == tier,
        )
        for kind, slug in TIER_SLUGS.items()
    )
    chosen = [unit for unit in agencies if not tier or TIER_SLUGS.get(unit.tier) == tier]
    shown = Paginator(chosen, PAGE_SIZE).get_page(page)
    calendars = get_work_calendars(unit for unit in shown.object_list if unit.office_hours)
    rows = tuple(
        _row(unit, desks.get(unit.pk, []), calendars.get(unit.pk), at=at)
        for unit in shown.object_list
    )
    query = urlencode([(name, value) for name, value in (("q", asked), ("cap", tier)) if value])
    return Directory(asked, tier, shown, rows, chips, query)


def get_unit_page(key: str, *, at: datetime) -> UnitPage:
    """
    Return the page of an agency or a desk that exists today (five queries).

    :raises NoSuchUnit: if there is none; divisions are no places to go to.
    """
    on = local_day(at)
    unit = (
        Unit.objects.in_force(on=on)
        .filter(key=key, kind__in=[UnitKind.AGENCY, UnitKind.ONE_STOP])
        .select_related("agency")
        .first()
    )
    if unit is None:
        raise NoSuchUnit(key)
    agency = unit.agency or unit
    desks = list(
        Unit.objects.in_force(on=on).filter(agency=agency, kind=UnitKind.ONE_STOP).order_by("pk")
    )
    if unit.kind == UnitKind.ONE_STOP:
        desks = [unit]
    calendar = get_work_calendars([agency]).get(agency.pk) if agency.office_hours else None
    offered = _offered(agency, at=at)
    online = [row for row, is_online in offered if is_online]
    return UnitPage(
        name=unit.name,
        agency=_contact(agency),
        desks=tuple(_contact(desk) for desk in desks),
        hours=_hours_in_words(agency),
        opening=_opening(calendar, at=at) if calendar else None,
        days_off=_next_days_off(calendar, at=at) if calendar else (),
        procedures=len(offered),
        online=tuple(online[:SHOWN_PROCEDURES]),
        online_count=len(online),
        search_url=f"{reverse('procedures:search')}?{urlencode({'co_quan': agency.key})}",
    )


def _units(at: datetime) -> list[Unit]:
    rows = Unit.objects.in_force(on=local_day(at)).filter(
        Q(kind=UnitKind.AGENCY) | Q(kind=UnitKind.ONE_STOP)
    )
    return list(rows.order_by("pk"))


def _desks(units: Iterable[Unit]) -> dict[int, list[Unit]]:
    desks: dict[int, list[Unit]] = {}
    for unit in units:
        if unit.kind == UnitKind.ONE_STOP and unit.agency_id is not None:
            desks.setdefault(unit.agency_id, []).append(unit)
    return desks


def _matches(agency: Unit, desks: list[Unit], words: list[str]) -> bool:
    if not words:
        return True
    places = [agency, *desks]
    text = fold(" ".join(f"{one.name} {one.place_name} {one.address}" for one in places))
    return all(word in text for word in words)


def _row(
    agency: Unit, desks: list[Unit], calendar: WorkCalendar | None, *, at: datetime
) -> DirectoryRow:
    # People go to the desk; the agency behind it is named as well.
    place = _contact(desks[0] if desks else agency)
    own = _contact(agency)
    phone, tel = (place.phone, place.tel) if place.phone else (own.phone, own.tel)
    return DirectoryRow(
        name=agency.name,
        desk=desks[0].name if desks else "",
        url=reverse("procedures:unit", args=[agency.key]),
        address=place.address or own.address,
        phone=phone,
        tel=tel,
        opening=_opening(calendar, at=at) if calendar else None,
    )


def _contact(unit: Unit) -> Contact:
    return Contact(
        name=unit.name,
        address=unit.address,
        phone=unit.phone,
        tel="".join(sign for sign in unit.phone if sign.isdigit() or sign == "+"),
        email=unit.email,
        reception_note=unit.reception_note,
    )


def _hours_in_words(agency: Unit) -> tuple[str, ...]:
    """Return one line a session: "Sáng: 07:30 đến 11:30"."""
    lines = []
    for opens, closes in agency.office_hours:
        if opens < "12:00":
            name = _("Sáng") if closes <= "13:00" else _("Cả ngày")
        else:
            name = _("Chiều") if opens < "18:00" else _("Tối")
        lines.append(
            _("%(name)s: %(opens)s đến %(closes)s")
            % {"name": name, "opens": opens, "closes": closes}
        )
    return tuple(lines)


def _opening(calendar: WorkCalendar, *, at: datetime) -> Opening:
    """Say whether the agency works now and when that changes."""
    now = to_local(at).replace(second=0, microsecond=0)
    day, clock = now.date(), now.time()
    if calendar.is_working_day(day):
        for opens, closes in calendar.office_hours:
            if opens <= clock < closes:
                return Opening(True, _("Đang mở cửa, đến %s") % f"{closes:%H:%M}")
            if clock < opens:
                return Opening(False, _("Đang nghỉ, mở lại lúc %s hôm nay") % f"{opens:%H:%M}")
    reason = calendar.days_off.get(day, "")
    try:
        following = calendar.next_working_day(day)
    except ValueError:
        return Opening(False, _("Đang nghỉ"))
    when = {"opens": _clock(calendar.opening), "day": format_day(following), "reason": reason}
    if reason:
        return Opening(False, _("Hôm nay nghỉ: %(reason)s. Mở lại %(day)s, %(opens)s") % when)
    return Opening(False, _("Đang nghỉ, mở lại %(day)s, %(opens)s") % when)


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


def _next_days_off(calendar: WorkCalendar, *, at: datetime) -> tuple[str, ...]:
    """Return the next days on which the agency departs from its week, the nearest first."""
    today = local_day(at)
    days = [
        *((day, _("nghỉ: %s") % name) for day, name in calendar.days_off.items()),
        *((day, _("làm bù: %s") % name) for day, name in calendar.make_up.items()),
    ]
    near = sorted(day for day in days if 0 <= (day[0] - today).days <= 60)
    return tuple(f"{format_day(day)}, {words}" for day, words in near[:6])


def _offered(agency: Unit, *, at: datetime) -> list[tuple[Filed, bool]]:
    """Return the published procedures that are filed with an agency, and whether online."""
    on = local_day(at)
    offers: dict[int, list[Offer]] = {}
    for offer in (
        Offer.objects.in_force(on=on)
        .filter(
            Q(unit=agency) | Q(unit__isnull=True, tier=agency.tier),
            procedure__state=ProcedureState.PUBLISHED,
        )
        .select_related("procedure")
        .annotate(everyday=F("procedure__current_revision__everyday_name"))
        .order_by("procedure__sort_key", "procedure", "-valid_from", "pk")
    ):
        offers.setdefault(offer.procedure_id, []).append(offer)
    units = load_units(on=on).only(agency)
    contents = load_contents((given[0].procedure for given in offers.values()), on=on)
    found = []
    for pk, given in offers.items():
        for one in serving(given, units, content=contents[pk]):
            # The everyday name, as in every other list.
            everyday: str = given[0].everyday  # type: ignore[attr-defined]  # annotated
            procedure = given[0].procedure
            filed = Filed(procedure.code, everyday or short_name(procedure.name))
            found.append((filed, one.level >= _OPEN_ONLINE))
    return found
