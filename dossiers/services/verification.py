"""Whether what is stored about dossiers still holds together; reads only."""

from collections.abc import Iterator
from typing import Final

from dossiers import transitions
from dossiers.enums import DossierState
from dossiers.lifecycle import OPEN
from dossiers.models import Dossier
from portal.core.audit import BrokenRow
from portal.core.dates import local_day

# Somebody works on these, or waits with them for the citizen.
HELD: Final = frozenset({*OPEN, DossierState.DECIDED})


def find_broken_events() -> Iterator[BrokenRow]:
    """Yield the first event of each dossier that does not fit its chain."""
    dossiers = Dossier.objects.only("pk").order_by("pk")
    for dossier in dossiers.iterator(chunk_size=500):
        event = transitions.first_broken_event(dossier)
        if event is not None:
            yield BrokenRow(
                "dossiers_dossierevent",
                event.pk,
                local_day(event.occurred_at),
                f"event {event.sequence} does not fit its chain",
            )


def find_broken_dossiers() -> Iterator[str]:
    """Yield one line for each dossier whose history, state or open step does not hold."""
    dossiers = Dossier.objects.defer("answers", "sealed_answers").order_by("pk")
    for dossier in dossiers.iterator(chunk_size=500):
        broken = transitions.first_broken_event(dossier)
        if broken is not None:
            yield f"{dossier.code}: event {broken.sequence} does not fit its chain"
        if transitions.state_of(dossier) != dossier.state:
            yield f"{dossier.code}: state {dossier.state} is not what its events say"
        held = dossier.steps.open().count()
        if dossier.state in HELD and held != 1:
            yield f"{dossier.code}: {held} open steps"
