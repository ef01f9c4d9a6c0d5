"""Which agencies serve which procedures on a day, and at which level."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from accounts.enums import PayWay, Tier, UnitKind
from accounts.models import CollectingAccount, Unit
from procedures import overrides
from procedures.enums import FeeStatus, FilingChannel
from procedures.levels import public_level
from procedures.models import Case, FeeRule, LocalRule, Offer, Procedure

# Communes before the province: that is where most people go.
_TIER_ORDER: Final = {Tier.COMMUNE: 0, Tier.PROVINCE: 1}
_FEES_COUNT_ABOVE: Final = 3


@dataclass(frozen=True, slots=True)
class Served:
    """One agency, the offer under which it serves, and the level that a page may claim there."""

    agency: Unit
    offer: Offer
    level: int


@dataclass(frozen=True, slots=True)
class Content:
    """
    How far a published content carries, without and with an account for online payment.

    `local` tells of the fees that agencies set themselves: "" where there are none, else JSON of
    [[case, fee, status] paid online …] and [[unit, tier, case, fee, status] of each rule …].
    """

    unpaid: int
    paid: int
    local: str = ""

    def level(self, *, takes_online: bool) -> int:
        return self.paid if takes_online else self.unpaid


@dataclass(frozen=True, slots=True)
class Units:
    """The agencies in force with their desks, found by id and by tier."""

    agencies: tuple[Unit, ...]
    desks: dict[int, Unit]
    # The agencies that take money online, by id.
    paid_online: frozenset[int]

    def only(self, agency: Unit) -> "Units":
        """Return the same with one agency alone."""
        return replace(self, agencies=tuple(one for one in self.agencies if one.pk == agency.pk))

    def under(self, offer: Offer) -> list[Unit]:
        """Return the agencies for which an offer is: its own, or all of its tier."""
        if offer.unit_id:
            return [unit for unit in self.agencies if unit.pk == offer.unit_id]
        return [unit for unit in self.agencies if unit.tier == offer.tier]

    def takes_online(self, offer: Offer, agency: Unit) -> bool:
        """Tell whether money can be paid online at an agency: whoever decides collects."""
        return (offer.deciding_id or agency.pk) in self.paid_online

    def desk_of(self, served: Served) -> Unit | None:
        """Return the desk that receives: the offer's own, or the agency's."""
        if served.offer.receiving_id:
            return self.desks.get(served.offer.receiving_id)
        return next(
            (desk for desk in self.desks.values() if desk.agency_id == served.agency.pk), None
        )


def load_offers(procedure_ids: Iterable[int], *, on: date) -> dict[int, list[Offer]]:
    """Return the offers in force of several procedures, the newest first (one query)."""
    found: dict[int, list[Offer]] = {}
    rows = Offer.objects.in_force(on=on).filter(procedure__in=list(procedure_ids))
    for offer in rows.order_by("-valid_from", "pk"):
        found.setdefault(offer.procedure_id, []).append(offer)
    return found


def load_units(*, on: date) -> Units:
    """Return all agencies that may serve, and all desks (one query)."""
    accounts = CollectingAccount.objects.in_force(on=on).taking(PayWay.VNPAY)
    rows = (
        Unit.objects.in_force(on=on)
        .filter(Q(kind=UnitKind.AGENCY, parent__isnull=False) | Q(kind=UnitKind.ONE_STOP))
        .annotate(takes_online=Exists(accounts.filter(unit=OuterRef("pk"))))
    )
    units = sorted(rows, key=lambda unit: (_TIER_ORDER[Tier(unit.tier)], unit.code or "", unit.pk))
    return Units(
        agencies=tuple(unit for unit in units if unit.kind == UnitKind.AGENCY),
        desks={unit.pk: unit for unit in units if unit.kind == UnitKind.ONE_STOP},
        paid_online=frozenset(
            unit.pk
            for unit in units
            if unit.takes_online  # type: ignore[attr-defined]  # annotated above
        ),
    )


def stored_content(procedure: Procedure, *, local: str = "") -> Content:
    """Return how far the published content carries, as publishing measured it."""
    return Content(procedure.content_level, procedure.paid_level, local)


def load_contents(procedures: Iterable[Procedure], *, on: date) -> dict[int, Content]:
    """Return how far each published content carries at the fees of a day (1 or 3 queries)."""
    given = {one.pk: one for one in procedures}
    rules: dict[int, list[LocalRule]] = {}
    of_fees = LocalRule.objects.in_force(on=on).exclude(fee_key="")
    for rule in of_fees.filter(procedure__in=list(given)).order_by("pk"):
        rules.setdefault(rule.procedure_id, []).append(rule)
    cases: dict[int, list[Case]] = {}
    if rules:
        published = Case.objects.filter(revision__procedure__current_revision=F("revision"))
        for case in (
            published.filter(revision__procedure__in=list(rules))
            .select_related("revision")
            .prefetch_related("fees")
        ):
            cases.setdefault(case.revision.procedure_id, []).append(case)
    return {
        pk: stored_content(one, local=tell_local(cases.get(pk, ()), rules.get(pk, ())))
        for pk, one in given.items()
    }


def tell_local(cases: Iterable[Case], rules: Iterable[LocalRule]) -> str:
    """
    Write what `Content.local` tells.

    :param cases: of one content, with their fees.
    :param rules: of its procedure, in force on the day.
    """
    own = [
        [one.unit_id, one.tier, one.case_key, one.fee_key, one.fee_status]
        for one in rules
        if one.fee_key
    ]
    if not own:
        return ""
    online = [
        [case.key, fee.key, fee.status]
        for case in cases
        for fee in case.fees.all()
        if FilingChannel.ONLINE in fee.channels
    ]
    return json.dumps([online, own])


def serving(offers: Iterable[Offer], units: Units, *, content: Content) -> list[Served]:
    """Return the agencies that serve a procedure: an agency's own offer before that of its tier."""
    own: dict[int, Offer] = {}
    of_tier: dict[str, Offer] = {}
    for offer in offers:
        if offer.unit_id is not None:
            own.setdefault(offer.unit_id, offer)
        else:
            of_tier.setdefault(offer.tier, offer)
    # A hundred communes under one offer: its level is worked out once for each way to pay.
    known: dict[tuple[int, bool, Content], int] = {}
    local = LocalFees(content)
    found = []
    for agency in units.agencies:
        offer_here = own.get(agency.pk) or of_tier.get(agency.tier)
        if offer_here is not None:
            can_pay = units.takes_online(offer_here, agency)
            here = local.content_at(agency)
            alike = (id(offer_here), can_pay, here)
            if alike not in known:
                known[alike] = public_level(offer_here, content=here.level(takes_online=can_pay))
            found.append(Served(agency, offer_here, known[alike]))
    return found


class LocalFees:
    """The content as each agency has it: a fee of its own must be payable, a waived one not."""

    def __init__(self, content: Content) -> None:
        self._content = content
        fees, rules = json.loads(content.local) if content.local else ((), ())
        self._cases: dict[str, list[FeeRule]] = {}
        for case_key, key, status in fees or ():
            fee = FeeRule(key=key, status=status, channels=[FilingChannel.ONLINE])
            self._cases.setdefault(case_key, []).append(fee)
        names = ("unit_id", "tier", "case_key", "fee_key", "fee_status")
        self._rules = [LocalRule(**dict(zip(names, rule, strict=True))) for rule in rules]
        self._own = {rule.unit_id for rule in self._rules}
        self._known: dict[object, Content] = {}

    def content_at(self, agency: Unit | None) -> Content:
        # Fees hinder no level but the fourth.
        if agency is None or not self._rules or self._content.paid < _FEES_COUNT_ABOVE:
            return self._content
        alike = agency.pk if agency.pk in self._own else agency.tier
        if alike not in self._known:
            self._known[alike] = self._work_out(agency)
        return self._known[alike]

    def _work_out(self, agency: Unit) -> Content:
        statuses = {
            fee.status
            for case_key, fees in self._cases.items()
            for fee in overrides.apply(
                overrides.Terms((), tuple(fees)), self._rules, case_key=case_key, agency=agency
            ).fees
        }
        if FeeStatus.UNDETERMINED in statuses:
            paid = unpaid = _FEES_COUNT_ABOVE
        else:
            paid = _FEES_COUNT_ABOVE + 1
            unpaid = _FEES_COUNT_ABOVE if FeeStatus.AMOUNT in statuses else paid
        return replace(self._content, unpaid=unpaid, paid=paid)


class Terms(NamedTuple):
    """All of an offer that decides who serves, and at which level."""

    unit_id: int | None
    tier: str
    receiving_id: int | None
    deciding_id: int | None
    declared_level: int
    workflow_version_id: int | None
    returns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Levels:
    """The level at each agency, by its key, the highest of them, and who serves."""

    by_agency: Mapping[str, int]
    highest: int
    served: tuple[Served, ...]


class LevelBook:
    """
    The levels of many procedures, worked out once for all that are offered alike.

    A province has thousands of procedures and over a hundred communes, and most procedures are
    offered to all communes in the same few ways.
    """

    def __init__(self, units: Units) -> None:
        self._units = units
        self._known: dict[object, Levels] = {}
        self._mappings: dict[object, Mapping[str, int]] = {}

    def look_up(self, terms: tuple[tuple[object, ...], ...], *, content: Content) -> Levels:
        alike = (content, terms)
        levels = self._known.get(alike)
        if levels is None:
            offers = [Offer(**Terms(*one)._asdict()) for one in terms]  # type: ignore[arg-type]
            served = tuple(serving(offers, self._units, content=content))
            by_agency = {one.agency.key: one.level for one in served}
            # Where the levels are the same, it is one mapping, so that it is counted once.
            by_agency = self._mappings.setdefault(tuple(by_agency.items()), by_agency)  # type: ignore[assignment]
            levels = Levels(
                by_agency=by_agency,
                highest=max(by_agency.values(), default=0),
                served=served,
            )
            self._known[alike] = levels
        return levels
