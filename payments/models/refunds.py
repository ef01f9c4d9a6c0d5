"""Money on its way back: suggested, proposed, approved by another person, paid back."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from payments.enums import RefundMeans, RefundState
from payments.models.ledger import LedgerEntry
from portal.core import crypto


class RefundQuerySet(models.QuerySet["Refund"]):
    def open(self) -> Self:
        """Narrow to what still waits for somebody."""
        return self.exclude(state__in=[RefundState.DECLINED, RefundState.PAID])

    def committed(self) -> Self:
        """Narrow to money that nobody may use for anything else any more."""
        return self.filter(state__in=[RefundState.PROPOSED, RefundState.APPROVED, RefundState.PAID])

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class Refund(models.Model):
    """
    The whole of one ledger entry that goes back to whoever paid it.

    An entry has one refund that is not declined. That the money left is in the ledger: a reversal
    of the entry, of which the database takes only one.
    """

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="refunds")
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.SUGGESTED)
    created_at = models.DateTimeField()
    means = models.CharField(max_length=8, choices=RefundMeans, blank=True)
    payee_name = models.CharField(_("người nhận tiền"), max_length=200, blank=True)
    bank = models.CharField(_("ngân hàng"), max_length=120, blank=True)
    account_sealed = models.BinaryField(null=True, blank=True)
    ground = models.CharField(_("căn cứ hoàn trả"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    # Why it was declined.
    note = models.CharField(max_length=500, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    paid_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(_("số chứng từ"), max_length=60, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("khoản hoàn trả")
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=~Q(state=RefundState.DECLINED),
                name="refund_once_per_entry",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(proposed_by=F("decided_by")),
                name="refund_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[RefundState.PROPOSED, RefundState.APPROVED, RefundState.PAID]
                )
                | (
                    Q(proposed_by__isnull=False, proposed_at__isnull=False)
                    & ~Q(payee_name="")
                    & ~Q(ground="")
                    & ~Q(means="")
                ),
                name="refund_proposed_in_full",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[RefundState.APPROVED, RefundState.DECLINED, RefundState.PAID]
                )
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="refund_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=RefundState.PAID)
                | (Q(paid_by__isnull=False, paid_at__isnull=False) & ~Q(reference="")),
                name="refund_paid_with_reference",
            ),
            models.CheckConstraint(
                condition=~Q(state=RefundState.DECLINED) | ~Q(note=""),
                name="refund_declined_with_reason",
            ),
            # One transfer pays one refund back.
            models.UniqueConstraint(
                fields=["agency", "means", "reference"],
                condition=~Q(reference=""),
                name="refund_reference_once",
            ),
        ]
        indexes = [models.Index(fields=["agency", "state"], name="refund_by_agency")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"

    @property
    def account(self) -> str:
        """The payee's account, which is kept sealed like an identity number."""
        return crypto.unseal(self.account_sealed) if self.account_sealed else ""

    def set_account(self, number: str) -> None:
        self.account_sealed = crypto.seal(number) if number else None
