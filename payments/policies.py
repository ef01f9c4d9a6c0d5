"""What may become of an attempt and of its money. Pure questions, no writes."""

from typing import Final

from dossiers import lifecycle
from dossiers.enums import DossierState
from dossiers.models import Dossier, Obligation
from payments.enums import EntryKind, PaymentState, Why
from payments.models import LedgerEntry

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

# Ended without a decision: what was paid may be owed back, people say whether.
UNSERVED: Final = frozenset({DossierState.REFUSED, DossierState.WITHDRAWN, DossierState.STOPPED})


def is_unserved(dossier: Dossier) -> bool:
    """Tell whether a dossier ended without a result, also when its papers were handed back."""
    state = DossierState(dossier.state)
    return state in UNSERVED or (state == DossierState.RETURNED and not dossier.results.exists())


def stands(entry: LedgerEntry, dossier: Dossier | None) -> bool:
    """Tell whether the money of an entry is still here, and nothing needs it."""
    if LedgerEntry.objects.filter(reverses=entry).exists():
        return False
    if entry.kind != EntryKind.SETTLEMENT:
        return True
    return dossier is not None and is_unserved(dossier)


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
