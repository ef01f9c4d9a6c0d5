"""What the national record said of a code when it was last imported."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.models.catalogue import Procedure, Revision


class ImportedRecord(models.Model):
    """
    The last imported record of a procedure, word for word, with what was wrong with it.

    A record whose hash has not changed is not read again; the words of the source stay for
    whoever reviews what was mended.
    """

    procedure = models.OneToOneField(
        Procedure, on_delete=models.PROTECT, related_name="imported_record"
    )
    # The revision that was made of it, a draft where people had changed the procedure.
    revision = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    content_hash = models.CharField(max_length=64)
    source = models.JSONField()
    # [{"kind": …, "where": …, "was": …}], kinds of procedures.importing.findings.
    findings = models.JSONField(default=list)
    needs_review = models.BooleanField(_("cần xem lại"), default=False)
    # The kinds of which a finding still waits for somebody to look; needs_review says that one is.
    open_kinds = ArrayField(models.CharField(max_length=32), default=list, db_default=[])
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bản ghi quốc gia đã nhập")
        indexes = [GinIndex(fields=["open_kinds"], name="imported_record_open_kinds")]

    def __str__(self) -> str:
        return str(self.procedure_id)


@tracked()
class FindingReview(models.Model):
    """
    That a person has looked at one finding of a record, and leaves what the import made of it.

    It holds for the finding itself, so a newer record that says the same again needs no new look.
    """

    record = models.ForeignKey(ImportedRecord, on_delete=models.CASCADE, related_name="reviews")
    # Of the finding's kind, place and words: procedures.importing.findings.Finding.digest.
    digest = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    reviewed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("phát hiện đã xem")
        constraints = [
            models.UniqueConstraint(fields=["record", "digest"], name="finding_reviewed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind}"
