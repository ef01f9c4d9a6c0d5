"""Cash counted at a desk, with the number of its paper receipt."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dossiers.models import Obligation


class CashReceipt(models.Model):
    """
    Cash counted at a desk for one obligation; never changed, so that the books can rest on it.

    `key` is made with the page: the same press twice is one receipt.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="cash_receipts"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    amount_vnd = models.PositiveIntegerField(_("số tiền"))
    # The book of paper receipts begins anew every year.
    year = models.PositiveSmallIntegerField(_("năm"))
    receipt_number = models.CharField(_("số biên lai"), max_length=40)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tiền mặt đã thu")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "receipt_number"], name="cash_receipt_number_once"
            ),
            models.CheckConstraint(condition=Q(amount_vnd__gt=0), name="cash_receipt_positive"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="receipts_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.year} {self.receipt_number}"
