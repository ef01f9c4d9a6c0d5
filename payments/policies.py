"""What may become of an attempt and of its money. Pure questions, no writes."""

from typing import Final

from dossiers import lifecycle
from dossiers.enums import DossierState
from dossiers.models import Dossier, Obligation
from payments.enums import PaymentState, Why

# A failure is final only as long as no money is proven; success is never undone.
_OVERWRITES: Final = {
    PaymentState.REDIRECTED: frozenset(PaymentState) - {PaymentState.REDIRECTED},
    PaymentState.SUSPECT: frozenset(
        {PaymentState.SUCCEEDED, PaymentState.FAILED, PaymentState.CANCELLED}
    ),
    # An answer to a query cannot tell a cancelled payment from a failed one; the report can.
    PaymentState.FAILED: frozenset(
        {PaymentState.SUCCEEDED, PaymentState.SUSPECT, PaymentState.CANCELLED}
    ),
    PaymentState.CANCELLED: frozenset({PaymentState.SUCCEEDED, PaymentState.SUSPECT}),
    PaymentState.EXPIRED: frozenset({PaymentState.SUCCEEDED, PaymentState.SUSPECT}),
    PaymentState.SUCCEEDED: frozenset[PaymentState](),
}


def may_become(state: PaymentState, target: PaymentState) -> bool:
    return target in _OVERWRITES[state]


def why_not(obligation: Obligation, dossier: Dossier, *, was: PaymentState) -> Why | None:
    """Return why money cannot settle a locked obligation, None if it can."""
    is_over = dossier.state not in {*lifecycle.OPEN, DossierState.DECIDED}
    if obligation.settled_at is not None:
        return Why.ALREADY_SETTLED
    if obligation.cancelled_at is not None or obligation.amount_vnd is None:
        return Why.ENDED if is_over else Why.CANCELLED
    if is_over:
        return Why.ENDED
    return Why.LATE if was == PaymentState.EXPIRED else None
