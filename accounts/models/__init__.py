"""Units with their calendars and number series; users, staff roles, one-time codes, limits."""

from accounts.models.access import OneTimeCode, RateCounter
from accounts.models.money import CollectingAccount
from accounts.models.security import SecurityEvent
from accounts.models.units import CalendarDay, NumberSeries, Unit
from accounts.models.users import StaffRole, User

__all__ = [
    "CalendarDay",
    "CollectingAccount",
    "NumberSeries",
    "OneTimeCode",
    "RateCounter",
    "SecurityEvent",
    "StaffRole",
    "Unit",
    "User",
]
