"""What the settings take for a provider of electronic identities, and what of allauth is there."""

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver
from environ import Env

from portal.settings.eid import electronic_identity, page_origins

GOOD = {
    "EID_ISSUER": "https://sso.example.vn",
    "EID_CLIENT_ID": "cong",
    "EID_CLIENT_SECRET": "bi-mat",
    "EID_LEVELS": "2,LoA2",
}


def read(**changes: str):
    env = Env()
    env.ENVIRON = {**GOOD, **changes}
    return electronic_identity(env)


def test_without_an_issuer_there_is_no_provider():
    assert read(EID_ISSUER="") == {}
    assert page_origins({}) == []


def test_a_provider_takes_the_names_of_the_national_sign_on_unless_told_otherwise():
    provider = read(EID_CLAIMS="subject=sub,kind=")

    assert provider["LEVELS"] == ["2", "LoA2"]
    assert provider["CLAIMS"] == {
        "subject": "sub",
        "number": "SoDinhDanh",
        "name": "HoVaTen",
        "born": "NgayThangNamSinh",
        "kind": "",
        "level": "loAs",
    }
    assert (provider["PKCE"], provider["ALGORITHMS"], provider["LEEWAY"]) == (True, ["RS256"], 60)


def test_the_pages_of_the_provider_may_be_led_to_by_a_form():
    provider = read(
        EID_AUTHORIZE_URL="https://vao.example.vn/oauth2/authorize?x=1",
        EID_LOGOUT_URL="https://ra.example.vn/oidc/logout",
    )

    assert page_origins(provider) == ["https://vao.example.vn", "https://ra.example.vn"]
    assert page_origins(read()) == ["https://sso.example.vn"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EID_CLIENT_ID", ""),
        ("EID_CLIENT_SECRET", ""),
        # Without a list of levels every level would have to do.
        ("EID_LEVELS", ""),
        ("EID_ALGORITHMS", "RS256,none"),
        ("EID_ALGORITHMS", "HS256"),
        ("EID_LEEWAY", "121"),
        ("EID_TOKEN_AUTH", "none"),
        ("EID_USERINFO_METHOD", "PUT"),
        ("EID_ISSUER", "http://sso.example.vn"),
        ("EID_TOKEN_URL", "http://sso.example.vn/token"),
        ("EID_CLAIMS", "level="),
        ("EID_CLAIMS", "phone=SoDienThoai"),
        ("EID_DISCOVERY", "false"),
    ],
)
def test_half_a_provider_is_refused_by_name(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        read(**{name: value})


def test_of_allauth_there_are_two_apps_and_neither_page_nor_middleware():
    installed = {one.name for one in apps.get_app_configs() if one.name.startswith("allauth")}

    assert installed == {"allauth.account", "allauth.socialaccount"}
    assert not [one for one in settings.MIDDLEWARE if "allauth" in one]
    modules = {
        pattern.callback.__module__
        for entry in get_resolver().url_patterns
        for pattern in entry.url_patterns
        if pattern.callback
    }
    assert not [one for one in modules if one.startswith("allauth")]
