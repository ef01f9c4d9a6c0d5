"""Files of the catalogue that people bring in: looked at first, taken in once confirmed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.enums import ExchangeKind, ExchangeState


@tracked(without=("report",))
class CatalogueFile(models.Model):
    """
    One file with what a dry run said of it.

    Its bytes never change: what is confirmed is what was checked, by its hash, and only while the
    catalogue would still answer the same.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("loại tệp"), max_length=16, choices=ExchangeKind)
    name = models.CharField(_("tên tệp"), max_length=160)
    storage_key = models.CharField(max_length=200, unique=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=ExchangeState, default=ExchangeState.RECEIVED)
    # While a worker has to do something: not before this moment, by whoever comes first.
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    # [{"line": …, "code": …, "outcome": …, "words": […]}]
    report = models.JSONField(default=list)
    # Of the report: a confirmation holds for no other.
    report_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Why nothing of it can be taken, in words, "" otherwise.
    refusal = models.TextField(blank=True, default="", db_default="")
    # Gives offers to units: more than drafts, so a publisher confirms it.
    needs_publisher = models.BooleanField(default=False, db_default=False)
    uploaded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Nobody needs the bytes any more; the row says for good who brought in what, and its hash.
    file_removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tệp nhập danh mục")
        ordering = ("-uploaded_at",)
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[ExchangeState.CONFIRMED, ExchangeState.DONE],
                    confirmed_by__isnull=False,
                    confirmed_at__isnull=False,
                )
                | (
                    ~Q(state__in=[ExchangeState.CONFIRMED, ExchangeState.DONE])
                    & Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                ),
                name="catalogue_file_taken_was_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state=ExchangeState.DONE, done_at__isnull=False)
                | (~Q(state=ExchangeState.DONE) & Q(done_at__isnull=True)),
                name="catalogue_file_done_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(file_removed_at__isnull=True)
                | Q(state__in=[ExchangeState.DONE, ExchangeState.REFUSED]),
                name="catalogue_file_kept_while_needed",
            ),
        ]

    def __str__(self) -> str:
        return self.name
