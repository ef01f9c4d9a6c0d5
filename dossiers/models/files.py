"""Stored files, their links to the papers of a dossier, and photos put together into one PDF."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import ScanState
from portal.core.files import IMAGES, WORD


class StoredFile(models.Model):
    """
    One file as it came or as we made it: random key, hash, sniffed type; its bytes never change.

    What the scanner said holds for the bytes of `sha256`, which every reader compares.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    storage_key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # One of portal.core.files.Kind: what the content is, whatever the name says.
    kind = models.CharField(max_length=16)
    mime = models.CharField(max_length=100)
    name = models.CharField(_("tên tệp"), max_length=160)
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    scan_state = models.CharField(max_length=16, choices=ScanState, default=ScanState.QUARANTINED)
    # In quarantine only: not before this moment is the scanner asked (again); empty means now.
    scan_due_at = models.DateTimeField(null=True, blank=True)
    scan_attempts = models.PositiveIntegerField(default=0, db_default=0)
    scanned_at = models.DateTimeField(null=True, blank=True)
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
        constraints = [
            models.CheckConstraint(
                condition=Q(scan_due_at=None) | Q(scan_state=ScanState.QUARANTINED),
                name="stored_file_due_only_in_quarantine",
            ),
        ]
        indexes = [
            models.Index(
                fields=["scan_due_at"],
                name="stored_file_to_scan",
                condition=Q(scan_state=ScanState.QUARANTINED),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_viewable(self) -> bool:
        """Whether pages may be shown: scanned clean, or no scanner configured (demo)."""
        return self.scan_state in {ScanState.CLEAN, ScanState.UNSCANNED}

    @property
    def is_infected(self) -> bool:
        """Whether the scanner found something: nobody may have the file any more."""
        return self.scan_state == ScanState.INFECTED

    @property
    def is_word(self) -> bool:
        """Whether it has no pages of its own: it is downloaded, never shown."""
        return self.kind in WORD

    @property
    def is_photo(self) -> bool:
        return self.kind in IMAGES

    @property
    def has_pictures(self) -> bool:
        """Whether its pages can be looked at here."""
        return self.is_viewable and not self.is_word


class PaperBundle(models.Model):
    """
    The photos of one paper and round, to be put together into one upright PDF by a worker.

    The photos stay as they came; without its file the bundle is waiting, or was given up.
    """

    dossier = models.ForeignKey(
        "dossiers.Dossier", on_delete=models.PROTECT, related_name="bundles"
    )
    file = models.OneToOneField(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    gave_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bản gộp ảnh của một giấy tờ")
        constraints = [
            models.CheckConstraint(
                condition=Q(file=None) | Q(gave_up_at=None), name="paper_bundle_made_or_given_up"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="paper_bundle_to_make",
                condition=Q(file__isnull=True, gave_up_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


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
    # A photo's, together with the other photos of the same paper and round.
    bundle = models.ForeignKey(
        PaperBundle, null=True, blank=True, on_delete=models.PROTECT, related_name="photos"
    )

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
