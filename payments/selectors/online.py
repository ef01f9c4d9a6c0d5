"""What a payer sees: what is due now, earlier attempts, and one attempt with its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.enums import PayWay
from accounts.models import CollectingAccount, User
from accounts.selectors import get_collecting_account
from dossiers.codes import clean_code
from dossiers.enums import SlipKind
from dossiers.issuing.paid import paid_note
from dossiers.models import Dossier, Obligation, ObligationLine, Slip
from payments.enums import PaymentState
from payments.gateways import client
from payments.models import LedgerEntry, Payment
from payments.selectors.payback import RefundLine, refund_lines
from portal.core.dates import local_day
from portal.core.money import amount_in_words


@dataclass(frozen=True, slots=True)
class PayPage:
    """What a dossier owes now, and how it may be paid."""

    dossier: Dossier
    name: str
    obligations: Sequence[Obligation]
    lines: Sequence[ObligationLine]
    amount_vnd: int
    in_words: str
    undetermined: bool
    # None where the agency cannot be paid online.
    account: CollectingAccount | None
    # Attempts of which the outcome is not known, and one whose money is being looked into.
    open_attempts: Sequence[Payment]
    suspect: Payment | None
    paid: Sequence[Payment]
    refunds: Sequence[RefundLine]
    # Paid for a dossier that ended without a result, before anybody looked at it.
    unasked: str


@dataclass(frozen=True, slots=True)
class AttemptPage:
    """One attempt, and what became of it."""

    payment: Payment
    dossier: Dossier
    # Still waiting within its window, or not decided after it.
    is_waiting: bool
    has_succeeded: bool
    # Of money that came: how much of it settles nothing.
    surplus_vnd: int
    slip: Slip | None
    still_due: bool


def get_pay_page(*, code: str, user: User, at: datetime) -> PayPage | None:
    """Return the page on which a citizen pays for their own dossier, None for any other."""
    cleaned = clean_code(code)
    if cleaned is None:
        return None
    dossier = (
        Dossier.objects.visible_to(user, at=at)
        .filter(code=cleaned)
        .select_related("procedure", "revision", "receiving_unit", "deciding_unit")
        .first()
    )
    if dossier is None:
        return None
    due = list(dossier.obligations.due().prefetch_related("lines"))
    known = [one for one in due if one.amount_vnd is not None]
    amount = sum((one.amount_vnd or 0) - one.settled_vnd for one in known)
    attempts = list(Payment.objects.filter(dossier=dossier).order_by("-pk"))
    refunds = refund_lines(dossier)
    suspect = [one for one in attempts if one.state == PaymentState.SUSPECT]
    return PayPage(
        dossier=dossier,
        name=dossier.revision.everyday_name or dossier.revision.name,
        obligations=known,
        lines=[line for one in known for line in one.lines.all()],
        amount_vnd=amount,
        in_words=amount_in_words(amount) if amount else "",
        undetermined=len(known) < len(due),
        account=_account(dossier, at=at) if known else None,
        open_attempts=[one for one in attempts if one.state == PaymentState.REDIRECTED],
        suspect=suspect[0] if suspect else None,
        paid=[one for one in attempts if one.state == PaymentState.SUCCEEDED],
        refunds=refunds,
        unasked="" if refunds or due else paid_note(dossier),
    )


def _account(dossier: Dossier, *, at: datetime) -> CollectingAccount | None:
    if not client.is_configured():
        return None
    return get_collecting_account(
        agency_id=dossier.deciding_unit.agency_id or dossier.deciding_unit_id,
        way=PayWay.VNPAY,
        on=local_day(at),
    )


def get_attempt(*, reference: str, user: User) -> AttemptPage | None:
    """Return one attempt of a payer, None for anybody else's."""
    payment = (
        Payment.objects.filter(
            reference=reference, owner=user, dossier__in=Dossier.objects.of_citizen(user)
        )
        .select_related("dossier__receiving_unit", "dossier__revision", "agency")
        .first()
    )
    if payment is None:
        return None
    dossier = payment.dossier
    has_succeeded = payment.state == PaymentState.SUCCEEDED
    unplaced = LedgerEntry.objects.unplaced().filter(payment=payment) if has_succeeded else ()
    slips = dossier.slips.filter(kind=SlipKind.FEE_CONFIRMATION).order_by("-pk")
    return AttemptPage(
        payment=payment,
        dossier=dossier,
        is_waiting=payment.state == PaymentState.REDIRECTED,
        has_succeeded=has_succeeded,
        surplus_vnd=sum(entry.amount_vnd for entry in unplaced),
        slip=slips.first() if has_succeeded else None,
        still_due=dossier.obligations.due().filter(amount_vnd__isnull=False).exists(),
    )
