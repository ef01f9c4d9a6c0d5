"""What a dossier owes. The money is recorded by payments, which reports it here."""

from datetime import datetime
from typing import Any

from accounts.models import User
from dossiers import lifecycle, notices, transitions
from dossiers.enums import Action
from dossiers.models import Dossier, Obligation, ObligationLine
from portal.core.db import requires_transaction
from procedures.enums import FeeMoment


class NotPayable(Exception):
    """The obligation is cancelled, settled, or its amount is not fixed yet."""


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


@requires_transaction
def record_settlement(
    *, obligation_id: int, amount_vnd: int, reference: str, by: User | None, at: datetime
) -> Obligation:
    """
    Add money that arrived to an obligation; the only writer of `settled_vnd`.

    The caller has locked the dossier and opened the transaction. A dossier that waited for just
    this goes on by itself.

    :raises NotPayable: if the obligation is cancelled, settled or has no amount.
    """
    obligation = Obligation.objects.locked().select_related("dossier").get(pk=obligation_id)
    if not obligation.is_due or obligation.amount_vnd is None or amount_vnd <= 0:
        raise NotPayable(obligation.pk)
    dossier = Dossier.objects.locked().get(pk=obligation.dossier_id)
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
        notices.queue_payment_recorded(dossier, obligation, at=at)
    return obligation


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


def list_due(dossier: Dossier) -> list[Obligation]:
    """Return the obligations still due, with their lines."""
    return list(dossier.obligations.due().prefetch_related("lines"))
