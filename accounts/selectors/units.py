"""Reads of the unit administrator: whom and what they look after, never more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q

from accounts import policies
from accounts.enums import Role, UserKind
from accounts.models import AccountMerge, CalendarDay, StaffRole, Unit, User
from accounts.models.users import StaffRoleQuerySet, UserQuerySet
from portal.core.text import fold

PAGE_SIZE: Final = 30


@dataclass(frozen=True, slots=True)
class House:
    """The units that somebody administers, in the order of the tree."""

    units: Sequence[Unit]
    # Those that the administrator was given themselves, not the ones below them.
    top_ids: frozenset[int]

    @property
    def ids(self) -> set[int]:
        return {unit.pk for unit in self.units}

    @property
    def agencies(self) -> list[Unit]:
        return [unit for unit in self.units if unit.agency_id == unit.pk]

    @property
    def name(self) -> str:
        return next((unit.name for unit in self.units), "")


def get_house(roles: Iterable[StaffRole], *, on: date) -> House:
    """
    Return what somebody with `roles` administers: their units with all below (one query).

    A system administrator looks after every unit.
    """
    held = list(roles)
    everything = policies.is_system_admin(held)
    top_ids = frozenset(
        role.unit_id for role in held if role.role == Role.UNIT_ADMIN and not role.on_behalf_of_id
    )
    if not everything and not top_ids:
        return House((), top_ids)
    children: dict[int | None, list[Unit]] = {}
    by_id: dict[int, Unit] = {}
    for unit in Unit.objects.in_force(on=on).order_by("pk"):
        by_id[unit.pk] = unit
        children.setdefault(unit.parent_id, []).append(unit)
    starts = children.get(None, []) if everything else [by_id[pk] for pk in top_ids if pk in by_id]
    found: dict[int, Unit] = {}
    waiting = sorted(starts, key=lambda unit: unit.pk, reverse=True)
    while waiting:
        unit = waiting.pop()
        if unit.pk not in found:
            found[unit.pk] = unit
            waiting += reversed(children.get(unit.pk, []))
    return House(tuple(found.values()), top_ids)


def may_mark_small(house: House, unit: Unit, *, is_system_admin: bool) -> bool:
    """Tell whether the administrator stands above the agency, not in it."""
    return is_system_admin or (unit.pk in house.ids and unit.pk not in house.top_ids)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff with the roles that the administrator may see."""

    user: User
    roles: Sequence[StaffRole]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of the list of people."""

    page: Page[User]
    people: Sequence[Person]


def list_people(
    house: House, *, asked: str, unit_id: int | None, page: str, on: date
) -> PeoplePage:
    """Return the people of the house by name, narrowed by words and by one of its units."""
    units = house.ids if unit_id is None else house.ids & {unit_id}
    people = _people_of(units).order_by("folded_name", "pk")
    for word in fold(asked).split():
        people = people.filter(
            Q(folded_name__contains=word) | Q(username__icontains=word) | Q(email__icontains=word)
        )
    page_of = Paginator(people, PAGE_SIZE).get_page(page)
    users = list(page_of.object_list)
    live = StaffRole.objects.live(on=on).filter(unit__in=house.ids, user__in=users)
    held: dict[int, list[StaffRole]] = {}
    for role in _in_order(live):
        held.setdefault(role.user_id, []).append(role)
    return PeoplePage(page_of, [Person(user, held.get(user.pk, [])) for user in users])


def find_person(house: House, *, user_id: int) -> User | None:
    """Return somebody who has, or had, a role in the house; None for everybody else."""
    return _people_of(house.ids).filter(pk=user_id).first()


def list_person_roles(house: House, user: User) -> list[StaffRole]:
    """Return the roles of a person in the house, those of today and of the past."""
    return list(_in_order(StaffRole.objects.filter(user=user, unit__in=house.ids)))


def list_given_away(user: User, *, on: date) -> list[StaffRole]:
    """Return what others hold, or will hold, for an absent person."""
    return list(_in_order(StaffRole.objects.live(on=on).filter(on_behalf_of=user)))


def list_held_for_others(user: User, *, on: date) -> list[StaffRole]:
    """Return what a person holds, or will hold, for somebody absent."""
    return list(_in_order(StaffRole.objects.live(on=on).delegated().filter(user=user)))


def list_own_roles(user: User, *, on: date) -> list[StaffRole]:
    """Return the roles of a person that may be delegated, now or from a later day."""
    return list(
        _in_order(
            StaffRole.objects.live(on=on).own().filter(user=user, role__in=policies.DELEGABLE)
        )
    )


def list_colleagues(user: User, *, agency_ids: Iterable[int], on: date) -> list[User]:
    """Return the active staff of some agencies, without `user` themselves."""
    held = StaffRole.objects.in_force(on=on).filter(
        user=OuterRef("pk"), unit__agency__in=list(agency_ids)
    )
    people = User.objects.staff().usable().filter(Exists(held)).exclude(pk=user.pk)
    return list(people.order_by("folded_name", "pk"))


def has_role_outside(user: User, house: House, *, on: date) -> bool:
    """Tell whether a person works for a unit that the administrator does not look after."""
    return StaffRole.objects.live(on=on).filter(user=user).exclude(unit__in=house.ids).exists()


def find_role(house: House, *, role_id: int) -> StaffRole | None:
    """Return a role held in the house, with its people."""
    roles = StaffRole.objects.filter(pk=role_id, unit__in=house.ids)
    return roles.select_related("user", "unit", "on_behalf_of").first()


def find_agency(house: House, *, unit_id: int) -> Unit | None:
    return next((unit for unit in house.agencies if unit.pk == unit_id), None)


def list_days(unit: Unit, *, since: date) -> list[CalendarDay]:
    return list(unit.calendar_days.filter(on__gte=since).order_by("on"))


def find_day(unit: Unit, *, day_id: int) -> CalendarDay | None:
    return unit.calendar_days.filter(pk=day_id).first()


def _people_of(unit_ids: Iterable[int]) -> UserQuerySet:
    held = StaffRole.objects.filter(user=OuterRef("pk"), unit__in=list(unit_ids))
    people: UserQuerySet = User.objects.filter(Exists(held), kind=UserKind.STAFF, merged_into=None)
    return people


def _in_order(roles: StaffRoleQuerySet) -> StaffRoleQuerySet:
    return roles.select_related("user", "unit", "on_behalf_of", "granted_by").order_by(
        F("ended_at").asc(nulls_first=True), "-valid_from", "pk"
    )


def count_merges(roles: Iterable[StaffRole]) -> int:
    """Return how many proposals to merge accounts wait for somebody with `roles` (one query)."""
    units = [role.unit for role in roles if role.role == Role.UNIT_ADMIN]
    agencies = {unit.agency_id or unit.pk for unit in units}
    return AccountMerge.objects.waiting().filter(agency__in=agencies).count()
