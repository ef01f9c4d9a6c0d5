"""The life events that the portal ships: put into a catalogue that has the procedures."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from portal.core import edition
from procedures.models import LifeEvent, LifeEventEntry, Procedure

_FILE = Path(__file__).resolve().parent.parent / "life_events.json"


@lru_cache(maxsize=1)
def _load() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


@transaction.atomic(durable=True)
def add_default_events() -> int:
    """
    Add the shipped events that are missing, and return how many were added.

    An event that an editor has changed or hidden is left alone; one of which no procedure is in
    the catalogue is not added.
    """
    last = LifeEvent.objects.aggregate(last=Max("position"))["last"] or 0
    taken = set(LifeEvent.objects.values_list("slug", flat=True))
    codes = {code for event in _load() for code, _need in event["entries"]}
    procedures = Procedure.objects.findable().filter(code__in=codes).in_bulk(field_name="code")
    added = 0
    for row in _load():
        entries = [(procedures[code], need) for code, need in row["entries"] if code in procedures]
        if row["slug"] in taken or not entries:
            continue
        added += 1
        event = LifeEvent.objects.create(
            **{name: row[name] for name in ("slug", "title", "summary", "introduction", "icon")},
            position=last + added,
            is_shown=True,
        )
        LifeEventEntry.objects.bulk_create(
            LifeEventEntry(event=event, procedure=procedure, need=need, position=position)
            for position, (procedure, need) in enumerate(entries, start=1)
        )
    edition.renew_on_commit()
    return added
