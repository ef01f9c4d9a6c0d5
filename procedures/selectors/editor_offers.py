"""The offers of units for the people who assign them: whom to, what is there, what contradicts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _, gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.enums import UnitKind
from accounts.models import Unit
from portal.core.dates import format_short_day
from procedures import search
from procedures.enums import FeeStatus, ProcedureState, ResultDelivery
from procedures.levels import BY_ACCOUNT, BY_OFFER, BY_WORKFLOW, LEVEL_WORDS
from procedures.models import Field, LocalRule, Offer, Procedure
from procedures.naming import WHOLE_TIER
from procedures.policies import Reach
from procedures.search import Question
from procedures.selectors import holding
from procedures.selectors.editor_catalogue import Chip
from procedures.selectors.editor_offer_rows import OfferRow, offer_rows
from procedures.selectors.serving import Content, Units, load_contents, load_units

PAGE_SIZE: Final = 100
CONTRADICTIONS_PAGE: Final = 25
# What mends a contradiction, as the address and the page call it.
CAUSES: Final[dict[str, StrOrPromise]] = {
    "noi-dung": gettext_lazy("Nội dung thủ tục"),
    BY_WORKFLOW: gettext_lazy("Quy trình giải quyết"),
    BY_OFFER: gettext_lazy("Cách trả kết quả"),
    BY_ACCOUNT: gettext_lazy("Tài khoản thu"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """For whom an offer may be; `value` is what stands in the address."""

    value: str
    label: str
    unit: Unit | None
    tier: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the procedures to choose from."""

    question: Question
    field: str
    # At least so much the published content carries; 0 for any.
    level: int

    @property
    def query(self) -> dict[str, str]:
        kept = {"q": self.question.typed, "linh_vuc": self.field, "muc": str(self.level or "")}
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    procedure: Procedure
    # What the target is offered now or will be, in words.
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChoicePage:
    page: Page[Procedure]
    rows: tuple[ChoiceRow, ...]
    fields: tuple[Field, ...]
    query: str


@dataclass(frozen=True, slots=True)
class OffersPage:
    procedure: Procedure
    now: tuple[OfferRow, ...]
    before: tuple[OfferRow, ...]

    def after(self, ended: OfferRow) -> OfferRow | None:
        """Return the offer of the tier that a unit falls back to when its own ends."""
        unit = ended.offer.unit
        of_tier = (one for one in self.now if unit is not None and one.offer.tier == unit.tier)
        return next(of_tier, None)


@dataclass(frozen=True, slots=True)
class ContradictionsPage:
    page: Page[Offer]
    rows: tuple[OfferRow, ...]
    causes: tuple[Chip, ...]
    tiers: tuple[Chip, ...]
    total: int
    query: str


def list_targets(reach: Reach, *, on: date) -> list[Target]:
    """Return for whom somebody may assign: whole tiers only from the province's root unit."""
    agencies = Unit.objects.agencies().in_force(on=on).filter(parent__isnull=False)
    if not reach.everywhere:
        agencies = agencies.filter(pk__in=reach.agencies)
    own = [Target(one.key, one.name, one, "") for one in agencies.order_by("code")]
    if not reach.everywhere:
        return own
    return [*(Target(tier, str(label), None, tier) for tier, label in WHOLE_TIER.items()), *own]


def find_procedures(wanted: Wanted) -> QuerySet[Procedure]:
    """Return the procedures in force that are chosen from."""
    found = search.matching(
        Procedure.objects.exclude(state=ProcedureState.REPEALED), wanted.question
    )
    if wanted.field:
        found = found.filter(field__slug=wanted.field)
    if wanted.level:
        found = found.filter(paid_level__gte=wanted.level)
    return found


def list_choices(wanted: Wanted, *, target: Target | None, page: str, on: date) -> ChoicePage:
    """Return one page of procedures, with what the target is offered already."""
    found = find_procedures(wanted).select_related("field")
    if wanted.question.is_empty:
        found = found.order_by("sort_key", "pk")
    chosen = Paginator(found, PAGE_SIZE).get_page(page)
    shown = list(chosen.object_list)
    now = _offered_now(shown, target, on=on) if target is not None else {}
    kept = {"don_vi": target.value if target else "", **wanted.query}
    return ChoicePage(
        page=chosen,
        rows=tuple(ChoiceRow(one, tuple(now.get(one.pk, ()))) for one in shown),
        fields=tuple(Field.objects.filter(procedures__isnull=False).distinct().order_by("name")),
        query=urlencode({name: value for name, value in kept.items() if value}),
    )


def _offered_now(procedures: list[Procedure], target: Target, *, on: date) -> dict[int, list[str]]:
    """Return in words what a target is offered: by its own decision, or else with its tier."""
    now: dict[int, list[str]] = {}
    offers = Offer.objects.not_over(on=on).filter(procedure__in=procedures)
    for offer in offers.filter(unit=target.unit, tier=target.tier).order_by("valid_from", "pk"):
        now.setdefault(offer.procedure_id, []).append(
            _("Mức độ %(level)d từ %(day)s")
            % {"level": offer.declared_level, "day": format_short_day(offer.valid_from)}
        )
    if target.unit is None:
        return now
    of_tier = offers.filter(unit=None, tier=target.unit.tier).exclude(procedure__in=list(now))
    for offer in of_tier.order_by("valid_from", "pk"):
        now.setdefault(offer.procedure_id, []).append(
            _("Mức độ %(level)d, giao chung cho %(tier)s")
            % {
                "level": offer.declared_level,
                "tier": str(WHOLE_TIER[offer.tier]).lower(),
            }
        )
    return now


def get_offers_page(code: str, *, reach: Reach, publishes: bool, on: date) -> OffersPage:
    """
    Return the offers of one procedure, now and before.

    :raises NoSuchProcedure: if the catalogue has no such code.
    """
    procedure = Procedure.objects.with_code(code)
    offers = Offer.objects.filter(procedure=procedure).select_related(
        "procedure", "unit", "receiving", "deciding", "assigned_by", "ended_by", "lowered_with"
    )
    current = set(offers.not_over(on=on).values_list("pk", flat=True))
    rows = offer_rows(
        offers.order_by("-valid_from", "unit__name", "pk"), reach=reach, publishes=publishes, on=on
    )
    return OffersPage(
        procedure=procedure,
        now=tuple(row for row in rows if row.offer.pk in current),
        before=tuple(row for row in rows if row.offer.pk not in current),
    )


def list_contradictions(
    *, cause: str, tier: str, question: Question, page: str, reach: Reach, publishes: bool, on: date
) -> ContradictionsPage:
    """Return the offers in force that declare more than holds, with counts for each filter."""
    units, candidates = load_units(on=on), list(_candidates(on=on))
    contents = load_contents((offer.procedure for offer in candidates), on=on)
    found = [
        (offer, causes)
        for offer in candidates
        if (causes := _causes(offer, units, contents[offer.procedure_id]))
    ]
    if not question.is_empty:
        matching = set(
            search.matching(
                Procedure.objects.filter(pk__in=[offer.procedure_id for offer, _why in found]),
                question,
            ).values_list("pk", flat=True)
        )
        found = [one for one in found if one[0].procedure_id in matching]
    cause, tier = cause if cause in CAUSES else "", tier if tier in WHOLE_TIER else ""
    by_tier = [one for one in found if not tier or _tier_of(one[0]) == tier]
    by_cause = [one for one in found if not cause or cause in one[1]]
    shown = [offer for offer, causes in by_tier if not cause or cause in causes]
    counts = Counter(one for _offer, causes in by_tier for one in causes)
    tiers = Counter(_tier_of(offer) for offer, _why in by_cause)
    kept = {"vi": cause, "cap": tier, "q": question.typed}
    chosen = Paginator(shown, CONTRADICTIONS_PAGE).get_page(page)
    return ContradictionsPage(
        page=chosen,
        rows=tuple(offer_rows(list(chosen.object_list), reach=reach, publishes=publishes, on=on)),
        causes=_chips(CAUSES, counts, "vi", kept),
        tiers=_chips(WHOLE_TIER, tiers, "cap", kept),
        total=len(found),
        query=urlencode({name: value for name, value in kept.items() if value}),
    )


def _candidates(*, on: date) -> Iterable[Offer]:
    """Return what may declare too much by what is stored, in the order of the names."""
    charging = LocalRule.objects.in_force(on=on).filter(
        procedure=OuterRef("procedure"), fee_status=FeeStatus.AMOUNT
    )
    return (
        Offer.objects.in_force(on=on)
        .exclude(procedure__state=ProcedureState.REPEALED)
        .filter(
            Q(declared_level__gt=F("procedure__content_level"))
            | Q(declared_level__gte=3, workflow_version=None)
            | Q(declared_level=4, returns__contained_by=[ResultDelivery.COUNTER])
            | Q(Exists(charging), declared_level=4)
        )
        .select_related(
            "procedure", "unit", "receiving", "deciding", "assigned_by", "ended_by", "lowered_with"
        )
        .order_by("procedure__sort_key", "unit__name", "pk")
    )


def _causes(offer: Offer, units: Units, content: Content) -> tuple[str, ...]:
    """Return what keeps the declared level from holding, as keys of CAUSES."""
    declared = offer.declared_level
    if holding.held_level(offer, units, content=content) >= declared:
        return ()
    now, if_paid = holding.carried(offer, units, content=content)
    causes = []
    if declared > if_paid:
        causes.append("noi-dung")
    elif declared > now:
        causes.append(BY_ACCOUNT)
    if declared >= 3 and offer.workflow_version_id is None:
        causes.append(BY_WORKFLOW)
    if declared == 4 and set(offer.returns) <= {ResultDelivery.COUNTER}:
        causes.append(BY_OFFER)
    return tuple(causes)


def _tier_of(offer: Offer) -> str:
    return offer.tier or (offer.unit.tier if offer.unit else "")


def _chips(
    names: Mapping[str, StrOrPromise], counts: Mapping[str, int], key: str, kept: dict[str, str]
) -> tuple[Chip, ...]:
    return tuple(
        Chip(
            label=label,
            count=counts.get(value, 0),
            query=urlencode(
                {
                    name: one
                    # Pressed again, the filter is gone.
                    for name, one in {**kept, key: "" if kept[key] == value else value}.items()
                    if one
                }
            ),
            current=kept[key] == value,
        )
        for value, label in names.items()
    )


def list_desks(*, on: date) -> QuerySet[Unit]:
    return Unit.objects.in_force(on=on).filter(kind=UnitKind.ONE_STOP).order_by("name")


def list_deciding(*, on: date) -> QuerySet[Unit]:
    return Unit.objects.agencies().in_force(on=on).filter(parent__isnull=False).order_by("code")


def level_choices() -> list[tuple[int, str]]:
    return [(level, f"{level}. {words}") for level, words in LEVEL_WORDS.items()]
