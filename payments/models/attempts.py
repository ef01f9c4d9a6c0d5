"""Attempts to pay online, what each was to pay, and every message that came about them."""

from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dossiers.models import Dossier, Obligation
from payments.enums import MessageKind, PaymentState, Provider, Verdict


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to_owner(self, user_id: int) -> Self:
        return self.filter(owner=user_id)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)

    def undecided(self) -> Self:
        """Narrow to attempts of which the gateway may still have news."""
        return self.filter(state__in=[PaymentState.REDIRECTED, PaymentState.SUSPECT])


class Payment(models.Model):
    """
    One attempt to pay one or more sums of a dossier at a gateway.

    `key` is made with the page: the same press twice is one attempt. `reference` is never used
    again, since the gateway is asked about it for as long as it remembers.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="payments")
    number = models.PositiveSmallIntegerField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments"
    )
    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=8, choices=Provider)
    reference = models.CharField(_("số tham chiếu"), max_length=60)
    amount_vnd = models.PositiveIntegerField(_("số tiền"))
    payer_address = models.GenericIPAddressField()
    state = models.CharField(max_length=12, choices=PaymentState, default=PaymentState.REDIRECTED)
    created_at = models.DateTimeField()
    # Until then the gateway lets the payer pay.
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    provider_transaction = models.CharField(_("mã giao dịch"), max_length=32, blank=True)
    bank_code = models.CharField(_("ngân hàng"), max_length=20, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    response_code = models.CharField(max_length=4, blank=True)
    status_code = models.CharField(max_length=4, blank=True)
    # When to ask the gateway next; null when there is nothing left to ask.
    query_due_at = models.DateTimeField(null=True, blank=True)
    queries = models.PositiveSmallIntegerField(default=0)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = _("lần nộp trực tuyến")
        ordering = ("created_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="payment_reference_once"
            ),
            models.UniqueConstraint(fields=["dossier", "number"], name="payment_number_once"),
            models.UniqueConstraint(
                fields=["provider", "provider_transaction"],
                condition=~Q(provider_transaction=""),
                name="payment_transaction_once",
            ),
            models.CheckConstraint(condition=Q(amount_vnd__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="payment_period_ordered"
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.SUCCEEDED) | ~Q(provider_transaction=""),
                name="payment_success_has_transaction",
            ),
        ]
        indexes = [
            models.Index(
                "query_due_at", name="payment_to_ask", condition=Q(query_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PaymentLine(models.Model):
    """What of one obligation an attempt was to pay, as it stood when the attempt began."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines")
    obligation = models.ForeignKey(
        Obligation, on_delete=models.PROTECT, related_name="payment_lines"
    )
    amount_vnd = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("khoản trong lần nộp")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "obligation"], name="payment_line_once_per_obligation"
            ),
            models.CheckConstraint(condition=Q(amount_vnd__gt=0), name="payment_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.obligation_id}"


class InboundMessage(models.Model):
    """
    What a gateway, or somebody who says so, told us: kept as it came, before it is looked at.

    Only the verdict and the attempt may be written later (the database allows no more).
    """

    provider = models.CharField(max_length=8, choices=Provider)
    kind = models.CharField(max_length=8, choices=MessageKind)
    raw = models.TextField()
    received_at = models.DateTimeField()
    verdict = models.CharField(max_length=16, choices=Verdict, default=Verdict.STORED)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )

    class Meta:
        verbose_name = _("tin từ cổng thanh toán")
        ordering = ("received_at", "pk")
        indexes = [models.Index(F("received_at").desc(), name="inbound_message_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.verdict}"
