"""The only writer of the ledger: one chain per agency, each entry bound to the one before it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from accounts.models import User
from dossiers.models import Obligation
from payments.enums import EntryKind, Provider, Source, Why
from payments.models import CashReceipt, LedgerEntry, Payment
from portal.core.db import requires_transaction

# The first key of our advisory locks; the second is the agency, 0 where none is known.
_LOCK: Final = 0x4C45


@dataclass(frozen=True, slots=True)
class Money:
    """Where money came from: a gateway's transaction, or a cash receipt."""

    source: Source
    provider: str = ""
    reference: str = ""
    transaction: str = ""
    payment: Payment | None = None
    receipt: CashReceipt | None = None


def from_gateway(*, reference: str, transaction: str, payment: Payment | None = None) -> Money:
    return Money(
        source=Source.GATEWAY,
        provider=Provider.VNPAY,
        reference=reference[:100],
        transaction=transaction[:32],
        payment=payment,
    )


def from_cash(receipt: CashReceipt) -> Money:
    return Money(source=Source.CASH, reference=f"CASH-{receipt.pk}", receipt=receipt)


@requires_transaction
def append(
    kind: EntryKind,
    *,
    agency_id: int | None,
    money: Money,
    amount_vnd: int,
    at: datetime,
    why: Why | None = None,
    obligation: Obligation | None = None,
    by: User | None = None,
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """
    Append an entry to the chain of an agency, which nobody else can do until the commit.

    Lock dossiers and payments first: the chain's lock is always the last that is taken.
    """
    lock_chain(agency_id)
    last = (
        LedgerEntry.objects.filter(agency=agency_id)
        .order_by("-sequence")
        .values_list("sequence", "hash")
        .first()
    )
    sequence, previous = (last[0] + 1, last[1]) if last else (1, "")
    entry = LedgerEntry(
        agency_id=agency_id,
        sequence=sequence,
        kind=kind,
        source=money.source,
        amount_vnd=amount_vnd,
        why=why or "",
        obligation=obligation,
        payment=money.payment,
        cash_receipt=money.receipt,
        reverses=reverses,
        provider=money.provider,
        reference=money.reference,
        provider_transaction=money.transaction,
        recorded_by=by,
        recorded_at=at,
        previous_hash=previous,
    )
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)
    return entry


@requires_transaction
def reverse(entry: LedgerEntry, *, why: Why, at: datetime, by: User | None = None) -> LedgerEntry:
    """Take an entry back by a counter-entry; the database lets nobody do so twice."""
    return append(
        EntryKind.REVERSAL,
        agency_id=entry.agency_id,
        money=Money(
            source=Source(entry.source),
            provider=entry.provider,
            reference=entry.reference,
            transaction=entry.provider_transaction,
            payment=entry.payment,
            receipt=entry.cash_receipt,
        ),
        amount_vnd=entry.amount_vnd,
        at=at,
        why=why,
        obligation=entry.obligation,
        by=by,
        reverses=entry,
    )


@requires_transaction
def pay_back(entry: LedgerEntry, *, reference: str, by: User, at: datetime) -> LedgerEntry:
    """Take an entry back because its money left: the counter-entry carries the paper's number."""
    return append(
        EntryKind.REVERSAL,
        agency_id=entry.agency_id,
        money=Money(
            source=Source(entry.source),
            provider=entry.provider,
            reference=reference[:100],
            transaction=entry.provider_transaction,
            payment=entry.payment,
            receipt=entry.cash_receipt,
        ),
        amount_vnd=entry.amount_vnd,
        at=at,
        why=Why.REFUNDED,
        obligation=entry.obligation,
        by=by,
        reverses=entry,
    )


@requires_transaction
def lock_chain(agency_id: int | None) -> None:
    """Hold the chain of an agency until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, agency_id or 0])


def hash_of(entry: LedgerEntry) -> str:
    """Return the SHA-256 that chains an entry to the one before it."""
    content = [
        entry.agency_id,
        entry.sequence,
        entry.kind,
        entry.source,
        entry.amount_vnd,
        entry.why,
        entry.obligation_id,
        entry.payment_id,
        entry.cash_receipt_id,
        entry.reverses_id,
        entry.provider,
        entry.reference,
        entry.provider_transaction,
        entry.recorded_by_id,
        entry.recorded_at.astimezone(UTC).isoformat(),
        entry.previous_hash,
    ]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[LedgerEntry]) -> LedgerEntry | None:
    """Return the first entry of one agency's chain that does not hold, None if all do."""
    previous = ""
    for sequence, entry in enumerate(entries, start=1):
        is_whole = (
            entry.sequence == sequence
            and entry.previous_hash == previous
            and entry.hash == hash_of(entry)
        )
        if not is_whole:
            return entry
        previous = entry.hash
    return None
