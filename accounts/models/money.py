"""Where an agency collects its fees and charges, and in which ways."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import PayWay
from accounts.models.units import Unit
from portal.core.history import tracked


class CollectingAccountQuerySet(models.QuerySet["CollectingAccount"]):
    def in_force(self, *, on: date) -> Self:
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=on), valid_from__lte=on)

    def taking(self, way: PayWay) -> Self:
        """Narrow to accounts into which money may come this way."""
        return self.filter(ways__contains=[way])


@tracked()
class CollectingAccount(models.Model):
    """The account of an agency at a bank or the treasury, for a period; one at most has no end."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="collecting_accounts")
    holder = models.CharField(_("tên tài khoản"), max_length=200)
    number = models.CharField(_("số tài khoản"), max_length=40)
    bank = models.CharField(_("nơi mở tài khoản"), max_length=200)
    ways = ArrayField(models.CharField(max_length=8, choices=PayWay), verbose_name=_("cách thu"))
    # The gateway's terminal whose money goes to this account; only ours settles it.
    terminal = models.CharField(_("mã đầu cuối VNPAY"), max_length=16, blank=True)
    valid_from = models.DateField(_("từ ngày"))
    valid_until = models.DateField(_("đến ngày"), null=True, blank=True)

    objects = CollectingAccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("tài khoản thu")
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "valid_from"], name="collecting_account_once_per_day"
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(valid_until__isnull=True),
                name="collecting_account_one_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="collecting_account_period_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(ways__contains=[PayWay.VNPAY]) | ~Q(terminal=""),
                name="collecting_account_online_has_terminal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.number}"
