"""What the national record said of a code when it was last imported."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

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
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = _("bản ghi quốc gia đã nhập")

    def __str__(self) -> str:
        return str(self.procedure_id)
