"""Posting sheets: what hangs on the wall of an office, and what it was printed from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from procedures.models.catalogue import Field, Procedure


class PostingSheet(models.Model):
    """
    The posting sheet (bảng niêm yết) of an agency for one procedure, or for a whole field.

    `fingerprint` says what it tells; when the catalogue says otherwise, the paper on the wall is
    out of date.
    """

    agency = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posting_sheets")
    procedure = models.ForeignKey(
        Procedure, null=True, blank=True, on_delete=models.PROTECT, related_name="posting_sheets"
    )
    field = models.ForeignKey(
        Field, null=True, blank=True, on_delete=models.PROTECT, related_name="posting_sheets"
    )
    fingerprint = models.CharField(max_length=64)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # A worker takes it then; it is tried again later when that fails.
    render_due_at = models.DateTimeField()
    render_attempts = models.PositiveSmallIntegerField(default=0)
    storage_key = models.CharField(max_length=200, blank=True)
    size = models.PositiveIntegerField(default=0)
    pages = models.PositiveSmallIntegerField(default=0)
    # Taken off the wall, or printed anew: no longer watched.
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bảng niêm yết")
        constraints = [
            models.CheckConstraint(
                condition=Q(procedure__isnull=False, field__isnull=True)
                | Q(procedure__isnull=True, field__isnull=False),
                name="posting_sheet_of_a_procedure_or_a_field",
            ),
            models.UniqueConstraint(
                fields=["agency", "procedure"],
                condition=Q(retired_at__isnull=True, procedure__isnull=False),
                name="posting_sheet_one_per_procedure",
            ),
            models.UniqueConstraint(
                fields=["agency", "field"],
                condition=Q(retired_at__isnull=True, field__isnull=False),
                name="posting_sheet_one_per_field",
            ),
        ]
        indexes = [
            models.Index(
                fields=["render_due_at"],
                condition=Q(storage_key=""),
                name="posting_sheet_unrendered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.procedure_id or self.field_id}"
