"""Who an electronic identity says somebody is: the few claims that are used, cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from accounts.eid.provider import EidRefused, Provider, Refusal
from portal.core.crypto import keyed_hash
from portal.core.identity import InvalidIdentityNumber, clean_identity_number
from portal.core.text import normalise_name

# LoaiTaiKhoan: 1 a person, 2 an enterprise, 3 an organisation.
PERSON: Final = "1"
LONGEST: Final = 200
DAYS: Final = ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y")


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the provider knows them; of everything else that it sends nothing is kept."""

    issuer: str
    # A keyed hash: some providers use the identity number itself as their key of a person.
    subject_hash: str
    number: str
    name: str
    born: date | None
    level: str

    def __repr__(self) -> str:
        return f"<Identity of {self.issuer}>"


def read_identity(claims: Mapping[str, Any], provider: Provider) -> Identity:
    """
    Return the person whom verified claims describe.

    :raises EidRefused: if the level is too low or not said, if it is no person's account, or if
        key, number or name are missing.
    """
    level = _text(claims, provider, "level")
    if level not in provider.levels:
        raise EidRefused(Refusal.LEVEL, "absent" if not level else "below")
    if provider.claims["kind"] and _text(claims, provider, "kind") != PERSON:
        raise EidRefused(Refusal.ORGANISATION)
    subject = _text(claims, provider, "subject")
    name = normalise_name(_text(claims, provider, "name"))
    if not subject or not name:
        raise EidRefused(Refusal.CLAIMS, "missing")
    try:
        number = clean_identity_number(_text(claims, provider, "number"))
    except InvalidIdentityNumber:
        raise EidRefused(Refusal.CLAIMS, "number") from None
    return Identity(
        issuer=provider.issuer,
        subject_hash=keyed_hash(f"{provider.issuer} {subject}", domain="eid-subject"),
        number=number,
        name=name[:120],
        born=_day(_text(claims, provider, "born")),
        level=level[:32],
    )


def _text(claims: Mapping[str, Any], provider: Provider, what: str) -> str:
    value = claims.get(provider.claims[what])
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).replace("\x00", "").strip()[:LONGEST]


def _day(text: str) -> date | None:
    for pattern in DAYS:
        try:
            # A calendar day: no time, no zone.
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
