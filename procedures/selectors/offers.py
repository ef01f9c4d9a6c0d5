"""Which agency serves a procedure, and under which offer."""

from datetime import date

from accounts.enums import UnitKind
from accounts.models import Unit
from procedures.models import Offer, Procedure


class NotOffered(Exception):
    """The agency does not serve this procedure."""


def resolve_offer(*, procedure: Procedure, agency: Unit, on: date) -> Offer:
    """
    Return the offer under which an agency serves a procedure: its own before that of its tier.

    :raises NotOffered: if there is none in force on that day.
    """
    offers = (
        Offer.objects.in_force(on=on)
        .filter(procedure=procedure)
        .select_related("workflow_version", "receiving", "deciding", "unit")
        .order_by("-valid_from", "pk")
    )
    rows = list(offers)
    own = [offer for offer in rows if offer.unit_id == agency.pk]
    of_tier = [offer for offer in rows if offer.tier and offer.tier == agency.tier]
    for offer in own + of_tier:
        return offer
    raise NotOffered(procedure.code)


def list_agencies(*, procedure: Procedure, on: date) -> list[Unit]:
    """Return the agencies that serve a procedure on a day, in the order of their names."""
    offers = Offer.objects.in_force(on=on).filter(procedure=procedure)
    rows = list(offers.values_list("unit", "tier"))
    units = {unit for unit, _tier in rows if unit}
    tiers = {tier for _unit, tier in rows if tier}
    agencies = Unit.objects.agencies().in_force(on=on).filter(parent__isnull=False)
    chosen = agencies.filter(pk__in=units) | agencies.filter(tier__in=tiers)
    return list(chosen.distinct().order_by("code"))


def receiving_unit(offer: Offer, *, agency: Unit) -> Unit:
    """Return the desk that receives under an offer: the named one, or the agency's own."""
    if offer.receiving is not None:
        return offer.receiving
    return Unit.objects.get(agency=agency, kind=UnitKind.ONE_STOP)


def deciding_unit(offer: Offer, *, agency: Unit) -> Unit:
    """Return the agency that decides under an offer: the named one, or the agency itself."""
    return offer.deciding or agency
