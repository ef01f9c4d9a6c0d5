"""Sign-in by electronic identity: what the environment says of the provider (docs/adr/0011)."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from portal.core.addresses import is_safe_url

# Signed with a private key: `none` proves nothing, HS* is a secret that verifying gives away.
ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
CHOICES: Final = {
    "ALGORITHMS": ALGORITHMS,
    "TOKEN_AUTH": frozenset({"client_secret_post", "client_secret_basic"}),
    "USERINFO_METHOD": frozenset({"GET", "POST", "NONE"}),
}
MOST_LEEWAY: Final = 120
# As the national sign-on names them; "" for what a provider does not say.
CLAIMS: Final = {
    "subject": "TechID",
    "number": "SoDinhDanh",
    "name": "HoVaTen",
    "born": "NgayThangNamSinh",
    "kind": "LoaiTaiKhoan",
    "level": "loAs",
}
ENDPOINTS: Final = ("AUTHORIZE_URL", "TOKEN_URL", "USERINFO_URL", "JWKS_URL", "LOGOUT_URL")


def electronic_identity(env: Env) -> dict[str, Any]:
    """
    Return the provider, {} if none is named.

    :raises ImproperlyConfigured: if what is named could not be trusted or not be used.
    """
    issuer: str = env.str("EID_ISSUER", default="")
    if not issuer:
        return {}
    provider: dict[str, Any] = {
        "ISSUER": issuer,
        "NAME": env.str("EID_NAME", default="VNeID"),
        "CLIENT_ID": env.str("EID_CLIENT_ID", default=""),
        "CLIENT_SECRET": env.str("EID_CLIENT_SECRET", default=""),
        "DISCOVERY": env.bool("EID_DISCOVERY", default=True),
        **{name: env.str(f"EID_{name}", default="") for name in ENDPOINTS},
        "TOKEN_AUTH": env.str("EID_TOKEN_AUTH", default="client_secret_post"),
        "SCOPES": env.str("EID_SCOPES", default="openid").split(),
        "ACR_VALUES": env.str("EID_ACR_VALUES", default=""),
        "PKCE": env.bool("EID_PKCE", default=True),
        "USERINFO_METHOD": env.str("EID_USERINFO_METHOD", default="GET").upper(),
        "ALGORITHMS": env.list("EID_ALGORITHMS", default=["RS256"]),
        "LEEWAY": env.int("EID_LEEWAY", default=60),
        "MAX_AGE": env.int("EID_MAX_AGE", default=0),
        "CLAIMS": {**CLAIMS, **env.dict("EID_CLAIMS", default={})},
        "LEVELS": env.list("EID_LEVELS", default=[]),
        "CA_BUNDLE": env.str("EID_CA_BUNDLE", default=""),
        "PROXY": env.str("EID_PROXY", default=""),
    }
    check(provider)
    return provider


def check(provider: dict[str, Any]) -> None:
    """
    Refuse a provider that is half described.

    :raises ImproperlyConfigured: with the name of what is wrong.
    """
    if wrong := next(_problems(provider), ""):
        raise ImproperlyConfigured(wrong)


def _problems(provider: dict[str, Any]) -> Iterator[str]:
    for name in ("CLIENT_ID", "CLIENT_SECRET", "LEVELS"):
        if not provider[name]:
            yield f"EID_{name} chưa có, trong khi EID_ISSUER đã khai."
    for name, allowed in CHOICES.items():
        if not provider[name] or not allowed.issuperset(_listed(provider[name])):
            yield f"EID_{name} chỉ gồm {', '.join(sorted(allowed))}."
    if not 0 <= provider["LEEWAY"] <= MOST_LEEWAY:
        yield f"EID_LEEWAY từ 0 đến {MOST_LEEWAY} giây."
    yield from _address_problems(provider)
    missing = [one for one in ("subject", "number", "name", "level") if not provider["CLAIMS"][one]]
    if missing:
        yield f"EID_CLAIMS thiếu {', '.join(missing)}."
    if unknown := set(provider["CLAIMS"]) - set(CLAIMS):
        yield f"EID_CLAIMS không có {', '.join(sorted(unknown))}."


def _address_problems(provider: dict[str, Any]) -> Iterator[str]:
    needed = ["AUTHORIZE_URL", "TOKEN_URL", "JWKS_URL"]
    if provider["USERINFO_METHOD"] != "NONE":
        needed.append("USERINFO_URL")
    for name in needed:
        if not provider["DISCOVERY"] and not provider[name]:
            yield f"EID_{name} chưa có, trong khi EID_DISCOVERY đã tắt."
    for name in ("ISSUER", *ENDPOINTS):
        if provider[name] and not is_safe_url(provider[name]):
            yield f"EID_{name} phải bắt đầu bằng https://."


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def page_origins(provider: dict[str, Any]) -> list[str]:
    """Return the origins of the provider's own pages, to which a form of ours redirects."""
    addresses = [
        provider.get("AUTHORIZE_URL") or provider.get("ISSUER", ""),
        provider.get("LOGOUT_URL", ""),
    ]
    origins = [urlsplit(url)._replace(path="", query="", fragment="").geturl() for url in addresses]
    return list(dict.fromkeys(origin for origin in origins if origin))
