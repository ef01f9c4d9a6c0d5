"""What a report means, and what becomes of money. Pure questions, no writes."""

from typing import Final

from dossiers import lifecycle
from dossiers.enums import DossierState
from dossiers.models import Dossier, Obligation
from payments.enums import PaymentState, Why
from payments.gateways.vnpay import Report

# Money was taken, but it is not known whether it is ours to keep.
_SUSPICION: Final = "07"
_REVERSED: Final = "04"
_SUCCESS: Final = "00"
_ERROR: Final = "02"
_CANCELLED: Final = "24"

# A failure is final only as long as no money is proven; success is never undone.
_OVERWRITES: Final = {
    PaymentState.REDIRECTED: frozenset(PaymentState) - {PaymentState.REDIRECTED},
    PaymentState.SUSPECT: frozenset(
        {PaymentState.SUCCEEDED, PaymentState.FAILED, PaymentState.CANCELLED}
    ),
    PaymentState.FAILED: frozenset({PaymentState.SUCCEEDED, PaymentState.SUSPECT}),
    PaymentState.CANCELLED: frozenset({PaymentState.SUCCEEDED, PaymentState.SUSPECT}),
    PaymentState.EXPIRED: frozenset({PaymentState.SUCCEEDED, PaymentState.SUSPECT}),
    PaymentState.SUCCEEDED: frozenset[PaymentState](),
}


def outcome_of(report: Report, *, is_query: bool) -> PaymentState | None:
    """
    Return the state that a report proves; None while it proves nothing.

    In the answer to a query the response code speaks of the query, so only the status counts.
    """
    if not report.is_payment:
        return None
    if report.succeeded:
        # Without its number the money could be booked twice.
        return PaymentState.SUCCEEDED if report.transaction.strip("0") else None
    if _SUSPICION in {report.response_code, report.status} or report.status == _REVERSED:
        return PaymentState.SUSPECT
    if report.response_code == _CANCELLED and report.status != _SUCCESS:
        return PaymentState.CANCELLED
    has_failed = not is_query and report.response_code not in {"", _SUCCESS}
    if report.status == _ERROR or (has_failed and report.status != _SUCCESS):
        return PaymentState.FAILED
    return None


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
