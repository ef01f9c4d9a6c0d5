"""Whether the books hold together, and the projections that rest on them; reads only."""

from collections.abc import Iterator
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, IntegerField, Sum, When
from django.db.models.functions import Coalesce

from accounts.models import Unit
from dossiers.models import Obligation
from payments import ledger
from payments.enums import EntryKind, PaymentState, RefundState, Why
from payments.models import CashReceipt, LedgerEntry, Payment, Refund
from portal.core.audit import BrokenRow
from portal.core.dates import local_day

# What the application's role must not be able to do, however it asks.
PROTECTED: Final = (
    "payments_ledgerentry",
    "payments_cashreceipt",
    "dossiers_dossierevent",
    "dossiers_dossieraccess",
    "accounts_securityevent",
)


def verify_ledger() -> Iterator[str]:
    """Yield one line for each thing about money that does not hold."""
    yield from _find_broken_chains()
    yield from _find_wrong_projections()
    yield from _find_unbooked()
    yield from _find_unproven_refunds()
    yield from _find_granted_rights()


def find_broken_entries() -> Iterator[BrokenRow]:
    """Yield the first entry of each agency's chain that does not fit it."""
    for _agency, entry in _broken_chains():
        yield BrokenRow(
            "payments_ledgerentry",
            entry.pk,
            local_day(entry.recorded_at),
            f"entry {entry.sequence} does not fit its chain",
        )


def _find_broken_chains() -> Iterator[str]:
    for agency, broken in _broken_chains():
        whose = agency.key if agency else "no agency"
        yield f"ledger of {whose}: entry {broken.sequence} does not fit its chain"


def _broken_chains() -> Iterator[tuple[Unit | None, LedgerEntry]]:
    for agency in (None, *Unit.objects.filter(ledger__isnull=False).distinct().order_by("pk")):
        chain = LedgerEntry.objects.filter(agency=agency).order_by("sequence")
        broken = ledger.first_broken(chain.iterator(chunk_size=1000))
        if broken is not None:
            yield agency, broken


def _find_wrong_projections() -> Iterator[str]:
    booked = Sum(
        Case(
            When(ledger__kind=EntryKind.SETTLEMENT, then=F("ledger__amount_vnd")),
            When(
                ledger__kind=EntryKind.REVERSAL,
                ledger__reverses__kind=EntryKind.SETTLEMENT,
                then=-F("ledger__amount_vnd"),
            ),
            default=0,
            output_field=IntegerField(),
        )
    )
    sums = Obligation.objects.annotate(booked_vnd=Coalesce(booked, 0))
    wrong = sums.exclude(booked_vnd=F("settled_vnd")).order_by("pk")
    for code, number, settled, in_books in wrong.values_list(
        "dossier__code", "number", "settled_vnd", "booked_vnd"
    ):
        yield f"{code} obligation {number}: settled {settled}, in the books {in_books}"


def _find_unbooked() -> Iterator[str]:
    for receipt in CashReceipt.objects.filter(ledger__isnull=True).order_by("pk"):
        yield f"cash receipt {receipt.pk} is not in the books"
    # Without reversals: what one takes back, the entry beside it books again.
    kept = Sum(
        Case(
            When(ledger__kind__in=[EntryKind.SETTLEMENT, EntryKind.SURPLUS], then=1),
            # Money that was paid back had been kept.
            When(ledger__kind=EntryKind.REVERSAL, ledger__why=Why.REFUNDED, then=0),
            When(ledger__kind=EntryKind.REVERSAL, then=-1),
            default=0,
            output_field=IntegerField(),
        )
        * F("ledger__amount_vnd")
    )
    succeeded = Payment.objects.filter(state=PaymentState.SUCCEEDED)
    sums = succeeded.annotate(booked_vnd=Coalesce(kept, 0)).order_by("pk")
    for reference, paid, booked in sums.values_list("reference", "amount_vnd", "booked_vnd"):
        # A second transaction may stand beside what the attempt paid.
        if booked < paid:
            yield f"{reference}: paid {paid}, booked {booked}"


def _find_unproven_refunds() -> Iterator[str]:
    paid = Refund.objects.filter(state=RefundState.PAID)
    for refund in paid.exclude(entry__reversal__why=Why.REFUNDED).order_by("pk"):
        yield f"refund {refund.pk} is paid, but the books do not say so"
    left = LedgerEntry.objects.filter(kind=EntryKind.REVERSAL, why=Why.REFUNDED)
    for entry in left.exclude(reverses__refunds__in=paid).order_by("pk"):
        yield f"ledger entry {entry.pk}: money left without a refund"


def _find_granted_rights() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in PROTECTED:
            for right in ("UPDATE", "DELETE", "TRUNCATE"):
                cursor.execute(
                    "SELECT has_table_privilege(%s, %s, %s)",
                    [settings.DATABASE_APP_ROLE, table, right],
                )
                if cursor.fetchone() == (True,):
                    yield f"the application's role may {right} {table}"
