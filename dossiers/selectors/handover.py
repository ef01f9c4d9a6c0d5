"""What somebody has in hand, by role and unit, and who could go on with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.enums import Role
from accounts.models import Unit, User
from accounts.selectors import list_staff
from dossiers.models import Step


@dataclass(frozen=True, slots=True)
class Bundle:
    """The open steps of one person in one role of one unit."""

    unit: Unit
    role: Role
    step_ids: tuple[int, ...]
    candidates: tuple[User, ...]

    @property
    def key(self) -> str:
        return f"{self.unit.pk}-{self.role.value}"


def list_bundles(person: User, *, unit_ids: Iterable[int], on: date) -> list[Bundle]:
    """Return what a person has in hand in some units, with everybody who holds the same role."""
    steps = (
        Step.objects.open()
        .filter(assignee=person, unit__in=list(unit_ids))
        .select_related("unit")
        .order_by("unit", "role", "pk")
    )
    found: dict[tuple[int, str], list[Step]] = {}
    for step in steps:
        found.setdefault((step.unit_id, step.role), []).append(step)
    return [
        Bundle(
            unit=held[0].unit,
            role=Role(role),
            step_ids=tuple(step.pk for step in held),
            candidates=tuple(
                one
                for one in list_staff(unit_id=unit_id, role=Role(role), on=on)
                if one.pk != person.pk
            ),
        )
        for (unit_id, role), held in found.items()
    ]
