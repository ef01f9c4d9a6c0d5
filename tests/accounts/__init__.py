"""Tests of accounts; NOW, a Monday morning in office hours, is when they take place."""

import re
from datetime import UTC, datetime

from portal.notices.models import Notice

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
PHONE = "84912345678"
HOME = "203.0.113.7"


def latest_code(phone: str = PHONE) -> str:
    """Return the one-time code in the newest text message to a phone."""
    notice = Notice.objects.filter(to=phone, kind="one-time-code").order_by("-pk").first()
    assert notice is not None, "no code was sent"
    [code] = re.findall(r"\b\d{6}\b", notice.body)
    return code


def another_code(code: str) -> str:
    """Return a code that is surely wrong."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
