"""The level that an offer really holds, beside the one that it declares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from procedures import levels
from procedures.levels import BY_ACCOUNT, Gap
from procedures.models import LocalRule, Offer, Procedure, Revision
from procedures.naming import name_place, name_some
from procedures.selectors.serving import (
    Content,
    LocalFees,
    Units,
    load_contents,
    load_units,
    tell_local,
)

_NO_CONTENT: Final = Gap(_("Thủ tục chưa công bố nội dung."), "chung")


@dataclass(frozen=True, slots=True)
class Holding:
    """An offer, the level that holds at all its agencies, and what lacks up to the declared."""

    offer: Offer
    level: int
    gaps: tuple[Gap, ...]
    # The agency whose account is missing where that is part of it, None for none or several.
    unpaid: Unit | None

    @property
    def is_contradiction(self) -> bool:
        return self.level < self.offer.declared_level


@dataclass(frozen=True, slots=True)
class Break:
    """An offer whose level falls when a draft is published: from what, to what, and why."""

    offer: Offer
    before: int
    after: int
    why: tuple[StrOrPromise, ...]

    @property
    def choices(self) -> range:
        """The levels to which it may be lowered, the highest that holds first."""
        return range(self.after, 0, -1)


def offer_target(offer: Offer) -> str:
    """Name for whom an offer is."""
    return name_place(offer.unit, offer.tier)


def carried(offer: Offer, units: Units, *, content: Content) -> tuple[int, int]:
    """
    Return how far a content carries at every agency of an offer.

    First as it is: not all of them take money online, and some ask fees of their own. Then as it
    would be if all took money online.
    """
    local = LocalFees(content)
    here = [(local.content_at(one), units.takes_online(offer, one)) for one in units.under(offer)]
    here = here or [(content, False)]
    now = min(one.level(takes_online=takes_online) for one, takes_online in here)
    return now, min(one.paid for one, _takes_online in here)


def held_level(offer: Offer, units: Units, *, content: Content) -> int:
    """Return the level that holds under an offer at every agency, whatever it declares."""
    now, _if_paid = carried(offer, units, content=content)
    return min(now, levels.reached(levels.offer_gaps(offer)))


def describe(offers: Iterable[Offer], *, on: date) -> list[Holding]:
    """
    Return how each offer stands to the published content (at most 9 queries for any number).

    :param offers: with their procedure.
    """
    rows = list(offers)
    units = load_units(on=on)
    contents = load_contents((offer.procedure for offer in rows), on=on)
    held = [held_level(one, units, content=contents[one.procedure_id]) for one in rows]
    # Only where something lacks is it asked what.
    lacking = {
        offer.procedure_id: offer.procedure
        for offer, level in zip(rows, held, strict=True)
        if level < offer.declared_level
    }
    gaps = published_gaps(lacking.values()) if lacking else {}
    return [
        _describe(offer, units, contents[offer.procedure_id], level, gaps[offer.procedure_id])
        if offer.procedure_id in gaps and level < offer.declared_level
        else Holding(offer, level, (), None)
        for offer, level in zip(rows, held, strict=True)
    ]


GapsByLevel = Mapping[int, tuple[Gap, ...]]


def published_gaps(procedures: Iterable[Procedure]) -> dict[int, tuple[GapsByLevel, GapsByLevel]]:
    """Return what the published content of procedures lacks, without and with an account."""
    wanted = {one.pk: one.current_revision_id for one in procedures}
    nothing: GapsByLevel = {1: (_NO_CONTENT,)}
    stored = levels.with_parts(Revision.objects.filter(pk__in=[pk for pk in wanted.values() if pk]))
    revisions = {revision.pk: both_gaps(revision) for revision in stored}
    return {
        procedure: revisions[revision] if revision else (nothing, nothing)
        for procedure, revision in wanted.items()
    }


def both_gaps(revision: Revision) -> tuple[GapsByLevel, GapsByLevel]:
    """Return what a content, with its parts, lacks at an agency without and with an account."""
    return (
        levels.content_gaps(revision, can_pay_online=False),
        levels.content_gaps(revision, can_pay_online=True),
    )


def find_breaks(draft: Revision, *, on: date) -> list[Break]:
    """
    Return the offers, in force on a day or later, whose level the draft would let fall.

    What does not hold today either is a contradiction, and none that publishing makes. A first
    publication lets nothing fall.

    :param draft: with its procedure.
    """
    procedure = draft.procedure
    if procedure.current_revision_id is None:
        return []
    offers = list(
        procedure.offers.not_over(on=on)
        .select_related("unit", "deciding")
        .order_by("unit__name", "tier", "valid_from", "pk")
    )
    if not offers:
        return []
    units = load_units(on=on)
    before = load_contents([procedure], on=on)[procedure.pk]
    stored = levels.load_parts(draft)
    rules = LocalRule.objects.in_force(on=on).filter(procedure=procedure)
    local = tell_local(stored.cases.all(), rules.order_by("pk"))
    after = Content(*levels.content_levels(stored), local=local)
    falling = _Falling(units, LocalFees(before), LocalFees(after), both_gaps(stored))
    found = [falling.break_of(offer) for offer in offers]
    return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class _Falling:
    """What is published and what would be, as each agency has it."""

    units: Units
    before: LocalFees
    after: LocalFees
    gaps: tuple[GapsByLevel, GapsByLevel]

    def break_of(self, offer: Offer) -> Break | None:
        at = [self._at(offer, unit) for unit in self.units.under(offer)] or [self._at(offer, None)]
        fallen = [(takes_online, was) for takes_online, was, will in at if will < was]
        if not fallen:
            return None
        # One level for all its agencies: what holds at each of them.
        lowest = min(will for _takes_online, _was, will in at)
        highest = max(was for _takes_online, was in fallen)
        lacking = self.gaps[0] if any(not paid for paid, _was in fallen) else self.gaps[1]
        why = [
            gap.sentence
            for level in range(lowest + 1, highest + 1)
            for gap in lacking.get(level, ())
            if not gap.only_warns
        ]
        return Break(offer=offer, before=highest, after=max(lowest, 1), why=tuple(why))

    def _at(self, offer: Offer, agency: Unit | None) -> tuple[bool, int, int]:
        """Return whether money can be paid online there, the level now and the level to come."""
        takes_online = agency is not None and self.units.takes_online(offer, agency)
        was, will = (
            levels.public_level(offer, content=here.level(takes_online=takes_online))
            for here in (self.before.content_at(agency), self.after.content_at(agency))
        )
        return takes_online, was, will


def _describe(
    offer: Offer,
    units: Units,
    content: Content,
    level: int,
    gaps: tuple[GapsByLevel, GapsByLevel],
) -> Holding:
    """Say what an offer lacks up to the level that it declares and does not hold."""
    _now, if_paid = carried(offer, units, content=content)
    own = levels.offer_gaps(offer)
    # A level that does not hold lets none above it hold: all up to the declared is to be mended.
    found = [
        gap
        for at in range(1, offer.declared_level + 1)
        for gap in (*(gaps[1].get(at, ()) if at > if_paid else ()), *own.get(at, ()))
        if not gap.only_warns
    ]
    asked = any(
        gap.part == BY_ACCOUNT
        for at in range(1, offer.declared_level + 1)
        for gap in gaps[0].get(at, ())
    )
    without = _without_account(offer, units, content, asked=asked)
    if without:
        found.append(_accountless(without))
    return Holding(
        offer=offer,
        level=level,
        gaps=tuple(found),
        unpaid=without[0] if len(without) == 1 else None,
    )


def _without_account(offer: Offer, units: Units, content: Content, *, asked: bool) -> list[Unit]:
    """
    Return who takes the money under an offer and cannot online, where that costs a level.

    :param asked: whether the national content itself asks for money.
    """
    local = LocalFees(content)

    def costs(here: Content) -> bool:
        return here.unpaid < min(here.paid, offer.declared_level) or (asked and here == content)

    payees = {
        offer.deciding_id or one.pk
        for one in units.under(offer)
        if not units.takes_online(offer, one) and costs(local.content_at(one))
    }
    return [unit for unit in units.agencies if unit.pk in payees]


def _accountless(units: Sequence[Unit]) -> Gap:
    said = _("Chưa có tài khoản nhận thanh toán trực tuyến: {}.")
    return Gap(format_lazy(said, name_some([unit.name for unit in units])), BY_ACCOUNT)
