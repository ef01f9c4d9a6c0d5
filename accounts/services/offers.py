"""Offering a right to somebody named by phone or identity number, never saying who exists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from accounts.enums import IdentityLevel
from accounts.models import User
from portal.core.crypto import keyed_hash
from portal.core.db import requires_transaction
from portal.core.text import fold
from portal.notices.enums import Medium
from portal.notices.outbox import queue_notice

# Members of one family may share a phone and, rarely, a name.
MOST_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Contact:
    """The name of a person, with the cleaned phone or identity number that tells them apart."""

    name: str
    number: str

    @property
    def hash(self) -> str:
        return keyed_hash(self.number)


@requires_transaction
def find_accounts(contact: Contact) -> list[User]:
    """Return the accounts to which a contact surely belongs: a proven phone, a proven number."""
    by_phone = Q(phone=contact.number, phone_verified_at__isnull=False)
    by_number = Q(
        identity_hash=contact.hash,
        identity_level__in=[IdentityLevel.SEEN, IdentityLevel.EID],
    )
    found = (
        User.objects.citizens()
        .usable()
        .filter(by_phone | by_number, folded_name=fold(contact.name))
        .order_by("pk")
    )
    return list(found[:MOST_TOLD])


@requires_transaction
def tell(
    person: User, *, kind: str, subject: str, body: str, text: str, key: str, at: datetime
) -> None:
    """Tell a person in their inbox and by e-mail, and, where there is a `text`, by SMS."""
    for medium, to, words in (
        (Medium.IN_APP, "", body),
        (Medium.EMAIL, person.email, body),
        (Medium.SMS, person.phone if text else "", text),
    ):
        queue_notice(
            kind=kind,
            medium=medium,
            to=to,
            recipient=person,
            subject_key="",
            subject=subject,
            body=words,
            dedupe_key=f"{key}:{person.pk}:{medium}",
            at=at,
        )
