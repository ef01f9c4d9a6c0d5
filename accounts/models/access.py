"""One-time codes and the counters behind every limit: rows that two processes may race for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import CodePurpose


class OneTimeCode(models.Model):
    """A six-digit code for one purpose, one destination and one session; kept only as a hash."""

    purpose = models.CharField(max_length=16, choices=CodePurpose)
    # Keyed hashes: neither the phone nor the session can be read back from this table.
    destination_hash = models.CharField(max_length=64)
    session_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mã xác nhận")
        indexes = [
            models.Index(fields=["destination_hash", "-created_at"], name="one_time_code_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.created_at:%Y-%m-%d %H:%M}"


class RateCounter(models.Model):
    """How often one key was counted in one window; raised by a single upsert."""

    bucket = models.CharField(max_length=32)
    key_hash = models.CharField(max_length=64)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("bộ đếm giới hạn")
        constraints = [
            models.UniqueConstraint(
                fields=["bucket", "key_hash", "window_start"], name="rate_counter_once_per_window"
            ),
        ]
        indexes = [models.Index("window_start", name="rate_counter_age")]

    def __str__(self) -> str:
        return f"{self.bucket} {self.window_start:%H:%M} {self.count}"
