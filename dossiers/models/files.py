"""Stored files, immutable, and their links to the papers of a dossier."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import ScanState


class StoredFile(models.Model):
    """One file as it came or as we made it: random key, hash, sniffed type; never rewritten."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    storage_key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # "pdf", "jpeg", "png": what the content is, whatever the name says.
    kind = models.CharField(max_length=16)
    mime = models.CharField(max_length=100)
    name = models.CharField(_("tên tệp"), max_length=160)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    scan_state = models.CharField(max_length=16, choices=ScanState, default=ScanState.QUARANTINED)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tệp đã lưu")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_viewable(self) -> bool:
        """Whether pages may be shown: scanned clean, or no scanner configured (demo)."""
        return self.scan_state in {ScanState.CLEAN, ScanState.UNSCANNED}


class DossierPaper(models.Model):
    """One file handed in for one paper, in one round; a later round supersedes, never erases."""

    dossier = models.ForeignKey("dossiers.Dossier", on_delete=models.PROTECT, related_name="papers")
    paper_key = models.SlugField(max_length=64)
    paper_name = models.CharField(max_length=300)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="dossier_papers")
    position = models.PositiveSmallIntegerField(default=0)
    # 0 with the submission, then the number of the supplement request that it answers.
    round = models.PositiveSmallIntegerField(default=0)
    added_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("giấy tờ trong hồ sơ")
        ordering = ("paper_key", "round", "position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "file"], name="dossier_paper_file_once"),
        ]
        indexes = [
            models.Index(
                fields=["dossier", "paper_key"],
                name="dossier_paper_current",
                condition=Q(superseded_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper_key}"
