"""What the codes of a report prove of an attempt."""

from typing import Final

from payments.enums import PaymentState
from payments.gateways.vnpay import Report

# Money was taken, but it is not known whether it is ours to keep.
_SUSPICION: Final = "07"
_REVERSED: Final = "04"
_SUCCESS: Final = "00"
_ERROR: Final = "02"
_CANCELLED: Final = "24"


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
