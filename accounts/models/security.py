"""What happened to accounts and doors, row after row; nobody changes or removes one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SecurityEvent(models.Model):
    """One event: whose account, who did it, when; never a name, number, address or code."""

    # A value of accounts.security.SecurityEventKind.
    kind = models.CharField(max_length=32)
    # Whose account or door it was; nobody's for a stranger at the tracking page.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="security_events",
    )
    # Who did it, where that is somebody else.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Ids and codes only: {"unit": 3, "role": "CLERK"}.
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sự kiện an toàn")
        indexes = [
            models.Index(fields=["user", "-at"], name="security_event_of_user"),
            models.Index(fields=["kind", "-at"], name="security_event_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
