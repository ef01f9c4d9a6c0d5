"""Whether an id-token holds: signature, issuer, audience, times, nonce, access token."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import jwt
from django.views.decorators.debug import sensitive_variables

from accounts.eid.provider import EidRefused, Provider, Refusal

# A token is made when its code is redeemed, and a code lives for minutes.
OLDEST_TOKEN: Final = 600
REQUIRED: Final = ["iss", "sub", "aud", "exp", "iat", "nonce"]


@sensitive_variables("token", "access_token", "nonce", "claims")
def verify_id_token(
    token: object,
    *,
    keys: Mapping[str, Any],
    provider: Provider,
    nonce: str,
    access_token: str,
    at: datetime,
) -> dict[str, Any]:
    """
    Return the claims of an id-token that was made for us, now, for this sign-in.

    :raises EidRefused: if anything about it does not hold.
    """
    if not isinstance(token, str):
        raise EidRefused(Refusal.TOKEN, "missing")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        # Before any key is touched: the token does not choose how it is verified.
        if algorithm not in provider.algorithms:
            raise EidRefused(Refusal.TOKEN, "algorithm")
        claims: dict[str, Any] = jwt.decode(
            token,
            key=_find_key(keys, kid=header.get("kid"), algorithm=algorithm),
            algorithms=[algorithm],
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=provider.leeway,
            options={"require": REQUIRED},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        # `from None`: some of these quote the token.
        raise EidRefused(Refusal.TOKEN, type(error).__name__) from None
    _check_times(claims, provider, at=at)
    if not _same(claims["nonce"], nonce):
        raise EidRefused(Refusal.TOKEN, "nonce")
    others = [one for one in _listed(claims["aud"]) if one != provider.client_id]
    if (others or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise EidRefused(Refusal.TOKEN, "azp")
    if "at_hash" in claims and not _same(claims["at_hash"], at_hash(access_token, algorithm)):
        raise EidRefused(Refusal.TOKEN, "at_hash")
    return claims


def at_hash(access_token: str, algorithm: str) -> str:
    """Return the left half of the access token's hash, as an id-token carries it."""
    digest = hashlib.new(f"sha{algorithm[-3:]}", access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _find_key(keys: Mapping[str, Any], *, kid: object, algorithm: str) -> jwt.PyJWK:
    listed = keys.get("keys")
    if not isinstance(listed, list):
        raise EidRefused(Refusal.UNAVAILABLE, "keys")
    fitting = [
        one
        for one in listed
        if isinstance(one, dict)
        and (kid is None or one.get("kid") == kid)
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        # A shared secret is no public key, whoever publishes it.
        and one.get("kty") in {"RSA", "EC"}
    ]
    if len(fitting) != 1:
        raise EidRefused(Refusal.TOKEN, "key")
    return jwt.PyJWK(fitting[0], algorithm=algorithm)


def _check_times(claims: Mapping[str, Any], provider: Provider, *, at: datetime) -> None:
    # Expiry and a future issue are PyJWT's; it takes any age of a token that is still good.
    if at.timestamp() - float(claims["iat"]) > OLDEST_TOKEN + provider.leeway:
        raise EidRefused(Refusal.TOKEN, "old")
    if provider.max_age:
        signed_in = claims.get("auth_time")
        if not isinstance(signed_in, int) or isinstance(signed_in, bool):
            raise EidRefused(Refusal.TOKEN, "auth_time")
        if at.timestamp() - signed_in > provider.max_age + provider.leeway:
            raise EidRefused(Refusal.TOKEN, "auth_time")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _same(given: object, expected: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), expected.encode())
