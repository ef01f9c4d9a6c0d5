"""What a dossier owes. The money is recorded by payments, which reports it here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_roles, list_staff
from dossiers import lifecycle, notices, policies, transitions
from dossiers.enums import Action
from dossiers.issuing import issue_fee_confirmation
from dossiers.models import Dossier, Obligation, ObligationLine
from portal.core.dates import local_day
from portal.core.db import requires_transaction
from procedures.enums import FeeMoment


class NotPayable(Exception):
    """The obligation is cancelled, settled, or its amount is not fixed yet."""


class NothingToFix(Exception):
    """The obligation is closed, or its amount is fixed already."""


class ZeroNeedsLeader(Exception):
    """Asking nothing for an undetermined fee is an exemption: only the leader grants it."""


@dataclass(frozen=True, slots=True)
class FixedAmount:
    """What a person found out about an undetermined line: the sum and by which rule."""

    amount_vnd: int
    ground: str


@dataclass(frozen=True, slots=True)
class Received:
    """How money came, in the words of the confirmation."""

    means: str  # "trực tuyến qua VNPAY"
    paper: str  # "Mã giao dịch: 14000001"
    at: datetime


@requires_transaction
def create_obligations(dossier: Dossier, *, moment: FeeMoment, at: datetime) -> Obligation | None:
    """
    Store what a dossier owes from the lines pinned at submission; None when nothing is due.

    Zero and exempt mean no obligation and no step. Fees due at the result block no work.
    """
    lines: list[dict[str, Any]] = dossier.offer_snapshot.get("fees", [])
    if dossier.offer_snapshot.get("fee_moment") != moment:
        return None
    if all(line["amount_vnd"] == 0 for line in lines):
        return None
    # Accepted anew: what was paid for the first acceptance is not asked for again.
    if dossier.obligations.filter(moment=moment, cancelled_at=None).exists():
        return None
    amounts = [line["amount_vnd"] for line in lines]
    obligation = Obligation.objects.create(
        dossier=dossier,
        number=dossier.obligations.count() + 1,
        moment=moment,
        blocks_work=moment != FeeMoment.AT_RESULT,
        amount_vnd=None if None in amounts else sum(amounts),
        created_at=at,
    )
    ObligationLine.objects.bulk_create(
        [
            ObligationLine(
                obligation=obligation,
                position=position,
                fee_key=line["fee_key"],
                name=line["name"],
                kind=line["kind"],
                quantity=line["quantity"],
                unit_amount_vnd=line["unit_amount_vnd"],
                amount_vnd=line["amount_vnd"],
                ground=line["ground"],
                exemption_key=line["exemption_key"],
            )
            for position, line in enumerate(lines)
        ]
    )
    return obligation


@requires_transaction
def ask_payment(dossier: Dossier, obligation: Obligation, *, by: User | None, at: datetime) -> None:
    """Let a locked dossier wait for an obligation that stops the work, and tell the citizen."""
    transitions.apply(
        dossier,
        Action.ASK_PAYMENT,
        by=by,
        at=at,
        data={"obligation": obligation.number, "amount_vnd": obligation.amount_vnd},
    )
    notices.queue_payment_asked(dossier, obligation, at=at)


@transaction.atomic(durable=True)
def fix_amount(
    *,
    dossier_id: int,
    by: User,
    at: datetime,
    version: int | None,
    amounts: Mapping[int, FixedAmount],
) -> Obligation:
    """
    Fix the undetermined lines of the first obligation that has any, each with its ground.

    A fee that stops the work is asked for at once if the dossier can wait now.

    :raises policies.NotYourDossier: if `by` is neither clerk of the desk nor leader.
    :raises lifecycle.StaleVersion: if somebody changed the dossier meanwhile.
    :raises NothingToFix: if `amounts`, by line id, are not exactly the undetermined lines.
    :raises ZeroNeedsLeader: if a line is fixed at nothing and `by` does not lead.
    """
    dossier = (
        Dossier.objects.locked()
        .select_related("receiving_unit", "deciding_unit", "procedure", "owner")
        .get(pk=dossier_id)
    )
    transitions.require_version(dossier, version)
    roles = list_roles(by, on=local_day(at))
    leads = policies.can_lead(dossier, roles)
    dossier.acting_for = policies.require_fix_fees(dossier, roles).on_behalf_of_id
    policies.require_not_own_affair(dossier, by)
    unknown = Obligation.objects.locked().due().filter(dossier=dossier, amount_vnd=None)
    obligation = unknown.order_by("number").first()
    lines = list(obligation.lines.all()) if obligation else []
    undetermined = [line for line in lines if line.amount_vnd is None]
    if obligation is None or {line.pk for line in undetermined} != set(amounts):
        raise NothingToFix(dossier_id)
    if not leads and not all(fixed.amount_vnd for fixed in amounts.values()):
        raise ZeroNeedsLeader(dossier_id)
    for line in undetermined:
        line.amount_vnd = amounts[line.pk].amount_vnd
        line.ground = amounts[line.pk].ground
        line.save(update_fields=["amount_vnd", "ground"])
    obligation.amount_vnd = sum(line.amount_vnd or 0 for line in lines)
    if obligation.amount_vnd == 0:
        obligation.settled_at = at
    obligation.save(update_fields=["amount_vnd", "settled_at"])
    transitions.note(
        dossier,
        Action.FIX_FEE,
        by=by,
        at=at,
        unit=dossier.deciding_unit if leads else dossier.receiving_unit,
        data={"obligation": obligation.number, "amount_vnd": obligation.amount_vnd},
    )
    can_wait = lifecycle.allows(
        Action.ASK_PAYMENT, source=dossier.lifecycle_state, resume=dossier.lifecycle_resume
    )
    if obligation.amount_vnd and obligation.blocks_work and can_wait:
        ask_payment(dossier, obligation, by=by, at=at)
    return obligation


@requires_transaction
def record_settlement(
    *,
    obligation_id: int,
    amount_vnd: int,
    reference: str,
    by: User | None,
    at: datetime,
    received: Received | None = None,
    acting_for: int | None = None,
) -> Obligation:
    """
    Add money that arrived to an obligation; the only writer of `settled_vnd`.

    The caller has locked the dossier and opened the transaction. A dossier that waited for just
    this goes on by itself. With `received` a confirmation is issued once all is paid.

    :raises NotPayable: if the obligation is cancelled, settled or has no amount.
    """
    obligation = Obligation.objects.locked().select_related("dossier").get(pk=obligation_id)
    if not obligation.is_due or obligation.amount_vnd is None or amount_vnd <= 0:
        raise NotPayable(obligation.pk)
    dossier = Dossier.objects.locked().get(pk=obligation.dossier_id)
    dossier.acting_for = acting_for
    obligation.settled_vnd += amount_vnd
    if obligation.settled_vnd >= obligation.amount_vnd:
        obligation.settled_at = at
    obligation.save(update_fields=["settled_vnd", "settled_at"])
    transitions.note(
        dossier,
        Action.RECORD_PAYMENT,
        by=by,
        at=at,
        data={
            "obligation": obligation.number,
            "amount_vnd": amount_vnd,
            "settled_vnd": obligation.settled_vnd,
            "reference": reference,
        },
    )
    if obligation.settled_at is not None:
        _go_on(dossier, by=by, at=at)
        if received is not None:
            issue_fee_confirmation(
                obligation,
                means=received.means,
                paper=received.paper,
                received_at=received.at,
                by=by,
                at=at,
            )
        notices.queue_payment_recorded(dossier, obligation, at=at, by_email=received is None)
    return obligation


@requires_transaction
def record_refund(
    *,
    dossier: Dossier,
    obligation: Obligation | None,
    amount_vnd: int,
    reference: str,
    means: str,
    by: User,
    at: datetime,
) -> None:
    """
    Note that money went back to whoever paid it, and tell them; the dossier is locked.

    With `obligation` it had settled that: what is settled shrinks, and nothing is due any more.

    :raises NotPayable: if so much was never settled.
    """
    data: dict[str, Any] = {"amount_vnd": amount_vnd, "reference": reference}
    if obligation is not None:
        obligation = Obligation.objects.locked().get(pk=obligation.pk)
        if obligation.settled_vnd < amount_vnd:
            raise NotPayable(obligation.pk)
        obligation.settled_vnd -= amount_vnd
        obligation.settled_at = None
        obligation.cancelled_at = obligation.cancelled_at or at
        obligation.save(update_fields=["settled_vnd", "settled_at", "cancelled_at"])
        data |= {"obligation": obligation.number, "settled_vnd": obligation.settled_vnd}
    transitions.note(dossier, Action.RECORD_REFUND, by=by, at=at, data=data)
    notices.queue_payment_refunded(
        dossier, amount_vnd=amount_vnd, means=means, reference=reference, at=at
    )


@requires_transaction
def tell_surplus(dossier: Dossier, *, amount_vnd: int, n: int, at: datetime) -> None:
    """Tell the citizen and the cashiers of money that settles nothing; `n` counts such events."""
    cashiers = list_staff(unit_id=dossier.receiving_unit_id, role=Role.CASHIER, on=local_day(at))
    notices.queue_payment_surplus(dossier, amount_vnd=amount_vnd, n=n, people=cashiers, at=at)


def _go_on(dossier: Dossier, *, by: User | None, at: datetime) -> None:
    still_blocked = dossier.obligations.due().filter(blocks_work=True).exists()
    resume = dossier.lifecycle_resume
    if not still_blocked and lifecycle.allows(
        Action.SETTLE, source=dossier.lifecycle_state, resume=resume
    ):
        transitions.apply(dossier, Action.SETTLE, by=by, at=at)


@requires_transaction
def cancel_obligations(dossier: Dossier, *, at: datetime) -> None:
    """Close what is still due on a locked dossier that ends: nobody may start to pay it."""
    dossier.obligations.due().update(cancelled_at=at)


@requires_transaction
def revive_obligations(
    dossier: Dossier, *, ended_at: datetime | None, by: User | None, at: datetime
) -> None:
    """
    Ask again for what was cancelled when a locked dossier, now open again, ended at `ended_at`.

    What stops the work is asked for at once: the dossier waits for it with a new date.
    """
    cancelled = dossier.obligations.filter(cancelled_at=ended_at, settled_at=None)
    if ended_at is None or not cancelled.update(cancelled_at=None):
        return
    blocking = dossier.obligations.due().filter(blocks_work=True, amount_vnd__isnull=False)
    obligation = blocking.order_by("number").first()
    if obligation is not None:
        ask_payment(dossier, obligation, by=by, at=at)


def list_due(dossier: Dossier) -> list[Obligation]:
    """Return the obligations still due, with their lines."""
    return list(dossier.obligations.due().prefetch_related("lines"))
