"""Which electronic identity opens which account."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User


class EidLink(models.Model):
    """
    An electronic identity and the account that it opens, until the link is ended.

    The provider's key of the person is kept as a keyed hash; of tokens nothing is kept.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="eid_links")
    issuer = models.CharField(max_length=200)
    subject_hash = models.CharField(max_length=64, editable=False)
    # The level that the provider named last, in its own words.
    level = models.CharField(max_length=32)
    linked_at = models.DateTimeField()
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("liên kết định danh điện tử")
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject_hash"],
                condition=Q(ended_at__isnull=True),
                name="eid_link_opens_one_account",
            ),
            models.UniqueConstraint(
                fields=["user", "issuer"],
                condition=Q(ended_at__isnull=True),
                name="eid_link_one_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.issuer}"
