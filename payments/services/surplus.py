"""Money that settles nothing: a person uses it for a sum that is still due."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.selectors import list_roles
from dossiers import policies as dossier_policies
from dossiers.models import Obligation
from payments import ledger
from payments.enums import EntryKind, Why
from payments.models import LedgerEntry
from payments.services import refunds
from payments.services.locking import lock_dossiers
from payments.services.settling import settle
from portal.core.dates import local_day


class NotUsable(Exception):
    """The entry was used before, or its sum is not exactly what is still due."""


@transaction.atomic(durable=True)
def use_surplus(*, entry_id: int, by: User, at: datetime) -> LedgerEntry:
    """
    Settle the sum for which surplus money was meant, if that is still due.

    The surplus is reversed and the settlement booked beside it: nothing is ever rewritten.

    :raises dossiers.policies.NotYourDossier: if `by` is not cashier of the receiving desk.
    :raises NotUsable: if it was used before, is on its way back, or is not exactly what is due.
    """
    entry = LedgerEntry.objects.filter(pk=entry_id, kind=EntryKind.SURPLUS).first()
    if entry is None or entry.obligation is None:
        raise NotUsable(entry_id)
    obligation_id = entry.obligation.pk
    dossier = lock_dossiers([entry.obligation.dossier_id])[entry.obligation.dossier_id]
    if not dossier_policies.can_take_cash(dossier, list_roles(by, on=local_day(at))):
        raise dossier_policies.NotYourDossier(dossier.pk)
    dossier_policies.require_not_own_affair(dossier, by)
    obligation = Obligation.objects.locked().get(pk=obligation_id)
    is_spent = LedgerEntry.objects.filter(reverses=entry).exists()
    rest = (obligation.amount_vnd or 0) - obligation.settled_vnd
    if is_spent or not obligation.is_due or rest != entry.amount_vnd:
        raise NotUsable(entry_id)
    try:
        refunds.drop_suggestions(entry, by=by, at=at)
    except refunds.NotRefundable as error:
        raise NotUsable(entry_id) from error
    ledger.reverse(entry, why=Why.USED, at=at, by=by)
    money = ledger.from_gateway(
        reference=entry.reference,
        transaction=entry.provider_transaction,
        payment=entry.payment,
    )
    paid_at = entry.payment.paid_at if entry.payment else None
    return settle(obligation, money=money, amount_vnd=entry.amount_vnd, paid_at=paid_at, at=at)
