"""What editors teach the search: sayings and weights; and what was looked for in vain."""

from __future__ import annotations

from typing import Any, Final

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.models.catalogue import Procedure
from procedures.models.renewal import renews_search
from procedures.vocabulary import plain

LEAST_FACTOR: Final = 0.1
MOST_FACTOR: Final = 5.0


_ANY: Final = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


@tracked(without=("folded",))
class Synonym(models.Model):
    """
    What people say, and the official words that it stands for.

    It extends the sayings shipped with the product, and takes the place of a shipped one of the
    same words; switched off, it takes that one away.
    """

    said = models.CharField(_("người dân nói"), max_length=120)
    folded = models.CharField(max_length=120, unique=True, editable=False)
    meant = ArrayField(models.CharField(max_length=300), verbose_name=_("từ chính thức"))
    is_active = models.BooleanField(_("đang dùng"), default=True, db_default=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("từ đồng nghĩa")
        ordering = ("folded",)
        constraints = [
            models.CheckConstraint(condition=~Q(folded=""), name="synonym_says_something"),
        ]
        triggers = [renews_search(on=_ANY)]

    def __str__(self) -> str:
        return self.said

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = plain(self.said)
        super().save(*args, **kwargs)


@tracked(without=("folded",))
class Boost(models.Model):
    """How much more, or less, a procedure weighs: in every search, or in those with a phrase."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="boosts")
    phrase = models.CharField(_("khi câu hỏi có"), max_length=120, blank=True)
    folded = models.CharField(max_length=120, blank=True, editable=False)
    factor = models.FloatField(
        _("hệ số"), validators=[MinValueValidator(LEAST_FACTOR), MaxValueValidator(MOST_FACTOR)]
    )
    is_active = models.BooleanField(_("đang dùng"), default=True, db_default=True)
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    edited_at = models.DateTimeField()
    edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("trọng số tìm kiếm")
        ordering = ("procedure__sort_key", "folded")
        constraints = [
            models.UniqueConstraint(fields=["procedure", "folded"], name="boost_once_per_phrase"),
            models.CheckConstraint(
                condition=Q(factor__gte=LEAST_FACTOR, factor__lte=MOST_FACTOR),
                name="boost_factor_in_range",
            ),
        ]
        triggers = [renews_search(on=_ANY)]

    def __str__(self) -> str:
        return f"{self.procedure_id} × {self.factor}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = plain(self.phrase)
        super().save(*args, **kwargs)


class SearchMiss(models.Model):
    """
    A question that found nothing, or only what looks alike: on how many days it came.

    Until the day that makes it common the words are kept nowhere, only a keyed hash: what one
    person typed once, a name perhaps, can be read by nobody. The day and how often, never the
    hour; no address, no session.
    """

    key_hash = models.CharField(max_length=64, primary_key=True)
    words = models.CharField(max_length=120, blank=True)
    is_alike = models.BooleanField()
    days = models.PositiveIntegerField()
    times = models.PositiveIntegerField()
    first_day = models.DateField()
    last_day = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("câu hỏi chưa có kết quả")

    def __str__(self) -> str:
        return self.words or "…"
