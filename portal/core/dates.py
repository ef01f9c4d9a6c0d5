"""How moments and days are written: on pages with the weekday, on slips in words."""

from calendar import monthrange
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, gettext_noop

LOCAL_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")

WEEKDAYS: Final = (
    gettext_noop("thứ Hai"),
    gettext_noop("thứ Ba"),
    gettext_noop("thứ Tư"),
    gettext_noop("thứ Năm"),
    gettext_noop("thứ Sáu"),
    gettext_noop("thứ Bảy"),
    gettext_noop("Chủ nhật"),
)


def to_local(moment: datetime) -> datetime:
    """
    Return the same moment on Vietnamese clocks.

    :raises ValueError: if `moment` has no time zone, because guessing one moves deadlines.
    """
    if moment.utcoffset() is None:
        raise ValueError(f"A moment without a time zone: {moment.isoformat()}")
    return moment.astimezone(LOCAL_ZONE)


def local_day(day: date) -> date:
    """Return the Vietnamese calendar day of a day or a moment."""
    return to_local(day).date() if isinstance(day, datetime) else day


def format_day(day: date) -> str:
    """Write a day as pages show it: "thứ Hai, 23/11/2026"."""
    day = local_day(day)
    return f"{gettext(WEEKDAYS[day.weekday()])}, {format_short_day(day)}"


def format_short_day(day: date) -> str:
    """Write a day where the weekday would only be in the way: "23/11/2026"."""
    day = local_day(day)
    # Not strftime: its %Y drops leading zeros on some systems.
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_moment(moment: datetime) -> str:
    """Write a moment as pages show it: "thứ Hai, 23/11/2026, 15:00"."""
    moment = to_local(moment)
    return f"{format_day(moment)}, {moment.hour:02d}:{moment.minute:02d}"


def day_in_words(day: date) -> str:
    """Write a day as the printed forms do: "ngày 23 tháng 11 năm 2026"."""
    day = local_day(day)
    # State paper puts a zero before every one-digit day but, of the months, only before 1 and 2:
    # those are the figures to which a digit could be added by hand.
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def moment_in_words(moment: datetime) -> str:
    """Write a moment as the printed forms do: "15 giờ 00 phút, ngày 23 tháng 11 năm 2026"."""
    moment = to_local(moment)
    return f"{moment.hour:02d} giờ {moment.minute:02d} phút, {day_in_words(moment)}"


def add_months(moment: datetime, months: int) -> datetime:
    """Return the same day and clock time so many months later, else the last day of that month."""
    local = to_local(moment)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)
