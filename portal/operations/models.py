"""What the portal as a whole keeps: the daily digests of everything that nobody may change."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditDigest(models.Model):
    """
    The seal of one table's rows of one day, bound to the seal made before it.

    Which rows are meant is said by their ids, greater than `after` up to `upto`: a row that bears
    an earlier moment but was written later belongs to the next seal.
    """

    sequence = models.PositiveIntegerField(unique=True)
    day = models.DateField()
    table = models.CharField(max_length=64)
    # The columns that were there then, in order: a later one does not change what is sealed.
    columns = ArrayField(models.CharField(max_length=64))
    after = models.BigIntegerField()
    upto = models.BigIntegerField()
    count = models.PositiveIntegerField()
    first_id = models.BigIntegerField(null=True, blank=True)
    last_id = models.BigIntegerField(null=True, blank=True)
    # For each row its id and the head of its hash, so that the one that changed has a name.
    leaves = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("niêm phong nhật ký")
        ordering = ("sequence",)
        constraints = [
            models.UniqueConstraint(fields=["day", "table"], name="audit_digest_once_per_day"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="digests_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.table}"
