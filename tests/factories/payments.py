"""Cash that was counted, by the use case itself."""

from uuid import uuid4

from payments.models import CashReceipt
from payments.services import cash


def cash_received(dossier, place, *, at, number: str = "0001") -> CashReceipt:
    """Let the cashier of `place` take the whole sum that a dossier owes."""
    obligation = dossier.obligations.due().get()
    return cash.receive_cash(
        obligation_id=obligation.pk,
        key=uuid4(),
        amount_vnd=obligation.amount_vnd,
        receipt_number=number,
        by=place.cashier,
        at=at,
    )
