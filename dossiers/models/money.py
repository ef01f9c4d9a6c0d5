"""What is due for a dossier and whether it is settled; the money itself belongs to payments."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.models.dossier import Dossier
from procedures.enums import FeeKind, FeeMoment


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def due(self) -> Self:
        """Narrow to obligations that still want money: not cancelled, not fully settled."""
        return self.filter(cancelled_at__isnull=True, settled_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class Obligation(models.Model):
    """A sum due: what, why, when, whether it stops the work. `settled_vnd` is a projection."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="obligations")
    number = models.PositiveSmallIntegerField()
    moment = models.CharField(max_length=20, choices=FeeMoment)
    blocks_work = models.BooleanField()
    # Null while a line is undetermined: not payable until a person fixes the amount.
    amount_vnd = models.PositiveIntegerField(null=True, blank=True)
    settled_vnd = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("nghĩa vụ tài chính")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="obligation_number_once"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True)
                | Q(amount_vnd__isnull=False, settled_vnd__gte=models.F("amount_vnd")),
                name="obligation_settled_means_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} #{self.number}"

    @property
    def is_due(self) -> bool:
        return self.cancelled_at is None and self.settled_at is None


class ObligationLine(models.Model):
    """One fee or charge in an obligation, as the catalogue asked for it at that time."""

    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField(default=0)
    fee_key = models.SlugField(max_length=64)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=8, choices=FeeKind)
    quantity = models.PositiveSmallIntegerField(default=1)
    unit_amount_vnd = models.PositiveIntegerField(null=True, blank=True)
    amount_vnd = models.PositiveIntegerField(null=True, blank=True)
    ground = models.CharField(max_length=300, blank=True)
    exemption_key = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("khoản phải nộp")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name
