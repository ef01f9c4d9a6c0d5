"""The search index: which words each procedure is found by, and how many hold each word."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from procedures.models.catalogue import Procedure


class SearchEntry(models.Model):
    """A procedure in the index."""

    procedure = models.OneToOneField(
        Procedure, primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    # What the words of the name weigh together, so that a plain name beats its special cases.
    name_weight = models.FloatField(default=0)

    class Meta:
        verbose_name = _("thủ tục trong chỉ mục tìm kiếm")

    def __str__(self) -> str:
        return str(self.procedure_id)


class SearchTerm(models.Model):
    """A folded word, or two words in a row, of a procedure, with its weight there."""

    # Rewritten with the procedure's other terms; a constraint would be looked at a million times.
    procedure = models.ForeignKey(
        Procedure, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    term = models.CharField(max_length=80)
    weight = models.FloatField()
    in_name = models.BooleanField()

    class Meta:
        verbose_name = _("từ khóa của thủ tục")
        indexes = [
            models.Index(
                fields=["term"],
                include=["procedure", "weight", "in_name"],
                name="search_term_covering",
            ),
        ]

    def __str__(self) -> str:
        return self.term


class SearchWord(models.Model):
    """A term of the whole catalogue, and how many procedures hold it."""

    term = models.CharField(max_length=80, primary_key=True)
    holders = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("từ trong danh mục")

    def __str__(self) -> str:
        return self.term


class SearchVersion(models.Model):
    """
    One row: a new token whenever words, sayings, weights or names of the search change.

    Processes keep what they read for as long as the token stays, and ask for it with every search.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.UUIDField()

    class Meta:
        verbose_name = _("phiên bản dữ liệu tìm kiếm")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="search_version_one_row")]

    def __str__(self) -> str:
        return str(self.token)
