"""The work items of a dossier and its chained, append-only history."""

from __future__ import annotations

from typing import Final, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import Unit
from dossiers.enums import Action, DossierState, StepOutcome
from dossiers.models.dossier import Dossier

# In the data of an event: the absent person for whom its actor acted.
BEHALF: Final = "on_behalf_of"


class StepQuerySet(models.QuerySet["Step"]):
    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


class Step(models.Model):
    """One work item: which unit and role, who took it, until when, with what outcome."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveSmallIntegerField()
    # "reception", a key of the workflow version, or "return".
    key = models.SlugField(max_length=64)
    name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, choices=Role)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="steps",
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    outcome = models.CharField(max_length=16, choices=StepOutcome, blank=True)
    note = models.TextField(blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("bước xử lý")
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="step_number_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(closed_at__isnull=True), name="step_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="step_outcome_exactly_when_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "role", "due_at"],
                name="step_queue",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["assignee"], name="step_mine", condition=Q(closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.number}. {self.name}"


class DossierEvent(models.Model):
    """
    One thing that happened, in order, chained by hash; without personal values.

    `data` holds what replay needs: step, due date, pause, amounts, paper keys.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    action = models.CharField(max_length=24, choices=Action)
    source = models.CharField(max_length=16, choices=DossierState, blank=True)
    target = models.CharField(max_length=16, choices=DossierState)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    occurred_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("diễn biến hồ sơ")
        ordering = ("dossier", "sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "sequence"], name="dossier_event_sequence_once"
            ),
            models.CheckConstraint(
                condition=Q(sequence=1, previous_hash="")
                | (Q(sequence__gt=1) & ~Q(previous_hash="")),
                name="dossier_event_chained",
            ),
            models.CheckConstraint(
                condition=Q(source="", action=Action.SUBMIT)
                | (~Q(source="") & ~Q(action=Action.SUBMIT)),
                name="dossier_event_first_is_submission",
            ),
        ]
        indexes = [models.Index(F("occurred_at").desc(), name="dossier_event_latest")]
        triggers = [
            pgtrigger.Protect(
                name="events_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.sequence} {self.action}"
