"""What runs a procedure: e-form versions, workflow versions and the offers of units."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Tier
from accounts.models import Unit
from portal.core.history import tracked
from procedures.enums import ResultDelivery, ServiceMode
from procedures.models.catalogue import Procedure, Revision
from procedures.models.guards import version_stays


@tracked()
class FormVersion(models.Model):
    """An e-form: typed fields with keys, conditions and groups, in the published JSON shape."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="form_versions")
    number = models.PositiveIntegerField()
    name = models.CharField(_("tên tờ khai"), max_length=300)
    definition = models.JSONField(_("nội dung tờ khai"))
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("tờ khai điện tử")
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="form_version_once"),
        ]
        triggers = [
            # Dossiers are read by the version that they were filed with.
            pgtrigger.Trigger(
                name="published_form_is_immutable",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__published_at__isnull=False),
                func="RAISE EXCEPTION 'a published e-form is immutable';",
            ),
            version_stays("form_version", pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


@tracked()
class WorkflowVersion(models.Model):
    """
    The internal steps of a procedure, published by their own decision.

    `steps` is a list of {"key", "name", "role", "unit", "hours", "instruction"}; unit is
    "receiving", "deciding", "division:<end of the division's key>" or, for a step in another
    agency, "unit:<key>"; hours are working hours.
    """

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="workflow_versions"
    )
    number = models.PositiveIntegerField()
    steps = models.JSONField(_("các bước"))
    decision_number = models.CharField(_("quyết định"), max_length=80, blank=True)
    decision_date = models.DateField(_("ngày quyết định"), null=True, blank=True)
    # Grows with every edit: a page made from an older one changes nothing.
    version = models.PositiveIntegerField(default=0, db_default=0)
    # Whoever changed the draft last; what was loaded from files was edited by nobody here.
    edited_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Published in a commune with too few people for two; never at the province.
    small_office = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("quy trình nội bộ")
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="workflow_version_once"),
            models.UniqueConstraint(
                fields=["procedure"],
                condition=Q(published_at__isnull=True),
                name="workflow_version_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(edited_by__isnull=True)
                | Q(published_by__isnull=True)
                | ~Q(published_by=F("edited_by"))
                | Q(small_office=True),
                name="workflow_version_published_by_another",
            ),
        ]
        triggers = [version_stays("workflow_version")]

    def __str__(self) -> str:
        return f"{self.procedure_id} #{self.number}"


class OfferQuerySet(models.QuerySet["Offer"]):
    def in_force(self, *, on: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on)

    def not_over(self, *, on: date) -> Self:
        """Narrow to what is in force on a day or will be; what was called off never is."""
        return self.filter(
            Q(valid_until__isnull=True)
            | (Q(valid_until__gte=on) & Q(valid_until__gte=F("valid_from")))
        )

    def locked(self) -> Self:
        return self.select_for_update(of=("self",), no_key=True)


@tracked()
class Offer(models.Model):
    """
    That a unit, or every agency of a tier, serves a procedure at a declared level.

    The nearest offer wins: one for the unit before one for its tier. `receiving` and `deciding`
    left empty mean the agency itself and its own one-stop shop.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="offers")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    tier = models.CharField(_("cấp"), max_length=16, choices=Tier, blank=True)
    receiving = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    deciding = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_level = models.PositiveSmallIntegerField(_("mức độ công bố"))
    decision_number = models.CharField(_("quyết định"), max_length=80, blank=True)
    decision_date = models.DateField(_("ngày quyết định"), null=True, blank=True)
    # Where in the decision's annexes the procedure stands.
    decision_annex = models.CharField(
        _("phụ lục"), max_length=200, blank=True, default="", db_default=""
    )
    service_mode = models.CharField(_("hình thức"), max_length=16, choices=ServiceMode)
    returns = ArrayField(
        models.CharField(max_length=8, choices=ResultDelivery), verbose_name=_("cách trả kết quả")
    )
    workflow_version = models.ForeignKey(
        WorkflowVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="offers"
    )
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến ngày"), null=True, blank=True)
    # Empty for what was loaded from files.
    assigned_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    # The content whose publication lowered an earlier offer to this one.
    lowered_with = models.ForeignKey(
        Revision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # The decision that ended it, where one did; an offer that another replaces has none.
    end_decision = models.CharField(
        _("quyết định chấm dứt"), max_length=80, blank=True, default="", db_default=""
    )
    end_decision_date = models.DateField(null=True, blank=True)
    ended_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("dịch vụ của đơn vị")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, tier="") | (Q(unit__isnull=True) & ~Q(tier="")),
                name="offer_for_a_unit_or_a_tier",
            ),
            models.CheckConstraint(
                condition=Q(declared_level__gte=1, declared_level__lte=4),
                name="offer_level_from_1_to_4",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} · {self.declared_level}"
