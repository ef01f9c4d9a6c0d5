"""Units with their calendars and number series; users, staff roles, one-time codes, limits."""

from accounts.models.access import OneTimeCode, RateCounter
from accounts.models.acting import Acting, mandate_key, organisation_key
from accounts.models.consent import Consent, ConsentText
from accounts.models.doors import AccountMerge, UserSession
from accounts.models.eid import EidLink
from accounts.models.money import CollectingAccount
from accounts.models.network import CounterNetwork
from accounts.models.representation import Mandate, Organisation, Representative
from accounts.models.second_factor import RecoveryCode, SecondFactor, StaffLink
from accounts.models.security import SecurityEvent
from accounts.models.units import CalendarDay, NumberSeries, Unit
from accounts.models.users import StaffRole, User

__all__ = [
    "AccountMerge",
    "Acting",
    "CalendarDay",
    "CollectingAccount",
    "Consent",
    "ConsentText",
    "CounterNetwork",
    "EidLink",
    "Mandate",
    "NumberSeries",
    "OneTimeCode",
    "Organisation",
    "RateCounter",
    "RecoveryCode",
    "Representative",
    "SecondFactor",
    "SecurityEvent",
    "StaffLink",
    "StaffRole",
    "Unit",
    "User",
    "UserSession",
    "mandate_key",
    "organisation_key",
]
