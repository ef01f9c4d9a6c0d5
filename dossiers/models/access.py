"""Who looked at a dossier: one row per person, object and ten minutes; nobody changes one."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Unit
from dossiers.enums import AccessKind
from dossiers.models.dossier import Dossier


class DossierAccess(models.Model):
    """One look at a dossier or at one of its files; without personal values."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="accesses")
    # Nobody where a one-time code was proof enough.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    # In which role and unit, as they were held then; empty for citizens.
    role = models.CharField(max_length=16, choices=Role, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=AccessKind)
    # No foreign key: a file that is disposed of later leaves the fact that it was read.
    file = models.UUIDField(null=True, blank=True)
    # The ten minutes in which further looks of this person at this object are the same look.
    slot = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("lượt xem hồ sơ")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "user", "kind", "file", "slot"],
                name="dossier_access_once_per_slot",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(user__isnull=False) | models.Q(kind=AccessKind.PROVED),
                name="dossier_access_nobody_only_by_code",
            ),
        ]
        indexes = [
            models.Index(fields=["dossier", "-at"], name="dossier_access_of_dossier"),
            models.Index(fields=["user", "-at"], name="dossier_access_of_user"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="accesses_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.user_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
