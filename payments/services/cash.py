"""Cash at the counter: counted, receipted on paper, and reported to the dossier at once."""

import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import list_roles
from dossiers import policies
from dossiers.models import Dossier, Obligation
from dossiers.services import fees
from payments import ledger
from payments.enums import EntryKind
from payments.models import CashReceipt
from portal.core.dates import local_day
from portal.core.db import requires_transaction


class WrongAmount(Exception):
    """The cash counted is not the whole sum due; part of a sum is not taken."""

    def __init__(self, due_vnd: int) -> None:
        super().__init__(due_vnd)
        self.due_vnd = due_vnd


class ReceiptNumberUsed(Exception):
    """The desk has given this receipt number to another payment this year."""


@transaction.atomic(durable=True)
def receive_cash(
    *,
    obligation_id: int,
    key: uuid.UUID,
    amount_vnd: int,
    receipt_number: str,
    by: User,
    at: datetime,
) -> CashReceipt:
    """
    Record the whole sum of an obligation as counted cash; the same key again is the same receipt.

    :raises policies.NotYourDossier: if `by` is not a cashier of the receiving desk.
    :raises fees.NotPayable: if nothing is due (any more), or the amount is not fixed.
    :raises WrongAmount: if the cash is not exactly the sum due.
    :raises ReceiptNumberUsed: if the number stands on another receipt of the desk this year.
    """
    dossier_id = Obligation.objects.values_list("dossier", flat=True).get(pk=obligation_id)
    dossier = Dossier.objects.locked().select_related("receiving_unit").get(pk=dossier_id)
    held = policies.held_role(
        list_roles(by, on=local_day(at)), Role.CASHIER, dossier.receiving_unit_id
    )
    if held is None:
        raise policies.NotYourDossier(dossier.pk)
    policies.require_not_own_affair(dossier, by)
    twin = CashReceipt.objects.filter(key=key, obligation=obligation_id).first()
    if twin is not None:
        return twin
    obligation = Obligation.objects.locked().get(pk=obligation_id)
    if not obligation.is_due or obligation.amount_vnd is None:
        raise fees.NotPayable(obligation.pk)
    due_vnd = obligation.amount_vnd - obligation.settled_vnd
    if amount_vnd != due_vnd:
        raise WrongAmount(due_vnd)
    receipt = _write(
        CashReceipt(
            key=key,
            obligation=obligation,
            unit=dossier.receiving_unit,
            amount_vnd=amount_vnd,
            year=local_day(at).year,
            receipt_number=receipt_number,
            received_by=by,
            received_at=at,
        )
    )
    desk = dossier.receiving_unit
    ledger.append(
        EntryKind.SETTLEMENT,
        agency_id=desk.agency_id or desk.pk,
        money=ledger.from_cash(receipt),
        amount_vnd=amount_vnd,
        at=at,
        obligation=obligation,
        by=by,
    )
    fees.record_settlement(
        obligation_id=obligation.pk,
        amount_vnd=amount_vnd,
        reference=f"CASH-{receipt.pk}",
        by=by,
        acting_for=held.on_behalf_of_id,
        at=at,
        received=fees.Received(
            means=_("tiền mặt tại quầy"),
            paper=_("Biên lai giấy số: %(number)s") % {"number": receipt_number},
            at=at,
        ),
    )
    return receipt


@requires_transaction
def _write(receipt: CashReceipt) -> CashReceipt:
    try:
        with transaction.atomic():
            receipt.save(force_insert=True)
    except IntegrityError as error:
        raise ReceiptNumberUsed(receipt.receipt_number) from error
    return receipt
