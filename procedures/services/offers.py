"""
The offers of units: assigned by a decision, replaced by a later one, ended by another.

An offer is never rewritten. A new one closes the old one the day before it begins; ending one only
gives it a last day. The procedure's row is where all who change its offers wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal.core import edition
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.enums import ServiceMode
from procedures.models import Offer, Procedure, Revision
from procedures.policies import find_reach
from procedures.selectors.holding import Break
from procedures.services.offer_plan import (
    ONLINE_LEVEL,
    BadTerms,
    Plan,
    Terms,
    check_terms,
    clean_codes,
    make_plan,
)


class Refused(Exception):
    """One procedure at least cannot be assigned, so none was; `plan` says which and why."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(len(plan.refused))
        self.plan = plan


class PlanChanged(Exception):
    """What would happen is not what the person has seen; `plan` is what would happen now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan


class NoSuchOffer(Exception):
    """There is no such offer."""


class AlreadyOver(Exception):
    """The offer has ended, or ends earlier than that."""


class BadLastDay(Exception):
    """The last day lies before today; what has been is not changed."""


def preview_offers(*, codes: Collection[str], terms: Terms, by: User, at: datetime) -> Plan:
    """
    Return what assigning would do, a line for each procedure; nothing is written.

    :raises BadTerms, NothingChosen: if it could not be asked of any procedure.
    :raises NotAnEditor, OutsideAgency: if `by` may not prepare that.
    """
    check_terms(terms, find_reach(by, at=at, publishes=False), on=local_day(at))
    procedures = Procedure.objects.filter(code__in=clean_codes(codes))
    return make_plan(list(procedures.order_by("pk")), terms, Offer.objects.all(), on=local_day(at))


@transaction.atomic(durable=True)
def assign_offers(
    *,
    codes: Collection[str],
    terms: Terms,
    publisher: User,
    at: datetime,
    seen: str | None = None,
) -> list[Offer]:
    """
    Assign procedures to a unit or a tier under a decision: all of them, or none.

    What the same unit or tier was offered before ends the day before; running dossiers stay on
    what they were filed under.

    :param seen: the fingerprint of the plan on the publisher's page, None for no page.
    :raises BadTerms, NothingChosen: as preview_offers.
    :raises PlanChanged: if something else would happen than what was seen.
    :raises Refused: if one of them cannot be assigned.
    :raises NotAPublisher, OutsideAgency: if `publisher` may not decide that.
    """
    check_terms(terms, find_reach(publisher, at=at, publishes=True), on=local_day(at))
    procedures = list(Procedure.objects.locked().filter(code__in=clean_codes(codes)).order_by("pk"))
    locked = Offer.objects.locked()
    plan = make_plan(procedures, terms, locked, on=local_day(at))
    if seen is not None and seen != plan.fingerprint:
        raise PlanChanged(plan)
    if plan.refused:
        raise Refused(plan)
    assigned = []
    for line in plan.lines:
        for old in line.replaced:
            _close(old, last_day=terms.valid_from - timedelta(days=1), by=publisher, at=at)
        offer = line.holding.offer
        offer.assigned_by, offer.assigned_at = publisher, at
        offer.save()
        assigned.append(offer)
    edition.renew_on_commit()
    return assigned


@transaction.atomic(durable=True)
def end_offer(
    *,
    offer_id: int,
    last_day: date,
    decision_number: str,
    decision_date: date,
    publisher: User,
    at: datetime,
) -> Offer:
    """
    Give an offer its last day by a decision; one that has not begun is called off by an earlier.

    :raises NoSuchOffer: if there is none.
    :raises AlreadyOver: if it has ended, or ends no later anyway.
    :raises BadLastDay: if the day lies before today.
    :raises BadTerms: if the decision is of a day to come.
    :raises NotAPublisher, OutsideAgency: as assign_offers.
    """
    reach = find_reach(publisher, at=at, publishes=True)
    offer = _lock(offer_id)
    reach.check(offer.unit_id)
    today = local_day(at)
    if decision_date > today:
        raise BadTerms("decision_date", _("Quyết định có ngày sau hôm nay."))
    if last_day < today:
        raise BadLastDay(last_day)
    if offer.valid_until is not None and offer.valid_until <= last_day:
        raise AlreadyOver(offer_id)
    offer.end_decision, offer.end_decision_date = decision_number, decision_date
    # Called off before it began, it was never in force.
    last_day = max(last_day, offer.valid_from - timedelta(days=1))
    _close(offer, last_day=last_day, by=publisher, at=at)
    edition.renew_on_commit()
    return offer


@requires_transaction
def lower_offers(
    breaks: Iterable[Break],
    *,
    lowered: Mapping[int, int],
    revision: Revision,
    publisher: User | None,
    at: datetime,
) -> list[Offer]:
    """
    Lower offers that a publication breaks: each ends the day before, a lower one takes its place.

    The new offer keeps the decision of the old one, and names the content that lowered it. Locks
    nothing: whoever publishes holds the procedure's row.
    """
    made = []
    for one in breaks:
        old, level = one.offer, lowered[one.offer.pk]
        begins = max(local_day(at), old.valid_from)
        new = Offer(
            procedure_id=old.procedure_id,
            unit_id=old.unit_id,
            tier=old.tier,
            receiving_id=old.receiving_id,
            deciding_id=old.deciding_id,
            declared_level=level,
            decision_number=old.decision_number,
            decision_date=old.decision_date,
            decision_annex=old.decision_annex,
            service_mode=_mode_at(level, old.service_mode),
            returns=old.returns,
            workflow_version_id=old.workflow_version_id if level >= ONLINE_LEVEL else None,
            valid_from=begins,
            valid_until=old.valid_until,
            assigned_by=publisher,
            assigned_at=at,
            lowered_with=revision,
        )
        _close(old, last_day=begins - timedelta(days=1), by=publisher, at=at)
        new.save()
        made.append(new)
    return made


def _mode_at(level: int, mode: str) -> str:
    if level < ONLINE_LEVEL:
        return ServiceMode.INFORMATION
    return ServiceMode.PARTIAL if mode == ServiceMode.FULL and level < 4 else mode


@requires_transaction
def _lock(offer_id: int) -> Offer:
    """Lock an offer and, before it, its procedure's row."""
    owner = Offer.objects.filter(pk=offer_id).values_list("procedure_id", flat=True).first()
    if owner is None:
        raise NoSuchOffer(offer_id)
    Procedure.objects.locked().get(pk=owner)
    return Offer.objects.locked().select_related("unit", "procedure").get(pk=offer_id)


@requires_transaction
def _close(offer: Offer, *, last_day: date, by: User | None, at: datetime) -> None:
    offer.valid_until = last_day
    offer.ended_by, offer.ended_at = by, at
    offer.save(
        update_fields=["valid_until", "end_decision", "end_decision_date", "ended_by", "ended_at"]
    )
