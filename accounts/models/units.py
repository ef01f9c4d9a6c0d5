"""The one tree of agencies, one-stop shops and divisions, their calendars and number series."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import DayKind, Tier, UnitKind
from portal.core.history import tracked


class UnitQuerySet(models.QuerySet["Unit"]):
    def in_force(self, *, on: date) -> Self:
        """Narrow to units that exist on the day `on`."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gte=on),
        )

    def agencies(self) -> Self:
        return self.filter(kind=UnitKind.AGENCY)


@tracked()
class Unit(models.Model):
    """
    One node of the tree: an agency, its one-stop shop, or one of its divisions.

    Code, office hours, calendar and number series belong to agencies only; the desk and the
    divisions below an agency use those of `agency`.
    """

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    # The nearest agency upwards, the unit itself for an agency: kept on the row, so that a
    # queue or a permission never walks the tree.
    agency = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="members"
    )
    kind = models.CharField(_("loại"), max_length=16, choices=UnitKind)
    key = models.SlugField(_("khóa"), max_length=64, unique=True)
    code = models.CharField(_("mã cơ quan"), max_length=35, null=True, blank=True, unique=True)
    name = models.CharField(_("tên"), max_length=200)
    tier = models.CharField(_("cấp"), max_length=16, choices=Tier)
    superior_name = models.CharField(_("cơ quan chủ quản"), max_length=200, blank=True)
    place_name = models.CharField(_("địa danh trên giấy tờ"), max_length=100, blank=True)
    address = models.CharField(_("địa chỉ"), max_length=300, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=40, blank=True)
    email = models.EmailField(_("thư điện tử"), blank=True)
    # [["07:30", "11:30"], ["13:30", "17:00"]], local time.
    office_hours = models.JSONField(_("giờ làm việc"), default=list, blank=True)
    reception_note = models.CharField(_("ghi chú giờ tiếp nhận"), max_length=200, blank=True)
    # So few people that whoever accepted a dossier may approve it; never whoever proposed.
    small_office = models.BooleanField(_("cơ quan ít người"), default=False, db_default=False)
    valid_from = models.DateField(_("hiệu lực từ"), null=True, blank=True)
    valid_until = models.DateField(_("hiệu lực đến"), null=True, blank=True)
    successors = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="predecessors"
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("đơn vị")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=UnitKind.AGENCY, code__isnull=False)
                | (~Q(kind=UnitKind.AGENCY) & Q(code__isnull=True, office_hours=[])),
                name="unit_code_and_hours_only_for_agencies",
            ),
            models.CheckConstraint(
                condition=Q(small_office=False) | Q(kind=UnitKind.AGENCY),
                name="unit_small_office_only_for_agencies",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="unit_valid_period_ordered",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class CalendarDay(models.Model):
    """A day on which an agency departs from Monday to Friday: a day off or a make-up day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="calendar_days")
    on = models.DateField(_("ngày"))
    kind = models.CharField(_("loại"), max_length=8, choices=DayKind)
    name = models.CharField(_("lý do"), max_length=120)

    class Meta:
        verbose_name = _("ngày trong lịch")
        constraints = [
            models.UniqueConstraint(fields=["unit", "on"], name="calendar_day_once_per_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class NumberSeries(models.Model):
    """The last number given out of one series of one agency, such as dossier codes of a day."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="number_series")
    kind = models.CharField(max_length=24)
    # A day (2026-11-21) or a year (2026), as the series asks.
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("dãy số")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "period"], name="number_series_once_per_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}: {self.last}"
