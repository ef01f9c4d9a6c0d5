"""System checks of what notices need, so that a wrong setting is found before the first message."""

import re
from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from portal.notices.sms import is_safe_url

BRANDNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,10}")


@register(Tags.security)
def check_sms(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Report an SMS address that would send keys in the clear, and an impossible brandname."""
    found: list[CheckMessage] = []
    if settings.SMS_API_URL and not is_safe_url(settings.SMS_API_URL):
        found.append(Error("SMS_API_URL must be an https address.", id="notices.E001"))
    if not BRANDNAME.fullmatch(settings.SMS_BRANDNAME):
        message = "SMS_BRANDNAME must be at most 11 unaccented letters and digits."
        found.append(Error(message, id="notices.E002"))
    return found


@register(Tags.security, deploy=True)
def check_sms_is_configured(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Report a production without an SMS provider: one-time codes could not be sent."""
    if settings.SMS_API_URL and settings.SMS_API_KEY and settings.SMS_API_SECRET:
        return []
    message = "SMS_API_URL, SMS_API_KEY and SMS_API_SECRET must be set."
    return [Error(message, id="notices.E003")]
