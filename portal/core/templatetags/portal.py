"""How templates write money, time, phones and deadlines; each filter leaves nothing for None."""

from datetime import date, datetime
from typing import Literal

from django import template
from django.utils.translation import gettext as _, ngettext

from portal.core import dates, identity, money

register = template.Library()


@register.filter
def vnd(amount: int | Literal[""] | None) -> str:
    """Write an amount: `{{ fee.amount_vnd|vnd }}` gives "125.000 đồng"."""
    return "" if amount is None or amount == "" else money.format_vnd(int(amount))


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment: "thứ Hai, 23/11/2026, 15:00"."""
    return dates.format_moment(value) if value else ""


@register.filter
def day(value: date | None) -> str:
    """Write a day, or the Vietnamese day of a moment: "thứ Hai, 23/11/2026"."""
    return dates.format_day(value) if value else ""


@register.filter
def phone(value: str | None) -> str:
    """Write a stored phone: "0912 345 678"."""
    return identity.format_phone(value) if value else ""


@register.filter
def masked_phone(value: str | None) -> str:
    """Write a stored phone so that only its owner knows it: "09** *** 678"."""
    return identity.mask_phone(value) if value else ""


@register.filter
def masked_number(value: str | None) -> str:
    """Write an identity number of which only the end can be read: "********0017"."""
    return identity.mask_identity_number(value) if value else ""


@register.filter
def due_in(days_left: int | Literal[""] | None, is_overdue: bool = False) -> str:
    """
    Write how far a due date is: "còn 2 ngày làm việc", "quá hạn 3 ngày làm việc".

    Of the day itself, `{{ days_left|due_in:is_overdue }}` says whether the hour has passed.
    """
    if days_left is None or days_left == "":
        return ""
    days = int(days_left)
    if days == 0:
        return _("quá hạn từ hôm nay") if is_overdue else _("đến hạn hôm nay")
    if days < 0:
        return ngettext("quá hạn %d ngày làm việc", "quá hạn %d ngày làm việc", -days) % -days
    return ngettext("còn %d ngày làm việc", "còn %d ngày làm việc", days) % days


@register.filter
def initials(name: str) -> str:
    """Write somebody's name where only money is dealt with: "N.T.L."."""
    return identity.mask_name(name)
