"""Procedures of one name: a list shows the one to take first, the others behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from procedures.search import bare_name
from procedures.selectors.filters import TIER_NAMES, Entry, Filters
from procedures.vocabulary import plain

# How the authorities of a province or commune are written in the record.
_LOCAL: Final = ("ubnd ", "uy ban nhan dan ")


@dataclass(frozen=True, slots=True)
class Namesakes:
    """One name of a list: the procedure that stands for it, and the others that bear it."""

    first: Entry
    others: tuple[Entry, ...] = ()


def once_each(entries: Iterable[Entry], filters: Filters) -> list[Namesakes]:
    """
    Return the names of some procedures in their order, each once.

    The record holds one procedure under a code for every province that has published it again.
    Who is served here reads that one; else the one that tells most, a ministry's before a
    province's.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(bare_name(entry.name), []).append(entry)
    names = []
    for group in groups.values():
        # Sorting keeps the order of the answer among equals.
        first, *others = sorted(group, key=lambda entry: _rank(entry, filters))
        names.append(Namesakes(first, tuple(others)))
    return names


def describe(entry: Entry) -> str:
    """Say by whom a procedure was published and which tier carries it out, "" for neither."""
    tiers = [str(name).lower() for slug, name in TIER_NAMES.items() if slug in entry.kind.tiers]
    return ", ".join(filter(None, [entry.publisher, " – ".join(tiers)]))


def _rank(entry: Entry, filters: Filters) -> tuple[int, bool, bool]:
    is_local = plain(entry.publisher).startswith(_LOCAL)
    return -entry.kind.level(filters), not entry.kind.content.unpaid, is_local
