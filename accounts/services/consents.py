"""Consents: what is asked today, who agreed to what, and taking it back."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts import consent
from accounts.models import Consent, ConsentText, User
from accounts.security import SecurityEventKind
from accounts.services import devices, security
from portal.core.dates import local_day
from portal.core.db import requires_transaction


@dataclass(frozen=True, slots=True)
class Words:
    """What people are asked to agree to."""

    version: str
    valid_from: date
    points: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.points)


class NotNewer(Exception):
    """A version of that name is there already, or it would not come after the one in force."""


class NotThese(Exception):
    """The words changed while the page was open."""


def current(*, on: date) -> Words:
    """Return the words of a day: published ones, else those that ship with the portal (1 query)."""
    row = ConsentText.objects.filter(valid_from__lte=on).order_by("-valid_from", "-pk").first()
    if row is None or row.valid_from < consent.VALID_FROM:
        return _shipped()
    return Words(row.version, row.valid_from, tuple(row.text.splitlines()))


def missing(user: User, *, on: date) -> str:
    """Return the version that a citizen has still to agree to, "" if none."""
    if not user.is_citizen:
        return ""
    asked = current(on=on).version
    return "" if user.consent_version == asked else asked


@transaction.atomic(durable=True)
def agree(*, user: User, version: str, at: datetime) -> None:
    """
    Store that somebody agreed to the words of today.

    :raises NotThese: if they read others.
    """
    if version != current(on=local_day(at)).version:
        raise NotThese
    record(user, version=version, at=at)


@requires_transaction
def record(user: User, *, version: str, at: datetime) -> None:
    """Keep which words somebody agreed to, the words included; twice is once."""
    words = current(on=local_day(at))
    if words.version != version:
        # Agreed to on a page that was opened before the new words came: asked at the next sign-in.
        row = ConsentText.objects.filter(version=version).first()
    else:
        row = _stored(words)
    if row is not None:
        Consent.objects.get_or_create(
            user=user, text=row, withdrawn_at=None, defaults={"agreed_at": at}
        )
    user.consent_version, user.consented_at = version, at
    user.save(update_fields=["consent_version", "consented_at"])
    security.record(SecurityEventKind.CONSENTED, at=at, user=user, data={"version": version})


@requires_transaction
def withdraw(user: User, *, at: datetime) -> None:
    """End all consents of somebody and their sessions: at the next sign-in they are asked again."""
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=at)
    user.consent_version, user.consented_at = "", None
    user.save(update_fields=["consent_version", "consented_at"])
    devices.end_others(user)


@transaction.atomic(durable=True)
def publish(*, version: str, valid_from: date, points: list[str]) -> ConsentText:
    """
    Store new words, which every citizen is asked from that day on, at the next sign-in.

    :raises NotNewer: if the version exists, or an equal or later one does.
    """
    latest = ConsentText.objects.order_by("-valid_from").first()
    bound = max(consent.VALID_FROM, latest.valid_from if latest else consent.VALID_FROM)
    names = {consent.VERSION, *ConsentText.objects.values_list("version", flat=True)}
    if version in names or valid_from <= bound:
        raise NotNewer
    return _stored(Words(version, valid_from, tuple(points)))


def _shipped() -> Words:
    points = tuple(str(point) for point in consent.POINTS)
    return Words(consent.VERSION, consent.VALID_FROM, points)


@requires_transaction
def _stored(words: Words) -> ConsentText:
    row, _made = ConsentText.objects.get_or_create(
        version=words.version,
        defaults={
            "valid_from": words.valid_from,
            "text": words.text,
            "sha256": hashlib.sha256(words.text.encode()).hexdigest(),
        },
    )
    return row
