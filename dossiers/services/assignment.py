"""Who holds the open step of a dossier: several claims at once, and the leader's hand in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_staff
from dossiers import policies, steps, transitions
from dossiers.enums import Action
from dossiers.models import Dossier, Step
from dossiers.services.processing import claim_step, lock_as_leader
from dossiers.services.reception import StepTaken
from portal.core.dates import local_day


class NotACandidate(Exception):
    """The person does not hold the role of the step in its unit."""


class ClaimResult(Enum):
    CLAIMED = auto()
    TAKEN = auto()
    NOT_YOURS = auto()
    NOTHING_OPEN = auto()


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of one row of a bulk claim; `step` is the colleague's when it was TAKEN."""

    dossier_id: int
    result: ClaimResult
    step: Step | None = None


def claim_steps(*, dossier_ids: Sequence[int], by: User, at: datetime) -> list[Claim]:
    """Claim several open steps, each in a transaction of its own and judged for itself."""
    return [_claim(dossier_id, by=by, at=at) for dossier_id in dossier_ids]


def _claim(dossier_id: int, *, by: User, at: datetime) -> Claim:
    try:
        claim_step(dossier_id=dossier_id, by=by, at=at, version=None)
    except StepTaken as error:
        return Claim(dossier_id, ClaimResult.TAKEN, error.step)
    except policies.NotYourDossier:
        return Claim(dossier_id, ClaimResult.NOT_YOURS)
    except steps.NoOpenStep:
        return Claim(dossier_id, ClaimResult.NOTHING_OPEN)
    return Claim(dossier_id, ClaimResult.CLAIMED)


@transaction.atomic(durable=True)
def reassign_step(
    *, dossier_id: int, by: User, at: datetime, version: int | None, to_id: int | None
) -> Dossier:
    """
    Take the open step from whoever holds it: give it to `to_id`, or to nobody, free to claim.

    :raises policies.NotYourDossier: if `by` does not lead the deciding agency.
    :raises NotACandidate: if `to_id` does not hold the role of the step in its unit today.
    :raises lifecycle.StaleVersion: if somebody changed the dossier meanwhile.
    :raises steps.NoOpenStep: if nobody has work on it.
    """
    dossier = lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)
    step = steps.get_open_step(dossier)
    staff = list_staff(unit_id=step.unit_id, role=Role(step.role), on=local_day(at))
    if to_id is not None and to_id not in {user.pk for user in staff}:
        raise NotACandidate(to_id)
    previous = step.assignee_id
    step.assignee_id = to_id
    step.claimed_at = None if to_id is None else at
    step.save(update_fields=["assignee", "claimed_at"])
    transitions.note(
        dossier,
        Action.CLAIM,
        by=by,
        at=at,
        unit=step.unit,
        data={"step": step.key, "reassigned_from": previous, "reassigned_to": to_id},
    )
    return dossier
