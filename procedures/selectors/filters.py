"""The filters of the catalogue: field, agency, tier, level, each with its counts."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from urllib.parse import quote_plus, urlencode

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.enums import Tier
from procedures.enums import Subject
from procedures.selectors.serving import Content, Served

TIER_SLUGS: Final[Mapping[str, str]] = {Tier.COMMUNE: "xa", Tier.PROVINCE: "tinh"}
TIER_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "xa": gettext_lazy("Xã, phường"),
    "tinh": gettext_lazy("Cấp tỉnh"),
}
LEVEL_NAMES: Final[Mapping[str, StrOrPromise]] = {
    "4": gettext_lazy("Làm trọn trực tuyến"),
    "3": gettext_lazy("Nộp trực tuyến, nhận tại quầy"),
    "2": gettext_lazy("Tải biểu mẫu, nộp tại quầy"),
    "1": gettext_lazy("Xem hướng dẫn, nộp tại quầy"),
}
_SLUG: Final = re.compile(r"[-a-zA-Z0-9_]+")
# Filters beyond these many are folded away.
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; "" where it is not. An unknown value finds nothing."""

    field: str = ""
    agency: str = ""
    tier: str = ""
    level: str = ""
    subject: str = ""

    def without(self, name: str) -> "Filters":
        return replace(self, **{name: ""})

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What the filters see of a procedure; one for all that they cannot tell apart."""

    field: str
    field_name: str
    field_order: str
    tiers: frozenset[str]
    subjects: frozenset[str]
    # Level by key of the agency that serves it; one mapping for all procedures offered alike.
    levels: Mapping[str, int]
    highest: int
    served: tuple[Served, ...]
    content: Content

    def level(self, filters: Filters) -> int:
        """Return the level at the chosen agency, else the highest that any agency gives."""
        if filters.agency:
            return self.levels.get(filters.agency, 0)
        return self.highest

    def passes(self, filters: Filters) -> bool:
        return (
            (not filters.field or self.field == filters.field)
            and (not filters.agency or filters.agency in self.levels)
            and (not filters.tier or filters.tier in self.tiers)
            and (not filters.subject or filters.subject in self.subjects)
            and (not filters.level or str(self.level(filters)) == filters.level)
        )


class Entry(NamedTuple):
    """One procedure that a question found."""

    pk: int
    code: str
    name: str
    match: int
    # The authority whose decision published it, "" where that is not asked for.
    publisher: str
    kind: Kind

    @property
    def levels(self) -> Mapping[str, int]:
        return self.kind.levels

    @property
    def highest(self) -> int:
        return self.kind.highest


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    count: int
    # The whole address, field pages by their own.
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: its first choices, and those folded away."""

    title: StrOrPromise
    chips: tuple[Chip, ...]
    more: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter that is on; its address leads to the list without it."""

    label: str
    url: str


# Name of the filter, of its parameter in the address, and its title.
FACETS: Final[tuple[tuple[str, str, StrOrPromise], ...]] = (
    ("field", "linh_vuc", gettext_lazy("Lĩnh vực")),
    ("agency", "co_quan", gettext_lazy("Cơ quan")),
    ("tier", "cap", gettext_lazy("Cấp thực hiện")),
    ("level", "muc_do", gettext_lazy("Cách nộp")),
    ("subject", "doi_tuong", gettext_lazy("Đối tượng")),
)


def read_filters(parameters: Mapping[str, str]) -> Filters:
    """Return the filters that stand in an address."""
    values = {name: parameters.get(parameter, "")[:100] for name, parameter, _title in FACETS}
    return Filters(**{name: value.replace("\x00", "") for name, value in values.items()})


def write_query(typed: str, filters: Filters) -> str:
    """Return the address's parameters for a question and its filters, those left empty out."""
    return urlencode([*([("q", typed)] if typed else []), *write_pairs(filters)])


def write_pairs(filters: Filters) -> list[tuple[str, str]]:
    """Return the address's parameters for the filters that are on."""
    pairs = [(parameter, getattr(filters, name)) for name, parameter, _title in FACETS]
    return [(parameter, value) for parameter, value in pairs if value]


def has_own_page(filters: Filters) -> bool:
    """Say whether a list without typed words stands at the address of its field."""
    return bool(_SLUG.fullmatch(filters.field))


def write_url(typed: str, filters: Filters) -> str:
    """Return the address of a list: a field has a page of its own where nothing was typed."""
    if not typed and has_own_page(filters):
        path = reverse("procedures:field", args=[filters.field])
        query = write_query("", filters.without("field"))
    else:
        path, query = reverse("procedures:search"), write_query(typed, filters)
    return f"{path}?{query}" if query else path


def list_chosen(
    filters: Filters, *, field_name: str, agency_names: Mapping[str, str], typed: str
) -> list[Chosen]:
    """Return what is chosen, each with the address of the list without it."""
    known: dict[str, Mapping[str, str]] = {
        "field": {filters.field: field_name},
        "agency": agency_names,
        "tier": {slug: str(label) for slug, label in TIER_NAMES.items()},
        "level": {level: str(label) for level, label in LEVEL_NAMES.items()},
        "subject": {subject.value: str(subject.label) for subject in Subject},
    }
    chosen = []
    for name, _parameter, _title in FACETS:
        value = getattr(filters, name)
        if value:
            # An old or mistyped address: whoever reads it sees what to take away.
            label = known[name].get(value) or _("không rõ: %s") % value
            chosen.append(Chosen(label, write_url(typed, filters.without(name))))
    return chosen


def build_facets(
    kinds: Mapping[Kind, int], filters: Filters, *, agency_names: Mapping[str, str], typed: str
) -> list[Facet]:
    """
    Return every filter, counting what it would leave under the others.

    :param kinds: how many procedures were found of each kind: a few hundred stand for thousands.
    """
    facets = []
    for name, _parameter, title in FACETS:
        others, chosen = filters.without(name), getattr(filters, name)
        left = {kind: count for kind, count in kinds.items() if kind.passes(others)}
        counts = _count(name, left, others)
        choices = [
            (label, value) for value, label in _labels(name, left, agency_names) if counts[value]
        ]
        choices.sort(key=lambda choice: choice[1] != chosen)
        urls = _write_urls(typed, others, name, [value for _label, value in choices])
        chips = [
            Chip(
                label=label,
                count=counts[value],
                url=write_url(typed, others) if value == chosen else url,
                current=value == chosen,
            )
            for (label, value), url in zip(choices, urls, strict=True)
        ]
        # One more chip takes no more room than the words that would fold it.
        cut = SHOWN if len(chips) > SHOWN + 1 else len(chips)
        facets.append(Facet(title=title, chips=tuple(chips[:cut]), more=tuple(chips[cut:])))
    return [facet for facet in facets if facet.chips]


def _write_urls(typed: str, others: Filters, name: str, values: Iterable[str]) -> list[str]:
    """Return the address of each choice of one filter: the same but for one value."""
    marked = write_url(typed, replace(others, **{name: _MARK}))
    before, after = marked.rsplit(_MARK, 1)
    return [f"{before}{quote_plus(value)}{after}" for value in values]


def _count(name: str, kinds: Mapping[Kind, int], others: Filters) -> Counter[str]:
    """Count the procedures by the values that one filter may take."""
    counts: Counter[str] = Counter()
    if name != "agency":
        values = _VALUES[name]
        for kind, count in kinds.items():
            for value in values(kind, others):
                counts[value] += count
        return counts
    # A hundred agencies: what is offered alike is counted at once.
    alike: Counter[int] = Counter()
    mappings: dict[int, Mapping[str, int]] = {}
    for kind, count in kinds.items():
        alike[id(kind.levels)] += count
        mappings[id(kind.levels)] = kind.levels
    for key, levels in mappings.items():
        for agency in levels:
            counts[agency] += alike[key]
    return counts


def _labels(
    name: str, kinds: Iterable[Kind], agency_names: Mapping[str, str]
) -> list[tuple[str, str]]:
    if name == "agency":
        return list(agency_names.items())
    if name == "tier":
        return [(slug, str(label)) for slug, label in TIER_NAMES.items()]
    if name == "level":
        return [(level, str(label)) for level, label in LEVEL_NAMES.items()]
    if name == "subject":
        return [(subject.value, str(subject.label)) for subject in Subject]
    fields = {kind.field: (kind.field_order, kind.field_name) for kind in kinds}
    ordered = sorted(fields.items(), key=lambda item: item[1])
    return [(slug, label) for slug, (_order, label) in ordered]


# Stands for the value of a filter where the rest of an address is written once; no slug has it.
_MARK: Final = "0o0o0"

_VALUES: Final[Mapping[str, Callable[[Kind, Filters], Iterable[str]]]] = {
    "field": lambda kind, _filters: (kind.field,),
    "tier": lambda kind, _filters: kind.tiers,
    "subject": lambda kind, _filters: kind.subjects,
    "level": lambda kind, filters: (str(kind.level(filters)),),
}
