"""The only writer of a dossier's state, version and due date; every write appends its event."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import Unit, User
from accounts.selectors import get_work_calendar
from dossiers import lifecycle
from dossiers.enums import Action, DossierState
from dossiers.models import ClockPause, Dossier, DossierEvent, Extension, Step
from dossiers.models.events import BEHALF
from portal.core import calendars
from portal.core.db import requires_transaction

Data = Mapping[str, Any]


def require_version(dossier: Dossier, version: int | None) -> None:
    """
    Refuse an action chosen on an older view of a locked dossier; None asks for no check.

    :raises lifecycle.StaleVersion: if the dossier has moved on.
    """
    if version is not None and dossier.version != version:
        raise lifecycle.StaleVersion(dossier.code)


@requires_transaction
def record_submission(
    dossier: Dossier, *, by: User | None, at: datetime, data: Data | None = None
) -> DossierEvent:
    """Append the first event of a dossier just stored as SUBMITTED."""
    return _append(dossier, Action.SUBMIT, source="", by=by, unit=None, at=at, data=data)


@requires_transaction
def apply(
    dossier: Dossier,
    action: Action,
    *,
    by: User | None,
    at: datetime,
    unit: Unit | None = None,
    changed: Sequence[str] = (),
    data: Data | None = None,
) -> DossierEvent:
    """
    Move a locked dossier along one edge, saving the fields `changed` with it.

    The clock stops on the way into SUPPLEMENT and PAYMENT and goes on when the dossier leaves
    them: the due date then moves by the working minutes in between.

    :raises lifecycle.ForbiddenTransition: if the table has no such edge.
    """
    source = dossier.lifecycle_state
    target = lifecycle.target_of(action, source=source, resume=dossier.lifecycle_resume)
    details = dict(data or {})
    if source in lifecycle.WAITING_FOR_CITIZEN:
        details |= _end_pause(dossier, at=at)
    if target in lifecycle.WAITING_FOR_CITIZEN:
        ClockPause.objects.create(dossier=dossier, state=target, started_at=at)
    if target not in lifecycle.OPEN or dossier.due_at is None:
        # No date runs any more that a leader could still put off.
        Extension.objects.waiting().filter(dossier=dossier).update(closed_at=at, closed_by=by)
    dossier.state = target
    dossier.resume_state = lifecycle.resume_of(source=source, target=target) or ""
    dossier.state_changed_at = at
    dossier.version += 1
    dates = ["due_at", "due_notes", "answer_due_at"]
    fields = ["state", "resume_state", "state_changed_at", "version", *dates]
    dossier.save(update_fields=[*fields, *changed])
    return _append(dossier, action, source=source, by=by, unit=unit, at=at, data=details)


@requires_transaction
def note(
    dossier: Dossier,
    action: Action,
    *,
    by: User | None,
    at: datetime,
    unit: Unit | None = None,
    changed: Sequence[str] = (),
    data: Data | None = None,
) -> DossierEvent:
    """Record on a locked dossier something that leaves its state as it is."""
    dossier.version += 1
    dossier.save(update_fields=["version", *changed])
    return _append(dossier, action, source=dossier.state, by=by, unit=unit, at=at, data=data)


@requires_transaction
def set_due(dossier: Dossier, computed: calendars.Computed | None) -> None:
    """
    Fix the due date and its explanation on a locked dossier; None means that none is given.

    Not saved here: the caller's `apply` saves both with the state.
    """
    dossier.due_at = computed.at if computed else None
    dossier.due_notes = calendars.notes_to_json(computed.notes) if computed else []


@requires_transaction
def extend_due(dossier: Dossier, *, to: datetime, number: int, at: datetime) -> None:
    """
    Move the due date of a locked dossier to one that a leader has set, and its open step with it.

    The step moves by the same working minutes; one whose time would be over even then gets the new
    date. The dossier is not saved here: the caller's `note` saves both fields with the event.
    """
    before = dossier.due_at
    if before is None:
        raise ValueError(dossier.code)
    computed = calendars.extended(before, to, number=number)
    dossier.due_at = computed.at
    dossier.due_notes = [*dossier.due_notes, *calendars.notes_to_json(computed.notes)]
    step = Step.objects.open().filter(dossier=dossier).first()
    if step is not None and step.due_at is not None:
        calendar = get_work_calendar(dossier.deciding_unit)
        minutes = calendars.working_minutes_between(before, to, calendar)
        moved = calendars.shift(step.due_at, minutes, calendar).at
        step.due_at = moved if moved > at else computed.at
        step.save(update_fields=["due_at"])


def _end_pause(dossier: Dossier, *, at: datetime) -> dict[str, Any]:
    pause = ClockPause.objects.select_for_update(of=("self",)).get(
        dossier=dossier, ended_at__isnull=True
    )
    calendar = get_work_calendar(dossier.deciding_unit)
    pause.ended_at = at
    pause.minutes = calendars.working_minutes_between(pause.started_at, at, calendar)
    pause.save(update_fields=["ended_at", "minutes"])
    if dossier.due_at is not None and pause.minutes:
        shifted = calendars.shift(dossier.due_at, pause.minutes, calendar)
        dossier.due_at = shifted.at
        dossier.due_notes = [*dossier.due_notes, *calendars.notes_to_json(shifted.notes)]
    if dossier.accepted_at is None:
        # The agency has as long to answer as it had left when it began to wait.
        dossier.answer_due_at = calendars.shift(dossier.answer_due_at, pause.minutes, calendar).at
    step = Step.objects.open().filter(dossier=dossier).first()
    if step is not None and step.due_at is not None and pause.minutes:
        step.due_at = calendars.shift(step.due_at, pause.minutes, calendar).at
        step.save(update_fields=["due_at"])
    return {"pause_minutes": pause.minutes}


def _append(
    dossier: Dossier,
    action: Action,
    *,
    source: str,
    by: User | None,
    unit: Unit | None,
    at: datetime,
    data: Data | None,
) -> DossierEvent:
    # The dossier row is locked (or new), so nobody else can append between these two.
    last = (
        DossierEvent.objects.filter(dossier=dossier)
        .order_by("-sequence")
        .values_list("sequence", "hash")
        .first()
    )
    sequence, previous = (last[0] + 1, last[1]) if last else (1, "")
    absent = {} if by is None or dossier.acting_for is None else {BEHALF: dossier.acting_for}
    event = DossierEvent(
        dossier=dossier,
        sequence=sequence,
        action=action,
        source=source,
        target=dossier.state,
        actor=by,
        unit=unit,
        occurred_at=at,
        data={**(data or {}), **absent, "due_at": _iso(dossier.due_at)},
        previous_hash=previous,
    )
    event.hash = hash_of(event)
    event.save(force_insert=True)
    return event


def hash_of(event: DossierEvent) -> str:
    """Return the SHA-256 that chains an event to the one before it."""
    content = [
        event.dossier_id,
        event.sequence,
        event.action,
        event.source,
        event.target,
        event.actor_id,
        event.unit_id,
        _iso(event.occurred_at),
        event.data,
        event.previous_hash,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken_event(dossier: Dossier) -> DossierEvent | None:
    """Return the first event whose hash or link does not hold, None when the chain is whole."""
    previous = ""
    for sequence, event in enumerate(dossier.events.order_by("sequence"), start=1):
        is_whole = (
            event.sequence == sequence
            and event.previous_hash == previous
            and event.hash == hash_of(event)
        )
        if not is_whole:
            return event
        previous = event.hash
    return None


def state_of(dossier: Dossier) -> DossierState:
    """Return the state that replaying the events gives, to compare with the row."""
    last = dossier.events.order_by("-sequence").values_list("target", flat=True).first()
    return DossierState(last or DossierState.SUBMITTED)


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment and timezone.is_aware(moment) else None
