"""Money that goes back: suggested by a sweep, proposed, approved by another person, paid back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import StaffRole, User
from accounts.selectors import list_roles, roles_in
from dossiers.enums import DossierState
from dossiers.models import Dossier, Obligation
from dossiers.services import fees
from payments import ledger, policies
from payments.enums import EntryKind, RefundMeans, RefundState
from payments.models import LedgerEntry, Refund
from payments.services.locking import lock_dossiers
from portal.core.dates import local_day
from portal.core.db import requires_transaction

BATCH: Final = 200


class NotYourRefund(Exception):
    """The person holds no role that may do this for the agency."""


class NotRefundable(Exception):
    """The money was used or paid back meanwhile, or the dossier goes on and needs it."""


class OutOfTurn(Exception):
    """Somebody else did something to the refund first."""


class SamePerson(Exception):
    """Who proposed a refund does not decide on it."""


class ReferenceUsed(Exception):
    """Another refund of the agency carries this number."""


@dataclass(frozen=True, slots=True)
class Payee:
    """To whom the money goes, and how."""

    name: str
    means: RefundMeans
    bank: str = ""
    account: str = ""


@transaction.atomic(durable=True)
def suggest_refunds(*, at: datetime) -> int:
    """
    Put before the accountants what seems to be owed back and was never looked at; return how many.

    Money that settles nothing, once nothing is due for which it could be used; and what was paid
    for a dossier that ended without being decided. Whether it really goes back, people say.
    """
    surplus = LedgerEntry.objects.unplaced().filter(
        ~Q(obligation__isnull=False, obligation__in=Obligation.objects.due()),
    )
    unserved = LedgerEntry.objects.standing().filter(
        Q(obligation__dossier__state__in=policies.UNSERVED)
        | Q(
            obligation__dossier__state=DossierState.RETURNED,
            obligation__dossier__results__isnull=True,
        ),
        kind=EntryKind.SETTLEMENT,
    )
    found = 0
    for entries in (surplus, unserved):
        fresh = entries.filter(agency__isnull=False, refunds__isnull=True)
        made = Refund.objects.bulk_create(
            [
                Refund(entry=one, agency=one.agency, created_at=at)
                for one in fresh.select_related("agency").order_by("pk")[:BATCH]
                if one.agency is not None
            ],
            # Two sweeps at once: the second finds the first's rows.
            ignore_conflicts=True,
        )
        found += len(made)
    return found


@transaction.atomic(durable=True)
def propose_refund(*, refund_id: int, payee: Payee, ground: str, by: User, at: datetime) -> Refund:
    """
    Ask the leader to let money go back, to whom and why.

    :raises NotYourRefund: if `by` is not accountant of the agency.
    :raises OutOfTurn: if it is not waiting for that.
    :raises NotRefundable: if the money is gone, or the dossier goes on.
    """
    refund = _hold(refund_id, by=by, role=Role.ACCOUNTANT, wanted=RefundState.SUGGESTED, at=at)
    refund.state = RefundState.PROPOSED
    refund.payee_name, refund.means = payee.name, payee.means
    refund.bank = payee.bank if payee.means == RefundMeans.BANK else ""
    refund.set_account(payee.account if payee.means == RefundMeans.BANK else "")
    refund.ground = ground
    refund.proposed_by, refund.proposed_at = by, at
    refund.save()
    return refund


@transaction.atomic(durable=True)
def approve_refund(*, refund_id: int, by: User, at: datetime) -> Refund:
    """
    Let money go back.

    :raises NotYourRefund: if `by` does not lead the agency.
    :raises SamePerson: if `by` proposed it.
    :raises OutOfTurn: if it is not waiting for that.
    :raises NotRefundable: if the money is gone, or the dossier goes on.
    """
    refund = _hold(refund_id, by=by, role=Role.LEADER, wanted=RefundState.PROPOSED, at=at)
    if refund.proposed_by_id == by.pk:
        raise SamePerson(refund.pk)
    refund.state = RefundState.APPROVED
    refund.decided_by, refund.decided_at = by, at
    refund.save(update_fields=["state", "decided_by", "decided_at"])
    return refund


@transaction.atomic(durable=True)
def decline_refund(*, refund_id: int, note: str, by: User, at: datetime) -> Refund:
    """
    Say that money does not go back: the accountant of a suggestion, the leader of a proposal.

    :raises NotYourRefund: if `by` is neither.
    :raises SamePerson: if `by` proposed it.
    :raises OutOfTurn: if it is decided already.
    """
    state = Refund.objects.filter(pk=refund_id).values_list("state", flat=True).first()
    is_proposed = state == RefundState.PROPOSED
    refund = _hold(
        refund_id,
        by=by,
        role=Role.LEADER if is_proposed else Role.ACCOUNTANT,
        wanted=RefundState.PROPOSED if is_proposed else RefundState.SUGGESTED,
        at=at,
        must_stand=False,
    )
    if refund.proposed_by_id == by.pk:
        raise SamePerson(refund.pk)
    refund.state = RefundState.DECLINED
    refund.decided_by, refund.decided_at, refund.note = by, at, note
    refund.save(update_fields=["state", "decided_by", "decided_at", "note"])
    return refund


@transaction.atomic(durable=True)
def record_refund(*, refund_id: int, reference: str, by: User, at: datetime) -> Refund:
    """
    Write down that approved money was paid back, under the number of the paper that proves it.

    The ledger takes the entry back, once for ever; what had been settled with it no longer is.

    :raises NotYourRefund: if `by` is not accountant of the agency.
    :raises OutOfTurn: if it is not approved, or was paid already.
    :raises NotRefundable: if the money is gone, or the dossier goes on.
    :raises ReferenceUsed: if another refund carries this number.
    """
    refund = _hold(refund_id, by=by, role=Role.ACCOUNTANT, wanted=RefundState.APPROVED, at=at)
    refund.state = RefundState.PAID
    refund.paid_by, refund.paid_at, refund.reference = by, at, reference
    try:
        with transaction.atomic():
            refund.save(update_fields=["state", "paid_by", "paid_at", "reference"])
    except IntegrityError as error:
        raise ReferenceUsed(reference) from error
    entry = refund.entry
    dossier = _dossier_of(entry)
    if dossier is not None:
        settled = entry.obligation if entry.kind == EntryKind.SETTLEMENT else None
        fees.record_refund(
            dossier=dossier,
            obligation=settled,
            amount_vnd=entry.amount_vnd,
            reference=reference,
            means=str(RefundMeans(refund.means).label),
            by=by,
            at=at,
        )
    # The chain's lock is the last that is taken.
    ledger.pay_back(entry, reference=f"HT-{refund.pk} {reference}", by=by, at=at)
    return refund


@requires_transaction
def drop_suggestions(entry: LedgerEntry, *, by: User, at: datetime) -> None:
    """
    Close what was suggested for money that is about to be used for a sum still due.

    :raises NotRefundable: if it is on its way back already.
    """
    if Refund.objects.committed().filter(entry=entry).exists():
        raise NotRefundable(entry.pk)
    Refund.objects.filter(entry=entry, state=RefundState.SUGGESTED).update(
        state=RefundState.DECLINED,
        decided_by=by,
        decided_at=at,
        note=_("Đã dùng cho khoản còn phải nộp."),
    )


@requires_transaction
def _hold(
    refund_id: int,
    *,
    by: User,
    role: Role,
    wanted: RefundState,
    at: datetime,
    must_stand: bool = True,
) -> Refund:
    """Lock the dossier, then the refund, and make sure that it is this person's turn."""
    found = Refund.objects.select_related("entry__obligation", "entry__payment").get(pk=refund_id)
    if not may(found, list_roles(by, on=local_day(at)), role):
        raise NotYourRefund(refund_id)
    dossier_id = dossier_id_of(found.entry)
    dossiers = lock_dossiers([dossier_id]) if dossier_id else {}
    refund: Refund = (
        Refund.objects.locked()
        .select_related("entry__obligation", "entry__payment")
        .get(pk=refund_id)
    )
    if refund.state != wanted:
        raise OutOfTurn(refund_id)
    if must_stand and not policies.stands(refund.entry, dossiers.get(dossier_id or 0)):
        raise NotRefundable(refund_id)
    return refund


def may(refund: Refund, roles: list[StaffRole], role: Role) -> bool:
    return refund.agency_id in roles_in(roles, role)


def dossier_id_of(entry: LedgerEntry) -> int | None:
    meant_for = entry.obligation or entry.payment
    return meant_for.dossier_id if meant_for else None


def _dossier_of(entry: LedgerEntry) -> Dossier | None:
    dossier_id = dossier_id_of(entry)
    return lock_dossiers([dossier_id])[dossier_id] if dossier_id else None
