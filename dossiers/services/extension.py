"""A promised date that will not be kept: the apology with a new date, before the old one lapses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import get_work_calendar, list_staff
from dossiers import issuing, notices, transitions
from dossiers.enums import Action, DossierState, ExtensionCause
from dossiers.models import Dossier, Extension
from dossiers.services.processing import ReasonMissing, SamePerson, lock_as_leader
from dossiers.services.reception import lock_for_work
from portal.core import calendars
from portal.core.dates import local_day, to_local
from portal.core.db import requires_transaction

# Law: Decree 61/2018, the result is promised anew once at most; a special law may allow more.
WITHOUT_GROUND: Final = 1
# While the citizen is the next actor the clock stands still: nothing is late then.
RUNNING: Final = frozenset({DossierState.ACCEPTED, DossierState.PROCESSING})


class NothingPromised(Exception):
    """The dossier has no running date that could be moved."""


class NotLater(Exception):
    """The new date is not after the promised one, or not in the future."""


class NotWorkingTime(Exception):
    """At the new date the agency is closed."""


class GroundMissing(Exception):
    """A further extension names no rule that allows it."""


class AlreadyProposed(Exception):
    """A proposal waits for the leader's answer already."""


class NothingProposed(Exception):
    """No proposal waits, or another one than the page showed."""


@dataclass(frozen=True, slots=True)
class NewDate:
    """What an extension says: the new date, whose fault it is, why, and by which rule again."""

    due_at: datetime
    cause: ExtensionCause
    reason: str
    ground: str = ""


@transaction.atomic(durable=True)
def extend_due_date(
    *, dossier_id: int, by: User, at: datetime, version: int | None, new: NewDate
) -> Extension:
    """
    Apologise for a date that will not be kept, and set a new one; for the leader, who signs.

    The law asks for it a day before the date lapses; a late apology is taken and shown as late.
    A proposal that waits is overtaken by it.

    :raises policies.NotYourDossier: if `by` does not lead the deciding agency.
    :raises lifecycle.StaleVersion: if somebody changed the dossier meanwhile.
    :raises NothingPromised: if no date runs: not accepted, waiting for the citizen, or decided.
    :raises NotLater, NotWorkingTime: if the new date cannot be promised.
    :raises ReasonMissing: if no reason is given.
    :raises GroundMissing: if it is not the first, and names no rule.
    """
    dossier = lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)
    extension = _drafted(dossier, new, at=at)
    close_waiting(dossier, by=by, at=at)
    return _grant(extension, by=by, at=at)


@transaction.atomic(durable=True)
def propose_extension(
    *, dossier_id: int, by: User, at: datetime, version: int | None, new: NewDate
) -> Extension:
    """
    Put an apology with a new date before the leader; for whoever has the open step.

    :raises policies.NotYourDossier, reception.StepTaken, steps.NoOpenStep: as claim_step.
    :raises AlreadyProposed: if one waits.
    :raises lifecycle.StaleVersion, NothingPromised, NotLater, NotWorkingTime, ReasonMissing,
        GroundMissing: as extend_due_date.
    """
    dossier, step = lock_for_work(dossier_id=dossier_id, by=by, at=at, version=version)
    extension = _drafted(dossier, new, at=at)
    if dossier.extensions.waiting().exists():
        raise AlreadyProposed(dossier.code)
    extension.proposed_by = by
    extension.proposed_at = at
    extension.save()
    transitions.note(
        dossier,
        Action.PROPOSE_EXTENSION,
        by=by,
        at=at,
        unit=step.unit,
        data={"proposed_due_at": extension.new_due_at.isoformat(), "cause": extension.cause},
    )
    leaders = list_staff(unit_id=dossier.deciding_unit_id, role=Role.LEADER, on=local_day(at))
    notices.queue_extension_proposed(extension, people=leaders, at=at)
    return extension


@transaction.atomic(durable=True)
def approve_extension(*, dossier_id: int, by: User, at: datetime, version: int | None) -> Extension:
    """
    Sign the apology that somebody proposed; two people, always.

    :raises SamePerson: if `by` proposed it, or acts for whoever did.
    :raises NothingProposed: if none waits.
    :raises policies.NotYourDossier, lifecycle.StaleVersion, NothingPromised, NotLater,
        NotWorkingTime, GroundMissing: as extend_due_date.
    """
    dossier = lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)
    extension = _waiting(dossier)
    if extension.proposed_by_id in {by.pk, dossier.acting_for}:
        raise SamePerson(dossier.code)
    new = NewDate(
        due_at=extension.new_due_at,
        cause=ExtensionCause(extension.cause),
        reason=extension.reason,
        ground=extension.ground,
    )
    # A pause may have moved the promised date since the proposal.
    extension.due_before = _require_sound(dossier, new, at=at)
    return _grant(extension, by=by, at=at)


@transaction.atomic(durable=True)
def decline_extension(
    *, dossier_id: int, by: User, at: datetime, version: int | None, note: str
) -> Extension:
    """
    Turn a proposal down: the promised date stands, and the proposer is told why.

    :raises ReasonMissing: if `note` is empty.
    :raises NothingProposed: if none waits.
    :raises policies.NotYourDossier, lifecycle.StaleVersion: as extend_due_date.
    """
    if not note.strip():
        raise ReasonMissing(dossier_id)
    dossier = lock_as_leader(dossier_id=dossier_id, by=by, at=at, version=version)
    extension = _waiting(dossier)
    extension.closed_by = by
    extension.closed_at = at
    extension.closed_note = note.strip()
    extension.save(update_fields=["closed_by", "closed_at", "closed_note"])
    transitions.note(dossier, Action.DECLINE_EXTENSION, by=by, at=at, unit=dossier.deciding_unit)
    notices.queue_extension_declined(extension, at=at)
    return extension


@requires_transaction
def close_waiting(dossier: Dossier, *, by: User, at: datetime) -> None:
    """Close a proposal that something else has overtaken, on a locked dossier."""
    dossier.extensions.waiting().update(closed_by=by, closed_at=at)


def moment_on(day: date, dossier: Dossier) -> datetime:
    """
    Return the moment of `day` at which a result is promised: the same clock time as before.

    :raises NothingPromised: if the dossier has no date.
    """
    if dossier.due_at is None:
        raise NothingPromised(dossier.code)
    before = to_local(dossier.due_at)
    return datetime.combine(day, before.time(), tzinfo=before.tzinfo)


def _require_sound(dossier: Dossier, new: NewDate, *, at: datetime) -> datetime:
    """Return the promised date of a locked dossier, after checking all that `new` says."""
    if dossier.due_at is None or dossier.state not in RUNNING:
        raise NothingPromised(dossier.code)
    if not new.reason.strip():
        raise ReasonMissing(dossier.code)
    if new.due_at <= dossier.due_at or new.due_at <= at:
        raise NotLater(dossier.code)
    if not calendars.is_working_moment(new.due_at, get_work_calendar(dossier.deciding_unit)):
        raise NotWorkingTime(dossier.code)
    if needs_ground(dossier) and not new.ground.strip():
        raise GroundMissing(dossier.code)
    return dossier.due_at


def _drafted(dossier: Dossier, new: NewDate, *, at: datetime) -> Extension:
    return Extension(
        dossier=dossier,
        due_before=_require_sound(dossier, new, at=at),
        # To the minute that slips print.
        new_due_at=new.due_at.replace(second=0, microsecond=0),
        cause=new.cause,
        reason=new.reason.strip(),
        ground=new.ground.strip(),
    )


def needs_ground(dossier: Dossier) -> bool:
    """Tell whether the next extension of a dossier must name the rule that allows it."""
    return dossier.extensions.granted().count() >= WITHOUT_GROUND


def _waiting(dossier: Dossier) -> Extension:
    extension = dossier.extensions.waiting().select_related("proposed_by").first()
    if extension is None:
        raise NothingProposed(dossier.code)
    return extension


def _grant(extension: Extension, *, by: User, at: datetime) -> Extension:
    dossier = extension.dossier
    extension.number = dossier.extensions.granted().count() + 1
    extension.approved_by = by
    extension.approved_at = at
    extension.save()
    transitions.extend_due(dossier, to=extension.new_due_at, number=extension.number, at=at)
    transitions.note(
        dossier,
        Action.EXTEND,
        by=by,
        at=at,
        unit=dossier.deciding_unit,
        changed=["due_at", "due_notes"],
        data={
            "number": extension.number,
            "before": extension.due_before.isoformat(),
            "cause": extension.cause,
            "is_late": extension.is_late,
        },
    )
    issuing.issue_apology(extension, by=by, at=at)
    notices.queue_extended(extension, at=at)
    return extension
