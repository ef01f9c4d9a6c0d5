"""What assigning offers would do, a line for each procedure; read before anything is written."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from portal.core.dates import format_short_day
from procedures.enums import ProcedureState, ServiceMode
from procedures.models import Offer, Procedure, WorkflowVersion
from procedures.models.service import OfferQuerySet
from procedures.policies import Reach
from procedures.selectors import holding
from procedures.selectors.holding import Holding

# From here on dossiers come in online, and run through a workflow.
ONLINE_LEVEL: Final = 3
# So many procedures a decision at once: a province has some 2,500.
MOST: Final = 3000


class BadTerms(Exception):
    """What was asked contradicts itself; `sentence` says how, `field` where."""

    def __init__(self, field: str, sentence: StrOrPromise) -> None:
        super().__init__(field)
        self.field, self.sentence = field, sentence


class NothingChosen(Exception):
    """No procedure was named, or none that the catalogue has."""


class TooMany(NothingChosen):
    """More procedures were named than a decision has."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a decision says about some procedures: for whom, at which level, from when."""

    # One of the two.
    unit: Unit | None
    tier: str
    declared_level: int
    service_mode: str
    returns: tuple[str, ...]
    decision_number: str
    decision_date: date
    decision_annex: str
    valid_from: date
    valid_until: date | None = None
    receiving: Unit | None = None
    deciding: Unit | None = None


class Outcome(Enum):
    NEW = "new"
    REPLACES = "replaces"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one procedure."""

    procedure: Procedure
    outcome: Outcome
    # What it closes, the day before it begins.
    replaced: tuple[Offer, ...]
    # Why not, "" if it is.
    reason: StrOrPromise
    # How the new offer stands to the published content.
    holding: Holding
    # What the unit is offered with its whole tier, and no longer is: the nearest offer wins.
    overridden: tuple[Offer, ...] = ()

    @property
    def lowered_from(self) -> int:
        """The level declared until now where the new one lies below it, 0 where it does not."""
        until_now = [one.declared_level for one in (*self.replaced, *self.overridden)]
        highest = max(until_now, default=0)
        return highest if highest > self.holding.offer.declared_level else 0


@dataclass(frozen=True, slots=True)
class Plan:
    lines: tuple[Line, ...]

    @property
    def refused(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.outcome is Outcome.REFUSED)

    @property
    def contradictions(self) -> tuple[Line, ...]:
        return tuple(
            line
            for line in self.lines
            if line.outcome is not Outcome.REFUSED and line.holding.is_contradiction
        )

    @property
    def overriding(self) -> int:
        """How many leave the offer of their tier."""
        return sum(bool(line.overridden) for line in self.lines)

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """Name what would happen, so that a person confirms what they have seen."""
        told = [
            (
                line.procedure.code,
                line.outcome.value,
                [one.pk for one in line.replaced],
                [one.pk for one in line.overridden],
                line.holding.level,
                line.holding.offer.workflow_version_id,
            )
            for line in self.lines
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


def clean_codes(codes: Collection[str]) -> list[str]:
    """:raises NothingChosen: if there is nothing to look for, or more than a decision has."""
    wanted = sorted(set(codes) - {""})
    if not wanted:
        raise NothingChosen(0)
    if len(wanted) > MOST:
        raise TooMany(len(wanted))
    return wanted


def check_terms(terms: Terms, reach: Reach, *, on: date) -> None:
    reach.check(terms.unit.pk if terms.unit is not None else None)
    if terms.valid_from < on:
        raise BadTerms("valid_from", _("Dịch vụ bắt đầu từ hôm nay hoặc sau này, không lùi ngày."))
    if terms.valid_until is not None and terms.valid_until < terms.valid_from:
        raise BadTerms("valid_until", _("Ngày cuối nằm trước ngày bắt đầu."))
    if terms.decision_date > on:
        raise BadTerms("decision_date", _("Quyết định có ngày sau hôm nay."))
    if terms.service_mode == ServiceMode.FULL and terms.declared_level < 4:
        raise BadTerms("service_mode", _("Toàn trình là mức độ 4."))
    is_online = terms.declared_level >= ONLINE_LEVEL
    if is_online == (terms.service_mode == ServiceMode.INFORMATION):
        raise BadTerms(
            "service_mode",
            _("Từ mức độ 3 là một phần hoặc toàn trình; mức độ 1 và 2 là cung cấp thông tin."),
        )


def make_plan(
    procedures: Sequence[Procedure], terms: Terms, offers: OfferQuerySet, *, on: date
) -> Plan:
    if not procedures:
        raise NothingChosen(0)
    standing = _standing(procedures, terms, offers)
    tiers = _of_the_tier(procedures, terms)
    workflows = _newest_workflows(procedures) if terms.declared_level >= ONLINE_LEVEL else {}
    new = [_new_offer(one, terms, workflows.get(one.pk)) for one in procedures]
    holdings = holding.describe(new, on=on)
    return Plan(
        tuple(
            _line(one, held, terms, standing.get(one.pk, []), tiers.get(one.pk, []))
            for one, held in zip(procedures, holdings, strict=True)
        )
    )


def _line(
    procedure: Procedure,
    held: Holding,
    terms: Terms,
    standing: list[Offer],
    of_the_tier: list[Offer],
) -> Line:
    later = next((one for one in standing if one.valid_from >= terms.valid_from), None)
    reason: StrOrPromise = ""
    if procedure.state == ProcedureState.REPEALED:
        reason = _("Thủ tục đã bãi bỏ.")
    elif later is not None:
        reason = _("Đã có dịch vụ khác bắt đầu %s: chấm dứt dịch vụ đó trước.") % format_short_day(
            later.valid_from
        )
    if reason:
        return Line(procedure, Outcome.REFUSED, (), reason, held)
    if standing:
        return Line(procedure, Outcome.REPLACES, tuple(standing), "", held)
    return Line(procedure, Outcome.NEW, (), "", held, tuple(of_the_tier))


def _standing(
    procedures: Sequence[Procedure], terms: Terms, offers: OfferQuerySet
) -> dict[int, list[Offer]]:
    """Return what the same unit or tier is offered at some time of the new offer."""
    rows = offers.not_over(on=terms.valid_from).filter(
        procedure__in=procedures, unit=terms.unit, tier=terms.tier
    )
    if terms.valid_until is not None:
        rows = rows.filter(valid_from__lte=terms.valid_until)
    found: dict[int, list[Offer]] = {}
    for offer in rows.order_by("pk"):
        found.setdefault(offer.procedure_id, []).append(offer)
    return found


def _of_the_tier(procedures: Sequence[Procedure], terms: Terms) -> dict[int, list[Offer]]:
    """Return what a unit is offered with its whole tier on the day that its own offer begins."""
    if terms.unit is None:
        return {}
    rows = Offer.objects.in_force(on=terms.valid_from).filter(
        procedure__in=procedures, unit=None, tier=terms.unit.tier
    )
    found: dict[int, list[Offer]] = {}
    for offer in rows.order_by("pk"):
        found.setdefault(offer.procedure_id, []).append(offer)
    return found


def _newest_workflows(procedures: Sequence[Procedure]) -> dict[int, WorkflowVersion]:
    rows = WorkflowVersion.objects.filter(procedure__in=procedures, published_at__isnull=False)
    return {one.procedure_id: one for one in rows.order_by("number")}


def _new_offer(procedure: Procedure, terms: Terms, workflow: WorkflowVersion | None) -> Offer:
    return Offer(
        procedure=procedure,
        unit=terms.unit,
        tier=terms.tier,
        receiving=terms.receiving,
        deciding=terms.deciding,
        declared_level=terms.declared_level,
        decision_number=terms.decision_number,
        decision_date=terms.decision_date,
        decision_annex=terms.decision_annex,
        service_mode=terms.service_mode,
        returns=list(terms.returns),
        workflow_version=workflow,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
    )
