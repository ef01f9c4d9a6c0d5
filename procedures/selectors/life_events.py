"""Life events as the public and their editors see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from procedures.enums import ProcedureState
from procedures.models import LifeEvent, LifeEventEntry
from procedures.selectors.result_rows import Row
from procedures.selectors.results import get_rows

_REPEALED = Q(procedure__state=ProcedureState.REPEALED)


class NoSuchEvent(Exception):
    """No such event is shown."""


@dataclass(frozen=True, slots=True)
class Tile:
    slug: str
    title: str
    summary: str
    icon: str


@dataclass(frozen=True, slots=True)
class Step:
    """One procedure of an event: when it is needed, and its facts."""

    number: int
    need: str
    row: Row


@dataclass(frozen=True, slots=True)
class EventPage:
    slug: str
    title: str
    summary: str
    introduction: str
    steps: tuple[Step, ...]
    others: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class EditedEntry:
    pk: int
    code: str
    name: str
    need: str
    is_repealed: bool
    is_first: bool
    is_last: bool


def list_tiles() -> list[Tile]:
    """Return the events that the public sees, in their order (1 query)."""
    return [_tile(event) for event in shown_events()]


def get_event(*, slug: str, on: date) -> EventPage:
    """
    Return an event with its procedures in force, in order, each with its facts (6 queries).

    :raises NoSuchEvent: if none of this address is shown.
    """
    shown = list(shown_events())
    event = next((one for one in shown if one.slug == slug), None)
    if event is None:
        raise NoSuchEvent(slug)
    entries = list(event.entries.exclude(_REPEALED))
    rows = get_rows([entry.procedure_id for entry in entries], on=on)
    return EventPage(
        slug=event.slug,
        title=event.title,
        summary=event.summary,
        introduction=event.introduction,
        steps=tuple(
            Step(number, entry.need, rows[entry.procedure_id])
            for number, entry in enumerate(entries, start=1)
        ),
        others=tuple(_tile(one) for one in shown if one is not event),
    )


def list_edited() -> QuerySet[LifeEvent]:
    """Return every event with how many procedures it has, and how many of them are repealed."""
    gone = Q(entries__procedure__state=ProcedureState.REPEALED)
    return LifeEvent.objects.annotate(
        entry_count=Count("entries"), repealed_count=Count("entries", filter=gone)
    ).order_by("position", "pk")


def list_entries(event: LifeEvent) -> list[EditedEntry]:
    """Return the procedures of an event, those that the public no longer sees included."""
    entries: Sequence[LifeEventEntry] = list(event.entries.select_related("procedure"))
    return [
        EditedEntry(
            pk=entry.pk,
            code=entry.procedure.code,
            name=entry.procedure.name,
            need=entry.need,
            is_repealed=entry.procedure.state == ProcedureState.REPEALED,
            is_first=number == 1,
            is_last=number == len(entries),
        )
        for number, entry in enumerate(entries, start=1)
    ]


def shown_events() -> QuerySet[LifeEvent]:
    """Return the events that the public sees, in their order."""
    in_force = LifeEventEntry.objects.filter(event=OuterRef("pk")).exclude(_REPEALED)
    return LifeEvent.objects.filter(Exists(in_force), is_shown=True).order_by("position", "pk")


def _tile(event: LifeEvent) -> Tile:
    return Tile(slug=event.slug, title=event.title, summary=event.summary, icon=event.icon)
