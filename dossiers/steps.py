"""Opening and closing the work items of a dossier; at most one is open at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.enums import Role, UnitKind
from accounts.models import Unit, User
from accounts.selectors import get_work_calendar, list_roles
from dossiers import policies
from dossiers.enums import StepOutcome
from dossiers.models import Dossier, Step
from portal.core import calendars
from portal.core.dates import local_day
from portal.core.db import requires_transaction

RECEPTION = "reception"
RETURN = "return"
# Working hours that the desk has to tell the citizen that a result has come.
RETURN_HOURS = 8
# Steps that only say yes or no to what was worked out before them.
_SIGNING = frozenset({Role.LEADER, Role.REGISTRAR})


class NoSuchUnit(Exception):
    """The workflow names a division that the deciding agency does not have."""


class NoOpenStep(Exception):
    """Nobody has work on this dossier."""


@requires_transaction
def open_step(
    dossier: Dossier, *, key: str, name: str, unit: Unit, role: Role, at: datetime, hours: int
) -> Step:
    """Open the next work item of a locked dossier; `hours` are working hours from `at`."""
    number = dossier.steps.count() + 1
    calendar = get_work_calendar(dossier.deciding_unit)
    due_at = calendars.add_working_hours(at, hours, calendar).at if hours else None
    return Step.objects.create(
        dossier=dossier,
        number=number,
        key=key,
        name=name,
        unit=unit,
        role=role,
        opened_at=at,
        due_at=due_at,
    )


@requires_transaction
def close_step(
    step: Step, *, by: User | None, at: datetime, outcome: StepOutcome, note: str = ""
) -> None:
    """Close the open work item of a locked dossier."""
    step.closed_at = at
    step.closed_by = by
    step.outcome = outcome
    step.note = note
    step.save(update_fields=["closed_at", "closed_by", "outcome", "note"])


def get_open_step(dossier: Dossier) -> Step:
    """
    Return the open work item of a dossier, with its unit and assignee.

    :raises NoOpenStep: if there is none.
    """
    step = dossier.steps.open().select_related("unit", "assignee").first()
    if step is None:
        raise NoOpenStep(dossier.code)
    return step


@requires_transaction
def open_workflow_step(dossier: Dossier, *, index: int, at: datetime) -> Step:
    """Open step `index` (from 0) of the dossier's pinned workflow."""
    described: dict[str, Any] = workflow_steps(dossier)[index]
    return open_step(
        dossier,
        key=described["key"],
        name=described["name"],
        unit=resolve_unit(described["unit"], dossier=dossier),
        role=Role(described["role"]),
        at=at,
        hours=int(described["hours"]),
    )


def acceptor_ids(steps: Iterable[Step]) -> list[int]:
    """Return who accepted a dossier, the latest first: of its steps, receptions that were done."""
    done = [step for step in steps if step.key == RECEPTION and step.outcome == StepOutcome.DONE]
    found = [step.closed_by_id for step in reversed(done) if step.closed_by_id is not None]
    return list(dict.fromkeys(found))


@requires_transaction
def reopen_workflow_step(dossier: Dossier, *, index: int, at: datetime) -> Step:
    """Open step `index` of the workflow again, for whoever had it last if they may still do it."""
    key = workflow_steps(dossier)[index]["key"]
    last = (
        dossier.steps.exclude(assignee=None)
        .filter(key=key)
        .select_related("assignee")
        .order_by("-number")
        .first()
    )
    opened = open_workflow_step(dossier, index=index, at=at)
    holder = last.assignee if last else None
    if holder is not None and policies.can_work_on(opened, list_roles(holder, on=local_day(at))):
        opened.assignee = holder
        opened.claimed_at = at
        opened.save(update_fields=["assignee", "claimed_at"])
    return opened


def working_index(dossier: Dossier, *, until: int) -> int:
    """Return the last step up to `until` at which work is done, not signed or issued."""
    roles = [Role(described["role"]) for described in workflow_steps(dossier)][: until + 1]
    worked = [place for place, role in enumerate(roles) if role not in _SIGNING]
    return worked[-1] if worked else 0


def workflow_steps(dossier: Dossier) -> list[dict[str, Any]]:
    """Return the steps of the pinned workflow, empty when the procedure has none."""
    return list(dossier.workflow_version.steps) if dossier.workflow_version else []


def index_of(dossier: Dossier, key: str) -> int:
    """Return the place of a workflow step by its key, -1 for reception and return."""
    keys = [described["key"] for described in workflow_steps(dossier)]
    return keys.index(key) if key in keys else -1


def following_role(dossier: Dossier, step: Step) -> Role | None:
    """Return the role of the workflow step after `step`, None when it is the last."""
    described = workflow_steps(dossier)
    index = index_of(dossier, step.key) + 1
    return Role(described[index]["role"]) if index < len(described) else None


def resolve_unit(described: str, *, dossier: Dossier) -> Unit:
    """
    Return the unit that a workflow step names, in the words of WorkflowVersion.steps.

    :raises NoSuchUnit: if the deciding agency has no such division, or nobody such a unit.
    """
    if described == "receiving":
        return dossier.receiving_unit
    if described == "deciding":
        return dossier.deciding_unit
    if described.startswith("unit:"):
        found = Unit.objects.filter(key=described.removeprefix("unit:")).first()
    else:
        ending = described.removeprefix("division:")
        found = (
            Unit.objects.filter(
                agency=dossier.deciding_unit, kind=UnitKind.DIVISION, key__endswith=f"-{ending}"
            )
            .order_by("pk")
            .first()
        )
    if found is None:
        raise NoSuchUnit(described)
    return found
