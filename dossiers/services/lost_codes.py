"""A lost code goes to the phone on the dossier, or its owner's e-mail, and nowhere else."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.limits import Bucket
from accounts.services import limits
from dossiers.selectors.tracking import list_codes_of_contact
from portal.core.crypto import keyed_hash
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice


def send_codes(*, contact: str, client: str, at: datetime) -> None:
    """
    Send the latest codes of a phone or an e-mail to it; whoever asks learns nothing.

    :raises limits.TooManyRequests: if this address or this client asked too often.
    """
    limits.require(Bucket.FORGOT_CODE_ADDRESS, client, at=at)
    limits.require(Bucket.FORGOT_CODE, contact, at=at)
    _queue(contact=contact, at=at)


@transaction.atomic(durable=True)
def _queue(*, contact: str, at: datetime) -> None:
    codes = list_codes_of_contact(contact)
    if not codes:
        return
    queue_notice(
        kind="lost-code",
        medium=Medium.EMAIL if "@" in contact else Medium.SMS,
        to=contact,
        recipient=None,
        subject_key="",
        subject=_("Mã hồ sơ"),
        body=_("Cổng Dịch vụ công: mã hồ sơ của ông/bà: %(codes)s. Tra cứu tại %(site)s")
        % {"codes": ", ".join(codes), "site": settings.BASE_URL.split("://")[-1]},
        dedupe_key=f"lost-code:{keyed_hash(contact)[:32]}:{at.isoformat()}",
        at=at,
    )
