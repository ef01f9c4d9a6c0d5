"""What a leader took back: a refusal, an acceptance, a stop, a result, each with its reason."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import REVERSING, Action
from dossiers.models.dossier import Dossier


class Reversal(models.Model):
    """
    One such act. The event says that it happened; the reason, which may name people, stands here.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="reversals")
    action = models.CharField(max_length=24, choices=Action)
    reason = models.TextField(_("lý do"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("việc lãnh đạo mở lại, thu hồi")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=sorted(REVERSING)), name="reversal_action_reverses"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="reversal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.action}"
