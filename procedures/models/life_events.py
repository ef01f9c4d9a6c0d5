"""Life events (sự kiện): moments of life, each with the procedures that it asks for, in order."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.enums import LifeEventIcon
from procedures.models.catalogue import Procedure


@tracked()
class LifeEvent(models.Model):
    """A moment of life by which people enter the catalogue, curated by its editors."""

    slug = models.SlugField(_("địa chỉ trang"), max_length=64, unique=True)
    title = models.CharField(_("tên sự kiện"), max_length=60)
    # A few words below the title, on the tile.
    summary = models.CharField(_("gồm những việc gì"), max_length=80)
    introduction = models.TextField(_("lời mở đầu"), blank=True)
    icon = models.CharField(
        _("hình vẽ"), max_length=16, choices=LifeEventIcon, default=LifeEventIcon.PEOPLE
    )
    position = models.PositiveSmallIntegerField(default=0)
    # New ones are written in peace first.
    is_shown = models.BooleanField(_("hiện trên cổng"), default=False)

    class Meta:
        verbose_name = _("sự kiện")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.title


@tracked()
class LifeEventEntry(models.Model):
    """A procedure of a life event, with the sentence that says who needs it and when."""

    event = models.ForeignKey(LifeEvent, on_delete=models.CASCADE, related_name="entries")
    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="life_event_entries"
    )
    need = models.CharField(_("khi nào cần"), max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("thủ tục của sự kiện")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["event", "procedure"], name="life_event_entry_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} · {self.procedure_id}"
