"""How a dossier ends: decision, result, delivery; and the slips issued on the way."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import DecisionKind, DecisionOutcome, DeliveryState, SlipKind
from dossiers.models.dossier import Dossier
from dossiers.models.files import StoredFile
from procedures.enums import ResultDelivery


def new_verification_token() -> str:
    return secrets.token_urlsafe(24)


class Decision(models.Model):
    """What was decided, proposed by one person and approved by another."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=DecisionKind, default=DecisionKind.ELECTRONIC)
    outcome = models.CharField(max_length=16, choices=DecisionOutcome)
    proposal = models.TextField(_("nội dung trình"))
    # For a refusal on merit: [{"key", "label", "reason", "ground"}].
    reasons = models.JSONField(default=list, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    # Copied here with the approval, so that the database itself can keep these two apart, and
    # whether the agency was then so small that they may be one.
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    small_office = models.BooleanField(default=False, db_default=False)
    sent_back_at = models.DateTimeField(null=True, blank=True)
    sent_back_note = models.TextField(blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    # The official who signed the paper, for a decision on the spot.
    signed_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("quyết định giải quyết")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.ON_THE_SPOT)
                | Q(approved_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                name="decision_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.ON_THE_SPOT)
                | Q(small_office=True)
                | Q(approved_by__isnull=True)
                | Q(accepted_by__isnull=True)
                | ~Q(approved_by=F("accepted_by")),
                name="decision_not_approved_by_acceptor",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="decision_approval_whole",
            ),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(sent_back_at__isnull=True, recalled_at__isnull=True),
                name="decision_one_live",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.outcome}"


class Result(models.Model):
    """The issued result: number, file and the token under which anyone can verify it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="results")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="results")
    number = models.CharField(_("số, ký hiệu"), max_length=80)
    title = models.CharField(_("tên kết quả"), max_length=300)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    signed_by_name = models.CharField(_("người ký"), max_length=120)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True)
    verification_token = models.CharField(
        max_length=64, unique=True, default=new_verification_token, editable=False
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("kết quả")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(revoked_at__isnull=True), name="result_one_live"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Delivery(models.Model):
    """How and to whom the result left us; handed to the post is not delivered."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="deliveries")
    method = models.CharField(max_length=8, choices=ResultDelivery)
    state = models.CharField(max_length=16, choices=DeliveryState)
    recipient_name = models.CharField(max_length=120, blank=True)
    recipient_note = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("việc trả kết quả")

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.method}"


class Slip(models.Model):
    """
    A paper form issued for a dossier: the words are fixed here, the PDF is made by a worker.

    Reprinted as stored; a withdrawn slip stays readable and says so.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="slips")
    kind = models.CharField(max_length=16, choices=SlipKind)
    number = models.CharField(_("số"), max_length=64)
    # The filled form, as dossiers.slips takes it; personal, and never in the event log.
    content = models.JSONField()
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # A worker holds the row until then; a dead one gives it back by itself.
    render_due_at = models.DateTimeField()
    render_attempts = models.PositiveSmallIntegerField(default=0)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("phiếu, giấy hẹn")
        ordering = ("issued_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="slip_number_once"),
        ]
        indexes = [
            models.Index("render_due_at", name="slip_unrendered", condition=Q(file__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.number
