"""Addresses of the networks that one-stop shops ask from."""

import ipaddress

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, gettext_lazy as _

from accounts.models.units import Unit


def check_network(text: str) -> None:
    try:
        found = ipaddress.ip_network(text.strip())
    except ValueError as error:
        raise ValidationError(
            gettext("Nhập địa chỉ hoặc dải địa chỉ mạng, ví dụ 203.0.113.8 hoặc 203.0.113.0/28.")
        ) from error
    # A wide range would lift the limits of half a mobile network.
    if found.prefixlen < (24 if found.version == 4 else 48):
        raise ValidationError(gettext("Dải quá rộng: nhỏ nhất là /24 (IPv4) hoặc /48 (IPv6)."))


class CounterNetwork(models.Model):
    """Where the counters of an agency ask from: many people, one after the other, one address."""

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="networks", verbose_name=_("cơ quan")
    )
    network = models.CharField(
        _("địa chỉ mạng"), max_length=50, unique=True, validators=[check_network]
    )
    note = models.CharField(_("ghi chú"), max_length=200, blank=True)
    is_open = models.BooleanField(_("đang dùng"), default=True, db_default=True)

    class Meta:
        verbose_name = _("địa chỉ mạng của quầy")
        verbose_name_plural = _("địa chỉ mạng của quầy")

    def __str__(self) -> str:
        return self.network
