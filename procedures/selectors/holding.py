"""The level that an offer really holds, beside the one that it declares."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _, ngettext
from django_stubs_ext import StrOrPromise

from accounts.models import Unit
from procedures import levels
from procedures.levels import BY_ACCOUNT, Gap
from procedures.models import Offer, Procedure, Revision
from procedures.selectors.serving import Content, Units, load_units

# Agencies without an account are named up to so many, the others are counted.
_NAMED: Final = 5
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
    if offer.unit is not None:
        return offer.unit.name
    return gettext("Mọi cơ quan %s") % offer.get_tier_display()


def collectors(offer: Offer, units: Units) -> list[Unit]:
    """Return the agencies that take the money under an offer: whoever decides collects."""
    served = [
        unit
        for unit in units.agencies
        if (unit.pk == offer.unit_id if offer.unit_id else unit.tier == offer.tier)
    ]
    if offer.deciding_id:
        return [unit for unit in units.agencies if unit.pk == offer.deciding_id]
    return served


def all_paid(offer: Offer, units: Units) -> bool:
    """Tell whether all its agencies take money online."""
    return _conditions(offer, units) == {True}


def held_level(offer: Offer, units: Units, *, content: Content) -> int:
    """Return the level that holds under an offer at every agency, whatever it declares."""
    own = levels.reached(levels.offer_gaps(offer))
    return min(own, *(_level_at(is_paid, content) for is_paid in _conditions(offer, units)))


def describe(offers: Iterable[Offer], units: Units) -> list[Holding]:
    """
    Return how each offer stands to the published content (5 queries for any number).

    :param offers: with their procedure.
    """
    rows = list(offers)
    held = [held_level(offer, units, content=stored(offer.procedure)) for offer in rows]
    # Only where something lacks is it asked what.
    lacking = {
        offer.procedure_id: offer.procedure
        for offer, level in zip(rows, held, strict=True)
        if level < offer.declared_level
    }
    gaps = published_gaps(lacking.values()) if lacking else {}
    return [
        _describe(offer, units, level=level, gaps=gaps.get(offer.procedure_id, ({}, {})))
        for offer, level in zip(rows, held, strict=True)
    ]


GapsByLevel = Mapping[int, tuple[Gap, ...]]


def published_gaps(procedures: Iterable[Procedure]) -> dict[int, tuple[GapsByLevel, GapsByLevel]]:
    """Return what the published content of procedures lacks, without and with an account."""
    wanted = {one.pk: one.current_revision_id for one in procedures}
    nothing: GapsByLevel = {1: (_NO_CONTENT,)}
    revisions = {
        revision.pk: both_gaps(revision)
        for revision in Revision.objects.filter(
            pk__in=[pk for pk in wanted.values() if pk]
        ).prefetch_related("cases__times", "cases__fees", "papers", "printable_forms")
    }
    return {
        procedure: revisions[revision] if revision else (nothing, nothing)
        for procedure, revision in wanted.items()
    }


def both_gaps(revision: Revision) -> tuple[GapsByLevel, GapsByLevel]:
    """Return what a content lacks at an agency without and with an account."""
    cases = list(revision.cases.all())
    fees = [fee for case in cases for fee in case.fees.all()]
    papers, forms = list(revision.papers.all()), list(revision.printable_forms.all())

    def gaps(*, can_pay_online: bool) -> GapsByLevel:
        return levels.content_gaps(
            revision,
            cases=cases,
            fees=fees,
            papers=papers,
            forms=forms,
            can_pay_online=can_pay_online,
        )

    return gaps(can_pay_online=False), gaps(can_pay_online=True)


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
    before = stored(procedure)
    gaps = both_gaps(draft)
    unpaid, paid = (levels.reached(one) for one in gaps)
    after = Content(unpaid=unpaid, paid=paid)
    found = [_break(offer, units, before=before, after=after, gaps=gaps) for offer in offers]
    return [one for one in found if one is not None]


def _break(
    offer: Offer,
    units: Units,
    *,
    before: Content,
    after: Content,
    gaps: tuple[GapsByLevel, GapsByLevel],
) -> Break | None:
    falls = {}
    conditions = _conditions(offer, units)
    for is_paid in conditions:
        was = _public(offer, _level_at(is_paid, before))
        will = _public(offer, _level_at(is_paid, after))
        if will < was:
            falls[is_paid] = was
    if not falls:
        return None
    # One level for all its agencies: what holds at each of them.
    lowest = min(_public(offer, _level_at(is_paid, after)) for is_paid in conditions)
    was = max(falls.values())
    lacking = gaps[0] if False in falls else gaps[1]
    why = [
        gap.sentence
        for level in range(lowest + 1, was + 1)
        for gap in lacking.get(level, ())
        if not gap.only_warns
    ]
    return Break(offer=offer, before=was, after=max(lowest, 1), why=tuple(why))


def _describe(
    offer: Offer, units: Units, *, level: int, gaps: tuple[GapsByLevel, GapsByLevel]
) -> Holding:
    without = [unit for unit in collectors(offer, units) if unit.pk not in units.paid_online]
    own = levels.offer_gaps(offer)
    found: list[Gap] = []
    # A level that does not hold lets none above it hold: all up to the declared is to be mended.
    for at in range(1, offer.declared_level + 1):
        for gap in (*gaps[0].get(at, ()), *own.get(at, ())):
            if gap.part == BY_ACCOUNT and without:
                found.append(_accountless(without))
            elif gap.part != BY_ACCOUNT and not gap.only_warns:
                found.append(gap)
    is_account = any(gap.part == BY_ACCOUNT for gap in found)
    return Holding(
        offer=offer,
        level=level,
        gaps=tuple(found) if level < offer.declared_level else (),
        unpaid=without[0] if is_account and len(without) == 1 else None,
    )


def stored(procedure: Procedure) -> Content:
    """Return how far the published content carries, as publishing measured it."""
    return Content(procedure.content_level, procedure.paid_level)


def _accountless(units: Sequence[Unit]) -> Gap:
    names = ", ".join(unit.name for unit in units[:_NAMED])
    left = len(units) - _NAMED
    if left > 0:
        names = f"{names} {ngettext('và %d nơi nữa', 'và %d nơi nữa', left) % left}"
    said = _("Chưa có tài khoản nhận thanh toán trực tuyến: {}.")
    return Gap(format_lazy(said, names), BY_ACCOUNT)


def _conditions(offer: Offer, units: Units) -> set[bool]:
    """Return whether its agencies take money online: some may, others not."""
    return {unit.pk in units.paid_online for unit in collectors(offer, units)} or {False}


def _level_at(is_paid: bool, content: Content) -> int:
    return content.paid if is_paid else content.unpaid


def _public(offer: Offer, content: int) -> int:
    return levels.public_level(offer, content=content)
