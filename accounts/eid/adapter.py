"""
The OpenID Connect client: django-allauth's adapter, with what it leaves out.

As shipped it sends no nonce, checks no signature of an id-token that came over TLS, compares no
subjects, waits as long as the provider likes, and quotes answers in its errors. Nothing here
writes to allauth's tables, and no token outlives the request that fetched it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast
from urllib.parse import urlencode

import requests
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.debug import sensitive_variables

from accounts.eid.claims import Identity, read_identity
from accounts.eid.exchange import Budget, fetch_json, new_session
from accounts.eid.provider import EidRefused, Provider, Refusal, get_provider
from accounts.eid.tokens import verify_id_token

PROVIDER_ID: Final = "eid"
DISCOVERY_PATH: Final = "/.well-known/openid-configuration"
ENDPOINTS: Final = {
    "authorization_endpoint": "authorize_url",
    "token_endpoint": "token_url",
    "userinfo_endpoint": "userinfo_url",
    "jwks_uri": "jwks_url",
    "end_session_endpoint": "logout_url",
}
NONCE_LENGTH: Final = 32


class OneProvider(DefaultSocialAccountAdapter):  # type: ignore[misc]  # not typed
    """allauth's idea of the site: one provider, from the settings, that opens no account."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        configured = get_provider()
        if configured is None:
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER_ID,
            name=configured.name,
            client_id=configured.client_id,
            secret=configured.client_secret,
            settings={
                "server_url": f"{configured.issuer.rstrip('/')}{DISCOVERY_PATH}",
                "token_auth_method": configured.token_auth,
                "oauth_pkce_enabled": configured.pkce,
                "scope": configured.scopes,
            },
        )
        return [app]

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> OpenIDConnectProvider:
        return OpenIDConnectProvider(request, app=self.get_app(request, provider, client_id))

    def get_requests_session(self) -> requests.Session:
        return new_session(_configured())

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


class EidClient(OAuth2Client):  # type: ignore[misc]  # not typed
    """The token request within the budget; an error quotes nothing of the answer."""

    budget: Budget

    @sensitive_variables()
    def get_access_token(
        self,
        code: str,
        pkce_code_verifier: str | None = None,
        extra_data: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            **(extra_data or {}),
        }
        auth = None
        if self.basic_auth:
            auth = requests.auth.HTTPBasicAuth(self.consumer_key, self.consumer_secret)
        else:
            data |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        if pkce_code_verifier:
            data["code_verifier"] = pkce_code_verifier
        with new_session(_configured()) as session:
            status, answer = fetch_json(
                session, "POST", self.access_token_url, budget=self.budget, data=data, auth=auth
            )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise EidRefused(Refusal.UNAVAILABLE, f"token {status}")
        if status != HTTPStatus.OK or not isinstance(answer.get("access_token"), str):
            raise EidRefused(Refusal.REJECTED, f"token {status}")
        return answer


class EidAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # not typed
    """One sign-in at the provider: the address that begins it, the person who comes of it."""

    client_class: ClassVar[type[EidClient]] = EidClient

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, PROVIDER_ID)
        self.settings = _configured()
        self.budget = Budget()

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """The endpoints: those of the settings before those that the provider publishes."""
        named = {
            published: value
            for published, ours in ENDPOINTS.items()
            if (value := getattr(self.settings, ours))
        }
        if not self.settings.discovery:
            return named
        url = f"{self.settings.issuer.rstrip('/')}{DISCOVERY_PATH}"
        with new_session(self.settings) as session:
            status, found = fetch_json(session, "GET", url, budget=self.budget)
        if status != HTTPStatus.OK or found.get("issuer") != self.settings.issuer:
            raise EidRefused(Refusal.UNAVAILABLE, "discovery")
        return found | named

    def endpoint(self, name: str) -> str:
        """
        Return the address of an endpoint.

        :raises EidRefused: if neither settings nor discovery name it.
        """
        url = self.openid_config.get(name)
        if not isinstance(url, str) or not url:
            raise EidRefused(Refusal.UNAVAILABLE, name)
        return url

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        # From the settings, never from the Host header: the provider compares it to the letter.
        return f"{settings.BASE_URL}{reverse('accounts:eid_return')}"

    def get_client(self, request: HttpRequest, app: SocialApp) -> EidClient:
        client = self.client_class(
            request,
            app.client_id,
            app.secret,
            "POST",
            "",
            self.get_callback_url(request, app),
            basic_auth=self.settings.token_auth == "client_secret_basic",  # noqa: S105
        )
        client.budget = self.budget
        return client

    def begin(self, *, fresh: bool, **remembered: object) -> str:
        """
        Remember a sign-in in the session and return the provider's page that it begins at.

        `fresh` asks the provider to let the person sign in anew; `remembered` comes back with
        `finish`.

        :raises EidRefused: if the provider's own description cannot be had.
        """
        provider = self.get_provider()
        challenge = provider.get_pkce_params()
        nonce = get_random_string(NONCE_LENGTH)
        state = {
            **remembered,
            "nonce": nonce,
            "verifier": challenge.pop("code_verifier", ""),
        }
        address = self.endpoint("authorization_endpoint")
        parameters = {**challenge, "nonce": nonce}
        if self.settings.acr_values:
            parameters["acr_values"] = self.settings.acr_values
        if self.settings.max_age:
            parameters["max_age"] = str(self.settings.max_age)
        if fresh:
            parameters["prompt"] = "login"
        client = self.get_client(self.request, provider.app)
        client.state = statekit.stash_state(self.request, provider_id=PROVIDER_ID, state=state)
        joint = "&" if "?" in address else "?"
        query: str = client.get_redirect_url("", provider.get_scope(), parameters)
        return f"{address}{joint}{query.removeprefix('?')}"

    def take_state(self) -> dict[str, Any]:
        """
        Take what `begin` remembered out of the session; it serves once.

        :raises EidRefused: if this browser began no such sign-in, or too long ago.
        """
        state_id = self.request.GET.get("state", "")
        state = statekit.unstash_state(self.request, provider_id=PROVIDER_ID, state_id=state_id)
        if state is None:
            raise EidRefused(Refusal.STATE)
        return cast(dict[str, Any], state)

    @sensitive_variables()
    def finish(self, state: Mapping[str, Any], *, at: datetime) -> Identity:
        """
        Redeem the code that the browser brought and return whom it proves.

        :raises EidRefused: if it proves nobody, or nobody of the level asked for.
        """
        error = self.request.GET.get("error", "")
        code = self.request.GET.get("code", "")
        if error == self.login_cancelled_error:
            raise EidRefused(Refusal.CANCELLED)
        if error or not code:
            raise EidRefused(Refusal.REJECTED, "no code")
        client = self.get_client(self.request, self.get_provider().app)
        client.access_token_url = self.endpoint("token_endpoint")
        tokens = client.get_access_token(code, pkce_code_verifier=state["verifier"] or None)
        access_token = tokens["access_token"]
        claims = verify_id_token(
            tokens.get("id_token"),
            keys=self._fetch("GET", self.endpoint("jwks_uri")),
            provider=self.settings,
            nonce=state["nonce"],
            access_token=access_token,
            at=at,
        )
        if self.settings.userinfo_method != "NONE":
            about = self._fetch_user_info(access_token)
            if about.get("sub") != claims["sub"]:
                raise EidRefused(Refusal.SUBJECT)
            # What is signed stands; the rest completes it.
            claims = about | claims
        return read_identity(claims, self.settings)

    def logout_address(self) -> str:
        """
        Return where to end the session at the provider too, "" if the settings name no address.

        Only an address of the settings is used, and no token: none is kept.
        """
        if not self.settings.logout_url:
            return ""
        query = urlencode(
            {
                "client_id": self.settings.client_id,
                "post_logout_redirect_uri": f"{settings.BASE_URL}{reverse('accounts:sign_in')}",
            }
        )
        joint = "&" if "?" in self.settings.logout_url else "?"
        return f"{self.settings.logout_url}{joint}{query}"

    @sensitive_variables()
    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._fetch(
            self.settings.userinfo_method, self.endpoint("userinfo_endpoint"), headers=headers
        )

    @sensitive_variables()
    def _fetch(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        with new_session(self.settings) as session:
            status, answer = fetch_json(session, method, url, budget=self.budget, **options)
        if status != HTTPStatus.OK:
            raise EidRefused(Refusal.UNAVAILABLE, f"http {status}")
        return answer


def _configured() -> Provider:
    provider = get_provider()
    if provider is None:
        raise EidRefused(Refusal.UNAVAILABLE, "not configured")
    return provider
