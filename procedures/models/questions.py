"""The questions that tell which case a person is in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.models.catalogue import Revision
from procedures.models.guards import part_stays


@tracked()
class CaseQuestion(models.Model):
    """
    One plain question of a revision: each answer leaves some of the cases open.

    `options` is a list of {"key", "text", "cases"}; "cases" lists the keys of the cases that the
    answer leaves open, an empty list leaves all of them.
    """

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="case_questions")
    key = models.SlugField(max_length=64)
    text = models.CharField(_("câu hỏi"), max_length=200)
    help = models.CharField(_("giải thích"), max_length=500, blank=True)
    options = models.JSONField(_("các câu trả lời"), default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("câu hỏi tìm trường hợp")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="case_question_key_once"),
        ]
        triggers = [part_stays("case_question")]

    def __str__(self) -> str:
        return self.text
