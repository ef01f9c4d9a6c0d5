"""How staff prove themselves beyond a password, and the links by which they get one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import LinkPurpose
from accounts.models.users import User


class SecondFactor(models.Model):
    """The authenticator app of one member of staff; the row exists once a code confirmed it."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="second_factor")
    # Sealed together with the user's id, so that a row copied to somebody else opens nothing.
    secret_sealed = models.BinaryField(editable=False)
    confirmed_at = models.DateTimeField()
    # The newest step whose code was taken; only a later one is taken after it.
    last_step = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("xác thực hai bước")

    def __str__(self) -> str:
        return f"{self.user_id} {self.confirmed_at:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """A code on paper for the day the phone is lost; kept as a hash, good once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mã dự phòng")
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"


class StaffLink(models.Model):
    """A link sent to a member of staff to choose a password: hashed, for a time, good once."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="staff_links")
    purpose = models.CharField(max_length=16, choices=LinkPurpose)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    # Nobody for one sent from the command line of the machine.
    created_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("đường dẫn của cán bộ")
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="staff_link_one_alive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.purpose} {self.created_at:%Y-%m-%d}"
