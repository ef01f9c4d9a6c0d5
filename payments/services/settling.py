"""What a verified report does: it settles, it is held, it fails, and money is always booked."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dossiers.models import Dossier, Obligation
from dossiers.services import fees
from payments import ledger, policies
from payments.enums import EntryKind, PaymentState, Provider, Verdict, Why
from payments.gateways import client
from payments.gateways.outcomes import outcome_of
from payments.gateways.vnpay import Report
from payments.ledger import Money
from payments.models import InboundMessage, LedgerEntry, Payment, PaymentLine
from payments.models.ledger import LedgerQuerySet
from payments.services.locking import lock_dossiers
from portal.core.db import requires_transaction

logger = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def record_report(
    *, report: Report, message_id: int | None, at: datetime, is_query: bool = False
) -> Verdict:
    """
    Apply a report whose signature holds, and write what became of the message that brought it,
    if that was kept.

    In this order: terminal, attempt, amount, state; only then does it settle.
    """
    verdict, payment_id = _record(report, at=at, is_query=is_query)
    if message_id is not None:
        InboundMessage.objects.filter(pk=message_id).update(verdict=verdict, payment=payment_id)
    return verdict


def _record(report: Report, *, at: datetime, is_query: bool) -> tuple[Verdict, int | None]:
    if report.terminal != client.get_terminal().code:
        # Signed with our secret for somebody else's terminal: not our money.
        return Verdict.UNKNOWN_ORDER, None
    found = Payment.objects.filter(provider=Provider.VNPAY, reference=report.reference).first()
    if found is None:
        _keep_orphan(report, payment=None, why=Why.UNKNOWN_ORDER, at=at)
        return Verdict.UNKNOWN_ORDER, None
    dossiers = lock_dossiers(
        PaymentLine.objects.filter(payment=found).values_list("obligation__dossier", flat=True)
    )
    payment = Payment.objects.locked().get(pk=found.pk)
    if report.amount_vnd != payment.amount_vnd:
        _keep_orphan(report, payment=payment, why=Why.WRONG_AMOUNT, at=at)
        return Verdict.WRONG_AMOUNT, payment.pk
    outcome = outcome_of(report, is_query=is_query)
    return _decide(payment, dossiers, report, outcome, at=at), payment.pk


def _decide(
    payment: Payment,
    dossiers: dict[int, Dossier],
    report: Report,
    outcome: PaymentState | None,
    *,
    at: datetime,
) -> Verdict:
    if outcome is None:
        return Verdict.UNCLEAR
    was = PaymentState(payment.state)
    if outcome == PaymentState.SUCCEEDED and _is_anothers(payment, report):
        logger.error("payments.transaction-of-another-attempt payment=%s", payment.pk)
        return Verdict.UNCLEAR
    if outcome == was == PaymentState.SUCCEEDED:
        _keep_second(payment, report, at=at)
    if not policies.may_become(was, outcome):
        return Verdict.KNOWN
    _move(payment, report, outcome, at=at)
    if outcome == PaymentState.SUCCEEDED:
        _book(payment, dossiers, report, was=was, at=at)
    return Verdict.RECORDED


@requires_transaction
def _move(payment: Payment, report: Report, state: PaymentState, *, at: datetime) -> None:
    payment.state = state
    payment.decided_at = at
    payment.response_code, payment.status_code = report.response_code[:4], report.status[:4]
    payment.bank_code, payment.paid_at = report.bank_code[:20], report.paid_at
    if state != PaymentState.SUSPECT:
        payment.query_due_at = None
    if state == PaymentState.SUCCEEDED:
        payment.provider_transaction = report.transaction[:32]
    payment.save(
        update_fields=[
            "state",
            "decided_at",
            "response_code",
            "status_code",
            "bank_code",
            "paid_at",
            "query_due_at",
            "provider_transaction",
        ]
    )


@requires_transaction
def _book(
    payment: Payment,
    dossiers: dict[int, Dossier],
    report: Report,
    *,
    was: PaymentState,
    at: datetime,
) -> None:
    """Put every đồng of an attempt into the books: to what it was meant for, else to surplus."""
    money = ledger.from_gateway(
        reference=payment.reference, transaction=report.transaction, payment=payment
    )
    for orphan in _booked(report).unplaced().filter(kind=EntryKind.ORPHAN):
        ledger.reverse(orphan, why=Why.EXPLAINED, at=at)
    for line in payment.lines.order_by("obligation_id"):
        obligation = Obligation.objects.locked().get(pk=line.obligation_id)
        dossier = dossiers[obligation.dossier_id]
        why = policies.why_not(obligation, dossier, was=was)
        rest = (obligation.amount_vnd or 0) - obligation.settled_vnd
        usable = 0 if why else min(rest, line.amount_vnd)
        if usable:
            settle(obligation, money=money, amount_vnd=usable, paid_at=report.paid_at, at=at)
        if line.amount_vnd > usable:
            book_surplus(
                obligation,
                dossier,
                money=money,
                agency_id=payment.agency_id,
                amount_vnd=line.amount_vnd - usable,
                why=why or Why.ALREADY_SETTLED,
                at=at,
            )


@requires_transaction
def settle(
    obligation: Obligation,
    *,
    money: Money,
    amount_vnd: int,
    paid_at: datetime | None,
    at: datetime,
) -> LedgerEntry:
    """Book money of the gateway to a locked obligation, and let the dossier go on."""
    payment = money.payment
    entry = ledger.append(
        EntryKind.SETTLEMENT,
        agency_id=payment.agency_id if payment else None,
        money=money,
        amount_vnd=amount_vnd,
        at=at,
        obligation=obligation,
    )
    fees.record_settlement(
        obligation_id=obligation.pk,
        amount_vnd=amount_vnd,
        reference=money.reference,
        by=None,
        at=at,
        received=fees.Received(
            means=_("trực tuyến qua VNPAY"),
            paper=_("Mã giao dịch: %(number)s, số tham chiếu: %(reference)s")
            % {"number": money.transaction, "reference": money.reference},
            at=paid_at or at,
        ),
    )
    return entry


@requires_transaction
def book_surplus(
    obligation: Obligation,
    dossier: Dossier,
    *,
    money: Money,
    agency_id: int,
    amount_vnd: int,
    why: Why,
    at: datetime,
) -> LedgerEntry:
    """Book money that settles nothing, and tell the citizen and the cashiers of it."""
    entry = ledger.append(
        EntryKind.SURPLUS,
        agency_id=agency_id,
        money=money,
        amount_vnd=amount_vnd,
        at=at,
        why=why,
        obligation=obligation,
    )
    logger.warning("payments.surplus entry=%s why=%s", entry.pk, why)
    fees.tell_surplus(dossier, amount_vnd=amount_vnd, n=entry.pk, at=at)
    return entry


def _keep_second(payment: Payment, report: Report, *, at: datetime) -> None:
    """Keep a second transaction for an attempt that succeeded: one settles, one is surplus."""
    if report.transaction == payment.provider_transaction or _booked(report).exists():
        return
    line = payment.lines.select_related("obligation").order_by("obligation_id")[0]
    dossier = lock_dossiers([line.obligation.dossier_id])[line.obligation.dossier_id]
    book_surplus(
        line.obligation,
        dossier,
        money=ledger.from_gateway(
            reference=payment.reference, transaction=report.transaction, payment=payment
        ),
        agency_id=payment.agency_id,
        amount_vnd=report.amount_vnd,
        why=Why.TWICE,
        at=at,
    )


def _keep_orphan(report: Report, *, payment: Payment | None, why: Why, at: datetime) -> None:
    """Book verified money that belongs to no attempt as it stands, once per transaction."""
    if not (report.succeeded and report.transaction.strip("0") and report.amount_vnd):
        return
    agency_id = payment.agency_id if payment else None
    # The gateway repeats what is answered 01 or 04; whoever holds the chain looks alone.
    ledger.lock_chain(agency_id)
    if _booked(report).exists():
        return
    entry = ledger.append(
        EntryKind.ORPHAN,
        agency_id=agency_id,
        money=ledger.from_gateway(
            reference=report.reference, transaction=report.transaction, payment=payment
        ),
        amount_vnd=report.amount_vnd,
        at=at,
        why=why,
    )
    logger.error("payments.orphan entry=%s why=%s", entry.pk, why)


def _booked(report: Report) -> LedgerQuerySet:
    return LedgerEntry.objects.filter(
        provider=Provider.VNPAY, provider_transaction=report.transaction[:32]
    )


def _is_anothers(payment: Payment, report: Report) -> bool:
    others = Payment.objects.filter(
        provider=payment.provider, provider_transaction=report.transaction[:32]
    )
    return others.exclude(pk=payment.pk).exists()
