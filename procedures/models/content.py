"""Parts of a revision: cases, times, fees, papers and printable forms."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.core.history import tracked
from procedures.enums import (
    FeeKind,
    FeeStatus,
    FeeUnit,
    FilingChannel,
    PaperSource,
    TimeUnit,
)
from procedures.models.catalogue import Revision
from procedures.models.guards import part_of_case_stays, part_stays


@tracked()
class Case(models.Model):
    """A case (trường hợp) that decides papers, time and fee, referred to by its stable key."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="cases")
    key = models.SlugField(max_length=64)
    name = models.CharField(_("trường hợp"), max_length=300)
    hint = models.CharField(_("khi nào chọn"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("trường hợp")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="case_key_once"),
            models.UniqueConstraint(
                fields=["revision"], condition=Q(is_default=True), name="case_one_default"
            ),
        ]
        triggers = [part_stays("case")]

    def __str__(self) -> str:
        return self.name


@tracked()
class ProcessingTime(models.Model):
    """How long the agency has, per case and filing channel."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="times")
    channel = models.CharField(_("cách nộp"), max_length=8, choices=FilingChannel)
    amount = models.PositiveSmallIntegerField(_("thời hạn"), null=True, blank=True)
    unit = models.CharField(_("đơn vị"), max_length=16, choices=TimeUnit)
    # Same-day procedures only: received later, the answer comes the next working day.
    cut_off = models.TimeField(_("giờ chốt trong ngày"), null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("thời hạn giải quyết")
        constraints = [
            models.UniqueConstraint(fields=["case", "channel"], name="processing_time_once"),
            models.CheckConstraint(
                condition=Q(unit__in=[TimeUnit.NONE_GIVEN, TimeUnit.SAME_DAY])
                # A comparison with nothing is neither true nor false, and a CHECK lets that pass.
                | Q(amount__isnull=False, amount__gte=1),
                name="processing_time_counted_units_have_amount",
            ),
        ]
        triggers = [part_of_case_stays("processing_time")]

    def __str__(self) -> str:
        return f"{self.amount or ''} {self.get_unit_display()}".strip()


@tracked()
class FeeRule(models.Model):
    """One fee or charge of a case; undetermined ones are never free and never payable."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="fees")
    key = models.SlugField(max_length=64)
    name = models.CharField(_("khoản thu"), max_length=300)
    kind = models.CharField(_("loại"), max_length=8, choices=FeeKind)
    status = models.CharField(max_length=16, choices=FeeStatus)
    amount_vnd = models.PositiveIntegerField(_("mức thu (đồng)"), null=True, blank=True)
    unit = models.CharField(_("tính theo"), max_length=8, choices=FeeUnit, default=FeeUnit.OCCASION)
    asks_quantity = models.BooleanField(_("hỏi số lượng"), default=False)
    channels = ArrayField(models.CharField(max_length=8, choices=FilingChannel), default=list)
    text = models.CharField(_("diễn giải"), max_length=5000, blank=True)
    ground = models.CharField(_("căn cứ"), max_length=300, blank=True)
    # [{"key": …, "name": …, "proof": …}]
    exemptions = models.JSONField(_("đối tượng được miễn, giảm"), default=list, blank=True)
    # From this many units on another amount holds: [{"from": 3, "amount_vnd": 1000}].
    tiers = models.JSONField(_("mức thu theo bậc"), default=list, blank=True)
    cap_vnd = models.PositiveIntegerField(_("mức thu tối đa"), null=True, blank=True)
    # What a filing channel pays less, in hundredths: [{"channel": "ONLINE", "percent": 50}].
    reductions = models.JSONField(
        _("mức giảm theo cách nộp"), default=list, db_default=[], blank=True
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    # The local decision that overrides the national amount, "" when none does.
    local_decision = models.CharField(_("quyết định của địa phương"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("phí, lệ phí")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["case", "key"], name="fee_rule_key_once"),
            models.CheckConstraint(
                condition=Q(status=FeeStatus.AMOUNT, amount_vnd__isnull=False, amount_vnd__gte=1)
                | (~Q(status=FeeStatus.AMOUNT) & Q(amount_vnd__isnull=True)),
                name="fee_rule_amount_exactly_when_determined",
            ),
        ]
        triggers = [part_of_case_stays("fee_rule")]

    def __str__(self) -> str:
        return self.name


@tracked()
class Paper(models.Model):
    """One paper of the dossier, referred to everywhere by its stable key."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="papers")
    key = models.SlugField(max_length=64)
    name = models.CharField(_("tên giấy tờ"), max_length=7000)
    plain_name = models.CharField(_("tên thường gọi"), max_length=200, blank=True)
    # Keys of the cases that ask for it; empty means every case.
    case_keys = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    originals = models.PositiveSmallIntegerField(_("bản chính"), default=0)
    copies = models.PositiveSmallIntegerField(_("bản sao"), default=0)
    is_mandatory = models.BooleanField(_("bắt buộc"), default=True)
    condition = models.CharField(_("khi nào phải nộp"), max_length=500, blank=True)
    hint = models.TextField(_("hướng dẫn"), blank=True)
    source = models.CharField(max_length=8, choices=PaperSource, default=PaperSource.UPLOAD)
    reuse_key = models.CharField(max_length=64, blank=True)
    must_be_signed = models.BooleanField(_("phải ký số"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("giấy tờ trong hồ sơ")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="paper_key_once"),
        ]
        triggers = [part_stays("paper")]

    def __str__(self) -> str:
        return self.plain_name or self.name

    def applies_to(self, case_key: str) -> bool:
        return not self.case_keys or case_key in self.case_keys


@tracked()
class PrintableForm(models.Model):
    """A form to download, kept in the file store; `paper` says which paper it becomes."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="printable_forms")
    paper = models.ForeignKey(
        Paper, null=True, blank=True, on_delete=models.CASCADE, related_name="printable_forms"
    )
    key = models.SlugField(max_length=64)
    name = models.CharField(_("tên biểu mẫu"), max_length=300)
    storage_key = models.CharField(max_length=200)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField(null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("biểu mẫu tải về")
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(fields=["revision", "key"], name="printable_form_key_once"),
        ]
        triggers = [part_stays("printable_form")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_pdf(self) -> bool:
        """Whether it is a PDF; what is none is a Word file."""
        return self.mime == "application/pdf"

    @property
    def kind(self) -> str:
        """What people call such a file."""
        return "PDF" if self.is_pdf else "Word"
