"""Who may let the public see content: a publisher, and not whoever edited it last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from accounts.enums import Role, Tier
from accounts.models import StaffRole, User
from accounts.selectors import list_roles
from portal.core.dates import local_day


class Edited(Protocol):
    """What has a draft: a revision, a workflow, a text of the portal."""

    pk: int
    edited_by_id: int | None


class NotAnEditor(Exception):
    """Whoever would change the catalogue holds no such role today."""


class NotAPublisher(Exception):
    """Whoever would publish holds no such role today; what a person edited, a person publishes."""


class OutsideAgency(Exception):
    """Whoever works for one agency decides for that one only, never for others or for a tier."""


class NotYetDecided(Exception):
    """The decision is dated after today: nothing is done under it yet."""


class OwnEdit(Exception):
    """Whoever edited something last does not publish it."""


def require_editor(user: User, *, at: datetime) -> None:
    """:raises NotAnEditor: if `user` works on no catalogue today."""
    if not any(one.role in {Role.EDITOR, Role.PUBLISHER} for one in _held(user, at=at)):
        raise NotAnEditor(user.pk)


def require_publisher(user: User, *, at: datetime) -> list[StaffRole]:
    """
    Return the roles under which `user` may publish today.

    :raises NotAPublisher: if there are none.
    """
    held = [one for one in _held(user, at=at) if one.role == Role.PUBLISHER]
    if not held:
        raise NotAPublisher(user.pk)
    return held


def needs_small_office(edited: Edited, publisher: User, *, at: datetime) -> bool:
    """
    Tell whether one person does both here, which only a commune of few people may.

    :raises NotAPublisher: if `publisher` may not publish now.
    :raises OwnEdit: if `publisher` edited it last, anywhere else.
    """
    held = require_publisher(publisher, at=at)
    if edited.edited_by_id != publisher.pk:
        return False
    if not any(_is_small_office(one) for one in held):
        raise OwnEdit(edited.pk)
    return True


def require_decided(decision_date: date, *, at: datetime) -> None:
    """:raises NotYetDecided: if the decision is of a day to come."""
    if decision_date > local_day(at):
        raise NotYetDecided(decision_date)


@dataclass(frozen=True, slots=True)
class Reach:
    """For whom somebody may prepare or decide on offers, local rules and posting sheets."""

    # At the province's root unit: for every agency, and for whole tiers.
    everywhere: bool
    agencies: frozenset[int]
    tiers: frozenset[str]

    def covers(self, unit_id: int | None) -> bool:
        """Tell whether this unit, or with None a whole tier, is within reach."""
        return self.everywhere or unit_id in self.agencies

    def check(self, unit_id: int | None) -> None:
        """:raises OutsideAgency: if this unit, or with None a whole tier, is out of reach."""
        if not self.covers(unit_id):
            raise OutsideAgency(unit_id)


def find_reach(user: User, *, at: datetime, publishes: bool) -> Reach:
    """
    Return for whom `user` may decide what is offered and asked, or, not to publish, prepare that.

    :raises NotAPublisher, NotAnEditor: if they hold no such role today.
    """
    if publishes:
        held = require_publisher(user, at=at)
    else:
        held = [one for one in _held(user, at=at) if one.role in {Role.EDITOR, Role.PUBLISHER}]
        if not held:
            raise NotAnEditor(user.pk)
    agencies = [one.unit.agency for one in held if one.unit.agency is not None]
    return Reach(
        everywhere=any(agency.parent_id is None for agency in agencies),
        agencies=frozenset(agency.pk for agency in agencies),
        tiers=frozenset(agency.tier for agency in agencies),
    )


def _held(user: User, *, at: datetime) -> list[StaffRole]:
    return list_roles(user, on=local_day(at))


def _is_small_office(role: StaffRole) -> bool:
    agency = role.unit.agency
    return agency is not None and agency.small_office and agency.tier != Tier.PROVINCE
