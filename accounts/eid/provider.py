"""The configured provider of electronic identities, and why one of its answers is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from django.conf import settings


class Refusal(StrEnum):
    """Why nobody is signed in; the views have a sentence for each, the log has the word."""

    CANCELLED = "cancelled"  # by the person, at the provider's page
    UNAVAILABLE = "unavailable"  # no answer in time, or none that can be read
    STATE = "state"  # an answer that this browser did not ask for, or too late, or twice
    REJECTED = "rejected"  # the provider does not take the code
    TOKEN = "token"  # noqa: S105 -- the id-token does not hold
    SUBJECT = "subject"  # token and user info are about two people
    LEVEL = "level"  # below what is asked, or not said
    ORGANISATION = "organisation"  # not a person's account
    CLAIMS = "claims"  # number or name are missing or malformed


class EidRefused(Exception):
    """The sign-on led nowhere; nothing in it names the person, a token or a claim."""

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal}: {detail}" if detail else str(refusal))
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the settings say of the provider; portal.settings.eid has looked at each value."""

    issuer: str
    name: str
    client_id: str
    client_secret: str
    discovery: bool
    authorize_url: str
    token_url: str
    userinfo_url: str
    jwks_url: str
    logout_url: str
    token_auth: str
    scopes: list[str]
    acr_values: str
    pkce: bool
    userinfo_method: str
    algorithms: list[str]
    leeway: int
    max_age: int
    claims: dict[str, str]
    levels: list[str]
    ca_bundle: str
    proxy: str

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        return cls(**{name.lower(): value for name, value in values.items()})

    def __repr__(self) -> str:
        # The secret is among the fields.
        return f"<Provider {self.issuer}>"


def get_provider() -> Provider | None:
    """Return the provider, None if none is configured."""
    return Provider.of(settings.EID) if settings.EID else None
