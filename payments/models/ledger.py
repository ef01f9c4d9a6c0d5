"""The books: every đồng that came, once, in order, chained; corrected by reversal only."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dossiers.models import Obligation
from payments.enums import EntryKind, Provider, Source, Why
from payments.models.attempts import Payment
from payments.models.cash import CashReceipt


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def standing(self) -> Self:
        """Narrow to entries that no reversal has taken back, reversals themselves left out."""
        taken_back = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
        return self.exclude(kind=EntryKind.REVERSAL).filter(~Exists(taken_back))

    def unplaced(self) -> Self:
        """Narrow to money that settles nothing and waits for a person."""
        return self.standing().filter(kind__in=[EntryKind.SURPLUS, EntryKind.ORPHAN])


class LedgerEntry(models.Model):
    """
    One entry of one agency's chain; money of which no agency is known has a chain of its own.

    Never changed, never deleted: trigger and database role refuse both.
    """

    agency = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger"
    )
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=EntryKind)
    source = models.CharField(max_length=8, choices=Source)
    amount_vnd = models.PositiveIntegerField()
    why = models.CharField(max_length=16, choices=Why, blank=True)
    obligation = models.ForeignKey(
        Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger"
    )
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger"
    )
    cash_receipt = models.ForeignKey(
        CashReceipt, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger"
    )
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversal"
    )
    provider = models.CharField(max_length=8, choices=Provider, blank=True)
    # As the gateway wrote them; of an orphan nothing else is known.
    reference = models.CharField(max_length=100, blank=True)
    provider_transaction = models.CharField(max_length=32, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("bút toán")
        ordering = ("agency", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "sequence"],
                name="ledger_sequence_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(sequence=1, previous_hash="")
                | (Q(sequence__gt=1) & ~Q(previous_hash="")),
                name="ledger_chained",
            ),
            models.CheckConstraint(condition=Q(amount_vnd__gt=0), name="ledger_positive"),
            models.CheckConstraint(
                condition=~Q(kind=EntryKind.SETTLEMENT) | Q(obligation__isnull=False),
                name="ledger_settlement_of_something",
            ),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL) & Q(reverses__isnull=True)),
                name="ledger_reversal_of_something",
            ),
            models.CheckConstraint(
                condition=Q(source=Source.CASH, cash_receipt__isnull=False, provider="")
                | (Q(source=Source.GATEWAY, cash_receipt__isnull=True) & ~Q(provider="")),
                name="ledger_source_named",
            ),
            # One receipt is booked once, and an attempt settles one obligation once.
            models.UniqueConstraint(
                fields=["cash_receipt"],
                condition=~Q(kind=EntryKind.REVERSAL),
                name="ledger_receipt_once",
            ),
            models.UniqueConstraint(
                fields=["payment", "obligation"],
                condition=Q(kind=EntryKind.SETTLEMENT),
                name="ledger_settlement_once",
            ),
        ]
        indexes = [
            models.Index(fields=["provider", "provider_transaction"], name="ledger_by_transaction"),
            models.Index(
                fields=["recorded_at"],
                name="ledger_unplaced",
                condition=Q(kind__in=[EntryKind.SURPLUS, EntryKind.ORPHAN]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ledger_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.sequence} {self.kind}"
