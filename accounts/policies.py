"""Who may hand out what: pure rules about roles, periods and people."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from accounts.enums import Role
from accounts.models import StaffRole
from accounts.models.users import LONGEST_DELEGATION

# Those who watch over the others are named by system administrators only.
WATCHERS: Final = frozenset({Role.AUDITOR, Role.SYSTEM_ADMIN})
GRANTABLE: Final = tuple(role for role in Role if role not in WATCHERS)
# Work that cannot wait for somebody to come back. Handing out roles can: the administrator of the
# unit above does it, and nobody gets the means to give themselves more.
DELEGABLE: Final = frozenset(
    {
        Role.CLERK,
        Role.OFFICER,
        Role.LEADER,
        Role.REGISTRAR,
        Role.CASHIER,
        Role.ACCOUNTANT,
        Role.SUPPORTER,
    }
)


def is_system_admin(roles: Iterable[StaffRole]) -> bool:
    return any(held.role == Role.SYSTEM_ADMIN for held in roles)


def grantable_by(roles: Iterable[StaffRole]) -> tuple[Role, ...]:
    """Return the roles that somebody with `roles` may give, wherever they administer."""
    return tuple(Role) if is_system_admin(roles) else GRANTABLE


def mixes_duties(role: Role, others: Iterable[StaffRole]) -> bool:
    """Tell whether somebody would both run the system and do the work of an office."""
    held = {other.role for other in others}
    if role == Role.SYSTEM_ADMIN:
        return bool(held - {Role.SYSTEM_ADMIN})
    return Role.SYSTEM_ADMIN in held


def overlaps(role: StaffRole, *, first: date, last: date | None) -> bool:
    """Tell whether the period of a role and the days from `first` to `last` share a day."""
    begins_before = last is None or role.valid_from <= last
    return begins_before and (role.valid_until is None or role.valid_until >= first)


def is_short_enough(*, first: date, last: date) -> bool:
    """Tell whether these days, first and last counted, are no more than a delegation may be."""
    return first <= last < first + LONGEST_DELEGATION


def covers(role: StaffRole, *, first: date, last: date) -> bool:
    """Tell whether a role is held on every day from `first` to `last`."""
    return role.valid_from <= first and (role.valid_until is None or role.valid_until >= last)
