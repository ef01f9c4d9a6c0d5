"""A lost code goes to the phone that stands on the dossier, and nowhere else."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits import Bucket
from accounts.services import limits
from dossiers.selectors.tracking import list_codes_of_phone
from portal.core.crypto import keyed_hash
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


def send_codes(*, phone: str, client: str, at: datetime) -> None:
    """
    Send the latest codes of a phone to that phone; whoever asks learns nothing.

    :raises limits.TooManyRequests: if this phone or this client asked too often.
    """
    limits.require(Bucket.FORGOT_CODE_ADDRESS, client, at=at)
    limits.require(Bucket.FORGOT_CODE, phone, at=at)
    _queue(phone=phone, at=at)


@transaction.atomic(durable=True)
def _queue(*, phone: str, at: datetime) -> None:
    codes = list_codes_of_phone(phone)
    if not codes:
        return
    queue_notice(
        kind="lost-code",
        medium=Medium.SMS,
        to=phone,
        recipient=None,
        subject_key="",
        subject=_("Mã hồ sơ"),
        body=_("Cổng Dịch vụ công: mã hồ sơ của ông/bà: %(codes)s. Tra cứu tại %(site)s")
        % {"codes": ", ".join(codes), "site": settings.BASE_URL.split("://")[-1]},
        dedupe_key=f"lost-code:{keyed_hash(phone)[:32]}:{at.isoformat()}",
        at=at,
    )
