"""Who may do what to a dossier. Pure predicates over roles held now, with raising twins."""

from collections.abc import Iterable

from accounts.enums import IdentityLevel, Role
from accounts.models import StaffRole, User
from dossiers.models import Dossier, Step


class NotYourDossier(Exception):
    """The person may not perform this action on this dossier."""


def can_withdraw(dossier: Dossier, citizen: User) -> bool:
    """Tell whether a citizen may take a dossier back: not whoever only holds a mandate."""
    return is_own(dossier, citizen)


def is_own(dossier: Dossier, citizen: User) -> bool:
    """Tell whether a dossier is a citizen's own, or of the organisation for which they act now."""
    holds_mandate = citizen.acting is not None and citizen.acting.mandate_id is not None
    return dossier.is_of(citizen) and not holds_mandate


def is_known_well_enough(person: User, *, required: str, by_eid: bool) -> bool:
    """
    Tell whether somebody is known as surely as a procedure requires of who files online.

    `by_eid` says that this very session was opened, or confirmed, by electronic identity: where
    that is required, a password does not stand for it, whatever the account has proved before.
    """
    weakest_first = list(IdentityLevel)
    level = weakest_first.index(IdentityLevel(person.identity_level))
    if level < weakest_first.index(IdentityLevel(required)):
        return False
    return by_eid or required != IdentityLevel.EID


class OwnAffair(NotYourDossier):
    """The dossier is about the very person who would work on it."""


def held_role(
    roles: Iterable[StaffRole], role: Role | str, unit_id: int, *, assignee_id: int | None = None
) -> StaffRole | None:
    """
    Return the role by which somebody with `roles` acts here, None if they do not hold it.

    Their own counts before one held for somebody absent, unless that person has the work in hand.
    """
    held = [one for one in roles if one.role == role and one.unit_id == unit_id]
    for one in held:
        if assignee_id is not None and one.on_behalf_of_id == assignee_id:
            return one
    return min(held, key=lambda one: one.on_behalf_of_id is not None, default=None)


def can_work_on(step: Step, roles: Iterable[StaffRole]) -> bool:
    """Tell whether someone with `roles` holds the role of the step in the step's unit."""
    return any(role.role == step.role and role.unit_id == step.unit_id for role in roles)


def require_work_on(step: Step, roles: Iterable[StaffRole]) -> StaffRole:
    """
    Return the role by which the step is worked on.

    :raises NotYourDossier: if the step belongs to another role or unit.
    """
    role = held_role(roles, step.role, step.unit_id, assignee_id=step.assignee_id)
    if role is None:
        raise NotYourDossier(step.pk)
    return role


def stands_in_for(step: Step, roles: Iterable[StaffRole]) -> bool:
    """Tell whether whoever has the step in hand is absent, and their work is done with `roles`."""
    role = held_role(roles, step.role, step.unit_id, assignee_id=step.assignee_id)
    return (
        role is not None
        and step.assignee_id is not None
        and (role.on_behalf_of_id == step.assignee_id)
    )


def holds(roles: Iterable[StaffRole], role: Role, unit_id: int) -> bool:
    return any(held.role == role and held.unit_id == unit_id for held in roles)


def can_take_cash(dossier: Dossier, roles: Iterable[StaffRole]) -> bool:
    return holds(roles, Role.CASHIER, dossier.receiving_unit_id)


def can_lead(dossier: Dossier, roles: Iterable[StaffRole]) -> bool:
    return holds(roles, Role.LEADER, dossier.deciding_unit_id)


def require_lead(dossier: Dossier, roles: Iterable[StaffRole]) -> StaffRole:
    """
    Return the role by which the person leads.

    :raises NotYourDossier: if the person does not lead the deciding agency.
    """
    role = held_role(roles, Role.LEADER, dossier.deciding_unit_id)
    if role is None:
        raise NotYourDossier(dossier.pk)
    return role


# Whoever works on dossiers reads them whole; a cashier needs the name and the sum.
READERS = frozenset({Role.CLERK, Role.OFFICER, Role.LEADER, Role.REGISTRAR})


def can_read(roles: Iterable[StaffRole]) -> bool:
    """Tell whether staff who may open a dossier also read its answers, papers and numbers."""
    return any(role.role in READERS for role in roles)


def can_read_dossier(
    dossier: Dossier, roles: Iterable[StaffRole], *, step_units: Iterable[int]
) -> bool:
    """
    Tell whether staff read this dossier, not just some dossier.

    A cashier of this desk may be a clerk of another: there they read, here they take money.
    """
    held = list(roles)
    units = set(step_units)
    return (
        holds(held, Role.CLERK, dossier.receiving_unit_id)
        or holds(held, Role.LEADER, dossier.deciding_unit_id)
        or holds(held, Role.REGISTRAR, dossier.deciding_unit_id)
        or any(role.role == Role.OFFICER and role.unit_id in units for role in held)
    )


def capacity(dossier: Dossier, roles: Iterable[StaffRole]) -> StaffRole | None:
    """
    Return the role in which staff look at this dossier, None for who holds none that leads to it.

    The reading ones first, for who holds several. An officer's is one in the deciding agency, or
    any: steps, which would tell the division, are not asked for.
    """
    held = list(roles)
    here = {
        (Role.CLERK, dossier.receiving_unit_id),
        (Role.LEADER, dossier.deciding_unit_id),
        (Role.REGISTRAR, dossier.deciding_unit_id),
    }
    officers = [one for one in held if one.role == Role.OFFICER]
    wanted = [
        *(one for one in held if (one.role, one.unit_id) in here),
        *(one for one in officers if one.unit.agency_id == dossier.deciding_unit.agency_id),
        *officers,
        *(one for one in held if one.unit_id == dossier.receiving_unit_id),
        *held,
    ]
    return next(iter(wanted), None)


def reads_names(dossier: Dossier, roles: Iterable[StaffRole]) -> bool:
    """Tell whether a list names the applicant in full: not to who only takes the money."""
    found = capacity(dossier, roles)
    return found is not None and found.role in READERS


def can_fix_fees(dossier: Dossier, roles: Iterable[StaffRole]) -> bool:
    """Tell whether someone may fix an undetermined amount: a clerk of the desk, or the leader."""
    held = list(roles)
    return can_lead(dossier, held) or holds(held, Role.CLERK, dossier.receiving_unit_id)


def require_fix_fees(dossier: Dossier, roles: Iterable[StaffRole]) -> StaffRole:
    """
    Return the role by which amounts are fixed.

    :raises NotYourDossier: if the person may not fix amounts here.
    """
    held = list(roles)
    role = held_role(held, Role.LEADER, dossier.deciding_unit_id) or held_role(
        held, Role.CLERK, dossier.receiving_unit_id
    )
    if role is None:
        raise NotYourDossier(dossier.pk)
    return role


def is_own_affair(dossier: Dossier, person: User) -> bool:
    """
    Tell whether a member of staff is a party of the dossier, or handed it in as a citizen.

    Asked by identity number (one query): staff and citizen have accounts of their own.
    """
    number = person.identity_hash
    if not number or not person.is_staff_member:
        return False
    if dossier.owner is not None and dossier.owner.identity_hash == number:
        return True
    return dossier.parties.filter(identity_hash=number).exists()


def require_not_own_affair(dossier: Dossier, person: User) -> None:
    """:raises OwnAffair: if the dossier is about the person who would work on it."""
    if is_own_affair(dossier, person):
        raise OwnAffair(dossier.pk)


def can_hand_back(dossier: Dossier, roles: Iterable[StaffRole]) -> bool:
    """Tell whether someone may hand back what was stopped: a clerk of the desk that took it in."""
    return holds(roles, Role.CLERK, dossier.receiving_unit_id)


def require_hand_back(dossier: Dossier, roles: Iterable[StaffRole]) -> StaffRole:
    """
    Return the role by which it is handed back.

    :raises NotYourDossier: if the desk is not that of the person.
    """
    role = held_role(roles, Role.CLERK, dossier.receiving_unit_id)
    if role is None:
        raise NotYourDossier(dossier.pk)
    return role
