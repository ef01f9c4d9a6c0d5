"""How many services each level has, and the public list of those that can be filed online."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _

from portal.core.dates import format_short_day
from portal.core.text import sort_key
from procedures.enums import ServiceMode
from procedures.levels import LEVEL_WORDS
from procedures.models import Offer
from procedures.naming import WHOLE_TIER, name_some, short_name
from procedures.search import read_question
from procedures.selectors.filters import LEVEL_NAMES, TIER_NAMES, TIER_SLUGS, Entry
from procedures.selectors.kinds import Catalogue, find
from procedures.selectors.serving import Served, serving

LISTED_FROM: Final = 3
_TIERS: Final = tuple(TIER_SLUGS)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many services stand at one level: at each tier in the order of the tiers, and in all."""

    # 0 stands for procedures known by name only, or not yet served anywhere.
    level: int
    words: str
    by_tier: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Service:
    """One procedure at the units that serve it alike, under one decision."""

    code: str
    title: str
    official: str
    field: str
    units: str
    mode: str
    decision: str
    decided_on: str


@dataclass(frozen=True, slots=True)
class Group:
    """The services of one level."""

    level: int
    words: str
    services: tuple[Service, ...]
    procedures: int


@dataclass(frozen=True, slots=True)
class LevelsPage:
    tiers: tuple[str, ...]
    tallies: tuple[Tally, ...]
    sums: Tally
    groups: tuple[Group, ...]
    on: date


def get_levels_page(*, on: date) -> LevelsPage:
    """Return the counts of every level, and the services of levels 3 and 4 (4 queries)."""
    catalogue = find(read_question(""), on=on)
    counted = _count(catalogue)
    tallies = [_tally(level, counted) for level in (4, 3, 2, 1)]
    if counted[0]["all"]:
        tallies.append(_tally(0, counted))
    return LevelsPage(
        tiers=tuple(str(TIER_NAMES[TIER_SLUGS[tier]]) for tier in _TIERS),
        tallies=tuple(tallies),
        sums=Tally(
            level=0,
            words=_("Tất cả"),
            by_tier=tuple(sum(one) for one in zip(*(row.by_tier for row in tallies), strict=True)),
            total=sum(row.total for row in tallies),
        ),
        groups=_groups(catalogue, on=on),
        on=on,
    )


def _count(catalogue: Catalogue) -> Mapping[int, Counter[str]]:
    """Count procedures by level, at each tier by the highest that an agency of it gives."""
    tier_of = {unit.key: unit.tier for unit in catalogue.units.agencies}
    counted: dict[int, Counter[str]] = {level: Counter() for level in range(5)}
    # Kinds offered alike share one mapping of levels, so that it is read once.
    known: dict[int, dict[str, int]] = {}
    for kind, count in catalogue.counts.items():
        highest = known.get(id(kind.levels))
        if highest is None:
            highest = known[id(kind.levels)] = _highest(kind.levels, tier_of)
        counted[kind.highest]["all"] += count
        unserved = {tier: 0 for tier, slug in TIER_SLUGS.items() if slug in kind.tiers}
        for tier, level in (highest or unserved).items():
            counted[level][tier] += count
    return counted


def _highest(levels: Mapping[str, int], tier_of: Mapping[str, str]) -> dict[str, int]:
    highest: dict[str, int] = {}
    for agency, level in levels.items():
        tier = tier_of[agency]
        highest[tier] = max(level, highest.get(tier, 0))
    return highest


def _tally(level: int, counted: Mapping[int, Counter[str]]) -> Tally:
    return Tally(
        level=level,
        words=str(LEVEL_NAMES[str(level)]) if level else _("Chưa đủ thông tin, hỏi tại quầy"),
        by_tier=tuple(counted[level][tier] for tier in _TIERS),
        total=counted[level]["all"],
    )


def _groups(catalogue: Catalogue, *, on: date) -> tuple[Group, ...]:
    online = catalogue.read([kind for kind in catalogue.kinds if kind.highest >= LISTED_FROM])
    offers, everyday_names = _load_offers(online, on=on)
    sizes = Counter(unit.tier for unit in catalogue.units.agencies)
    found: dict[int, list[Service]] = {4: [], 3: []}
    order = sorted(
        online, key=lambda entry: (entry.kind.field_order, sort_key(entry.name), entry.code)
    )
    for entry in order:
        everyday = everyday_names.get(entry.pk, "")
        here = serving(offers.get(entry.pk, ()), catalogue.units, content=entry.kind.content)
        for level, offer, served in _alike(here):
            if level >= LISTED_FROM:
                found[level].append(_service(entry, everyday, offer, served, sizes))
    return tuple(
        Group(
            level=level,
            words=str(LEVEL_WORDS[level]),
            services=tuple(services),
            procedures=len({service.code for service in services}),
        )
        for level, services in found.items()
    )


def _load_offers(
    entries: Iterable[Entry], *, on: date
) -> tuple[dict[int, list[Offer]], dict[int, str]]:
    """Return the offers of some procedures with their decisions, and the everyday names."""
    offers: dict[int, list[Offer]] = {}
    names: dict[int, str] = {}
    rows = (
        Offer.objects.in_force(on=on)
        .filter(procedure__in=[entry.pk for entry in entries])
        .annotate(everyday=F("procedure__current_revision__everyday_name"))
        .order_by("-valid_from", "pk")
    )
    for offer in rows:
        offers.setdefault(offer.procedure_id, []).append(offer)
        names[offer.procedure_id] = offer.everyday or ""  # type: ignore[attr-defined]  # annotated
    return offers, names


def _alike(served: Iterable[Served]) -> Iterable[tuple[int, Offer, list[Served]]]:
    """Put together the agencies that serve under one offer at one level."""
    alike: dict[tuple[int, int], list[Served]] = {}
    for one in served:
        alike.setdefault((one.level, one.offer.pk), []).append(one)
    return [(level, group[0].offer, group) for (level, _pk), group in alike.items()]


def _service(
    entry: Entry, everyday: str, offer: Offer, served: Sequence[Served], sizes: Mapping[str, int]
) -> Service:
    return Service(
        code=entry.code,
        title=everyday or short_name(entry.name),
        official=short_name(entry.name) if everyday else "",
        field=entry.kind.field_name,
        units=_unit_words(offer, served, sizes),
        mode=str(ServiceMode(offer.service_mode).label),
        decision=offer.decision_number,
        decided_on=format_short_day(offer.decision_date) if offer.decision_date else "",
    )


def _unit_words(offer: Offer, served: Sequence[Served], sizes: Mapping[str, int]) -> str:
    if offer.tier and len(served) == sizes[offer.tier]:
        return str(WHOLE_TIER[offer.tier])
    return name_some([one.agency.name for one in served])
