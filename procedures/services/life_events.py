"""What editors do with life events: each act at once public, and kept in the rows' history."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeVar

from django.db import transaction
from django.db.models import Max

from portal.core import edition
from portal.core.db import requires_transaction, wait_in_line
from portal.core.text import new_slug
from procedures.enums import ProcedureState
from procedures.models import LifeEvent, LifeEventEntry, Procedure

R = TypeVar("R", LifeEvent, LifeEventEntry)

MOST_ENTRIES: Final = 20
# Any number that nothing else takes.
_LOCK: Final = 5_774_002


class EventAbsent(Exception):
    """There is no such event, or no such entry of it."""


class OrderChanged(Exception):
    """What was to be moved stands elsewhere by now."""


class AlreadyThere(Exception):
    """The event has this procedure."""


class TooMany(Exception):
    """An event with so many procedures leads nobody."""


class NothingToShow(Exception):
    """An event without a procedure in force is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventText:
    """What an editor writes of an event."""

    title: str
    summary: str
    introduction: str
    icon: str


@transaction.atomic(durable=True)
def add_event(*, text: EventText) -> LifeEvent:
    """Add an event at the end, not shown yet."""
    # Two at once would take the same address.
    wait_in_line(_LOCK)
    last = LifeEvent.objects.aggregate(last=Max("position"))["last"] or 0
    slug = new_slug(
        text.title,
        taken=set(LifeEvent.objects.values_list("slug", flat=True)),
        plain="su-kien",
        letters=56,
    )
    return LifeEvent.objects.create(slug=slug, position=last + 1, **asdict(text))


@transaction.atomic(durable=True)
def change_event(*, event_id: int, text: EventText) -> LifeEvent:
    """
    Change the words of an event; its address stays, as others may have kept it.

    :raises EventAbsent: if there is none.
    """
    event = _lock(event_id)
    for name, value in asdict(text).items():
        setattr(event, name, value)
    event.save(update_fields=list(asdict(text)))
    return event


@transaction.atomic(durable=True)
def show_event(*, event_id: int, shown: bool) -> LifeEvent:
    """
    Show an event to the public, or hide it.

    :raises EventAbsent: if there is none.
    :raises NothingToShow: if no procedure of it is in force.
    """
    event = _lock(event_id)
    if shown and not event.entries.exclude(procedure__state=ProcedureState.REPEALED).exists():
        raise NothingToShow(event_id)
    event.is_shown = shown
    event.save(update_fields=["is_shown"])
    return event


@transaction.atomic(durable=True)
def move_event(*, event_id: int, seen_at: int, up: bool) -> None:
    """
    Move an event one place up or down.

    :param seen_at: which in the list it was when the editor saw it, from 0.
    :raises OrderChanged: if it stands elsewhere by now.
    """
    edition.renew_on_commit()
    events = list(LifeEvent.objects.select_for_update(of=("self",), no_key=True).order_by("pk"))
    events.sort(key=lambda event: (event.position, event.pk))
    moved = _moved(events, event_id, seen_at=seen_at, up=up)
    LifeEvent.objects.bulk_update(moved, ["position"])


@transaction.atomic(durable=True)
def add_entry(*, event_id: int, code: str, need: str) -> LifeEventEntry:
    """
    Add a procedure at the end of an event.

    :raises EventAbsent: if there is no such event.
    :raises NoSuchProcedure: if no procedure in force has this code.
    :raises AlreadyThere, TooMany: as they say.
    """
    event = _lock(event_id)
    procedure = Procedure.objects.findable().with_code(code)
    if event.entries.filter(procedure=procedure).exists():
        raise AlreadyThere(code)
    entries = event.entries.aggregate(last=Max("position"))
    if event.entries.count() >= MOST_ENTRIES:
        raise TooMany(event_id)
    return event.entries.create(procedure=procedure, need=need, position=(entries["last"] or 0) + 1)


@transaction.atomic(durable=True)
def change_entry(*, event_id: int, entry_id: int, need: str) -> None:
    """
    Change the sentence that says when a procedure is needed.

    :raises EventAbsent: if the event has no such entry.
    """
    entry = _entry(_lock(event_id), entry_id)
    entry.need = need
    entry.save(update_fields=["need"])


@transaction.atomic(durable=True)
def remove_entry(*, event_id: int, entry_id: int) -> None:
    """
    Take a procedure out of an event; an event left empty is not shown any more.

    :raises EventAbsent: if the event has no such entry.
    """
    event = _lock(event_id)
    _entry(event, entry_id).delete()
    if not event.entries.exists() and event.is_shown:
        event.is_shown = False
        event.save(update_fields=["is_shown"])


@transaction.atomic(durable=True)
def move_entry(*, event_id: int, entry_id: int, seen_at: int, up: bool) -> None:
    """
    Move a procedure one place up or down within its event.

    :raises EventAbsent: if there is no such event.
    :raises OrderChanged: if it stands elsewhere by now.
    """
    entries = list(_lock(event_id).entries.order_by("position", "pk"))
    moved = _moved(entries, entry_id, seen_at=seen_at, up=up)
    LifeEventEntry.objects.bulk_update(moved, ["position"])


@requires_transaction
def _lock(event_id: int) -> LifeEvent:
    event = (
        LifeEvent.objects.select_for_update(of=("self",), no_key=True).filter(pk=event_id).first()
    )
    if event is None:
        raise EventAbsent(event_id)
    edition.renew_on_commit()
    return event


def _entry(event: LifeEvent, entry_id: int) -> LifeEventEntry:
    entry = event.entries.filter(pk=entry_id).first()
    if entry is None:
        raise EventAbsent(entry_id)
    return entry


def _moved(rows: Sequence[R], moved: int, *, seen_at: int, up: bool) -> list[R]:
    """Return the rows in the new order, each with its new position."""
    ordered = list(rows)
    target = seen_at - 1 if up else seen_at + 1
    stands_there = 0 <= seen_at < len(ordered) and ordered[seen_at].pk == moved
    if not stands_there or not 0 <= target < len(ordered):
        raise OrderChanged(moved)
    ordered.insert(target, ordered.pop(seen_at))
    for position, row in enumerate(ordered, start=1):
        row.position = position
    return ordered
