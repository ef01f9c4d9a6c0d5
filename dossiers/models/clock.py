"""What stops the clock: pauses, and the supplement requests that cause most of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dossiers.enums import DossierState, SupplementStage
from dossiers.models.dossier import Dossier
from dossiers.models.files import StoredFile


class ClockPause(models.Model):
    """A time during which the deadline stood still, from the request to the answer."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pauses")
    state = models.CharField(max_length=16, choices=DossierState)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    # Working minutes by which the due date moved; set when the pause ends.
    minutes = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("tạm dừng thời hạn")
        ordering = ("started_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(ended_at__isnull=True), name="clock_pause_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="clock_pause_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state}"


class SupplementRequest(models.Model):
    """One written request for everything that is missing, with the citizen's date."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="supplements")
    round = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=16, choices=SupplementStage)
    ground = models.CharField(_("căn cứ"), max_length=300)
    message = models.TextField(_("lời nhắn"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # A second round in one stage needs the leader's approval.
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField()
    deadline_at = models.DateTimeField(_("hạn bổ sung"))
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("yêu cầu bổ sung")
        ordering = ("round",)
        constraints = [
            models.UniqueConstraint(fields=["dossier", "round"], name="supplement_round_once"),
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="supplement_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} #{self.round}"


class SupplementItem(models.Model):
    """One paper or one field to mend, with the reason."""

    request = models.ForeignKey(SupplementRequest, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    paper_key = models.SlugField(max_length=64, blank=True)
    field_key = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=300)
    reason = models.TextField(_("lý do"))

    class Meta:
        verbose_name = _("mục cần bổ sung")
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=(Q(paper_key="") & ~Q(field_key=""))
                | (~Q(paper_key="") & Q(field_key="")),
                name="supplement_item_paper_or_field",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class SupplementUpload(models.Model):
    """A file that the citizen has put to an item and not handed in yet."""

    item = models.ForeignKey(SupplementItem, on_delete=models.PROTECT, related_name="uploads")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("tệp bổ sung")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["item", "file"], name="supplement_upload_file_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.file_id}"
