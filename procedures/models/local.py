"""Local rules (quy định địa phương): a fee or a time that an agency or a tier has by decision."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from accounts.models import Unit, User
from portal.core.history import tracked
from procedures.enums import FeeStatus, FilingChannel, TimeUnit
from procedures.models.catalogue import Procedure


class LocalRuleQuerySet(models.QuerySet["LocalRule"]):
    def in_force(self, *, on: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on)


@tracked()
class LocalRule(models.Model):
    """
    What one agency, or every agency of a tier, asks or promises in place of the national content.

    Referred to by the stable keys of case and fee, so that it outlives revisions: one that the
    published content does not know any more changes nothing (see procedures.overrides).
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="local_rules")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="local_rules"
    )
    tier = models.CharField(_("cấp"), max_length=16, choices=Tier, blank=True)
    case_key = models.SlugField(_("trường hợp"), max_length=64)
    # Either a fee, determined or free …
    fee_key = models.SlugField(_("khoản thu"), max_length=64, blank=True)
    fee_status = models.CharField(_("mức thu"), max_length=16, choices=FeeStatus, blank=True)
    amount_vnd = models.PositiveIntegerField(_("mức thu (đồng)"), null=True, blank=True)
    # … or the time of a filing channel.
    channel = models.CharField(_("cách nộp"), max_length=8, choices=FilingChannel, blank=True)
    time_unit = models.CharField(_("đơn vị"), max_length=16, choices=TimeUnit, blank=True)
    time_amount = models.PositiveSmallIntegerField(_("thời hạn"), null=True, blank=True)
    decision_number = models.CharField(_("quyết định"), max_length=80)
    decision_date = models.DateField(_("ngày quyết định"))
    annex = models.CharField(_("phụ lục, điều khoản"), max_length=200, blank=True)
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến hết ngày"), null=True, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LocalRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("quy định địa phương")
        # A CHECK that comes out NULL holds: hence "is not null" beside each comparison.
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, tier="") | (Q(unit__isnull=True) & ~Q(tier="")),
                name="local_rule_for_a_unit_or_a_tier",
            ),
            models.CheckConstraint(
                condition=(~Q(fee_key="") & Q(channel="")) | (Q(fee_key="") & ~Q(channel="")),
                name="local_rule_for_a_fee_or_a_time",
            ),
            models.CheckConstraint(
                condition=Q(fee_key="", fee_status="", amount_vnd__isnull=True)
                | (
                    ~Q(fee_key="")
                    & Q(
                        fee_status=FeeStatus.AMOUNT, amount_vnd__isnull=False, amount_vnd__gte=1
                    )
                )
                | (~Q(fee_key="") & Q(fee_status=FeeStatus.FREE, amount_vnd__isnull=True)),
                name="local_rule_amount_exactly_when_determined",
            ),
            models.CheckConstraint(
                condition=Q(channel="", time_unit="", time_amount__isnull=True)
                | (~Q(channel="") & Q(time_unit=TimeUnit.SAME_DAY, time_amount__isnull=True))
                | (
                    ~Q(channel="")
                    & Q(
                        time_unit__in=[
                            TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS, TimeUnit.HOURS
                        ],
                        time_amount__isnull=False,
                        time_amount__gte=1,
                    )
                ),
                name="local_rule_time_is_given",
            ),
            models.CheckConstraint(condition=~Q(decision_number=""), name="local_rule_decided"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False, valid_until__isnull=False),
                name="local_rule_ended_by_somebody",
            ),
            # One that was ended before it began was never in force.
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from"))
                | Q(ended_at__isnull=False),
                name="local_rule_begins_before_it_ends",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.procedure_id} · {self.case_key} · {self.fee_key or self.channel}"
