"""Throwing away rows that no longer mean anything."""

from datetime import datetime

from django.contrib.sessions.models import Session

from accounts.services import codes, devices, limits


def purge_expired(*, at: datetime) -> None:
    """Delete counters of closed windows, dead codes and ended sessions; twice does no harm."""
    limits.purge_counters(at=at)
    codes.purge_codes(at=at)
    Session.objects.filter(expire_date__lt=at).delete()
    devices.purge_devices()
