"""What citizens were asked to agree to, word for word, and who agreed when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class ConsentText(models.Model):
    """One version of the words about personal data; never changed once somebody agreed to it."""

    version = models.CharField(max_length=16, unique=True)
    # From this day on it is what people are asked.
    valid_from = models.DateField()
    # One point a line.
    text = models.TextField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("lời đồng ý xử lý dữ liệu cá nhân")
        ordering = ("valid_from", "pk")

    def __str__(self) -> str:
        return self.version


class Consent(models.Model):
    """One person agreed to one version at one moment, and withdrew it maybe."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    agreed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sự đồng ý xử lý dữ liệu cá nhân")
        ordering = ("agreed_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "text"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once_while_it_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.text_id}"
