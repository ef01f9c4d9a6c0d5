"""A promised date that is not kept: the apology, the new date, who proposed and who signed."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import ExtensionCause
from dossiers.models.dossier import Dossier


class ExtensionQuerySet(models.QuerySet["Extension"]):
    def granted(self) -> Self:
        """Narrow to what the citizen was told: apology sent, date moved."""
        return self.filter(approved_at__isnull=False)

    def of_promise(self) -> Self:
        """Narrow to what put off the promise that counts now: a dossier may be accepted anew."""
        return self.granted().filter(approved_at__gte=F("dossier__accepted_at"))

    def waiting(self) -> Self:
        """Narrow to proposals that a leader has not answered."""
        return self.filter(approved_at__isnull=True, closed_at__isnull=True)


class Extension(models.Model):
    """
    One apology with its new date.

    The head of the agency signs it. Somebody at the dossier may propose it; a leader who issues it
    alone leaves the proposer empty. A proposal that was declined, or overtaken, is closed.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="extensions")
    # Counted once granted: the law allows one, each further names the rule that allows it.
    number = models.PositiveSmallIntegerField(_("lần"), null=True, blank=True)
    due_before = models.DateTimeField(_("hẹn trả cũ"))
    new_due_at = models.DateTimeField(_("hẹn trả mới"))
    cause = models.CharField(_("nguyên nhân"), max_length=16, choices=ExtensionCause)
    reason = models.TextField(_("lý do"))
    ground = models.CharField(_("căn cứ"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_note = models.TextField(blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("gia hạn, hẹn lại")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                name="extension_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True, approved_at__isnull=True, number__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False, number__isnull=False),
                name="extension_approval_whole",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True, proposed_at__isnull=True)
                | Q(proposed_by__isnull=False, proposed_at__isnull=False),
                name="extension_proposal_whole",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False) | Q(approved_by__isnull=False),
                name="extension_has_author",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(approved_at__isnull=True),
                name="extension_granted_or_closed",
            ),
            models.CheckConstraint(
                condition=Q(new_due_at__gt=F("due_before")), name="extension_is_later"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True) | Q(number=1) | ~Q(ground=""),
                name="extension_again_has_ground",
            ),
            models.UniqueConstraint(fields=["dossier", "number"], name="extension_number_once"),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(approved_at__isnull=True, closed_at__isnull=True),
                name="extension_one_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} #{self.number or '?'}"

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.closed_at is None

    @property
    def is_late(self) -> bool:
        """Whether the apology left only after the date that it is about."""
        return self.approved_at is not None and self.approved_at > self.due_before
