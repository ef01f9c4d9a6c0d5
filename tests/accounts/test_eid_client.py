"""The OpenID Connect client against providers: one not of our making, one that attacks."""

import logging
from urllib.parse import urlsplit

import httpx
import pytest

from accounts.enums import IdentityLevel
from accounts.models import EidLink, SecurityEvent, User
from tests.accounts import sign_on
from tests.accounts.sign_on import BEGIN, FIRM, LAN, LOW, OPEN, RETURN, begin, come_back, walk

pytestmark = pytest.mark.django_db

# Nobody is signed in by any of these; what the page says instead.
ATTACKS = {
    "nonce": "không kiểm tra được",
    "signature": "không kiểm tra được",
    "none": "không kiểm tra được",
    "hs256": "không kiểm tra được",
    "audience": "không kiểm tra được",
    "issuer": "không kiểm tra được",
    "expired": "không kiểm tra được",
    "old": "không kiểm tra được",
    "future": "không kiểm tra được",
    "hash": "không kiểm tra được",
    "subject": "không thống nhất",
    "level-absent": "chưa đủ mức độ",
    "level-1": "chưa đủ mức độ",
    "down": "không trả lời",
    "garbage": "không trả lời",
}


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def told(client, answer) -> str:
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"]).content.decode()


def open_account(client, running, person=LAN) -> User:
    answer = walk(client, running, person)
    assert answer["Location"].startswith(OPEN)
    client.post(OPEN, {"consent": "on"})
    return User.objects.get(pk=client.session["_auth_user_id"])


# That server's own library warns of its future.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_real_provider_signs_a_citizen_in(client, settings):
    import oidc_provider_mock
    from oidc_provider_mock import User as Known

    claims = {
        "TechID": "tech-77",
        "LoaiTaiKhoan": "1",
        "SoDinhDanh": LAN.number,
        "HoVaTen": LAN.name,
        "NgayThangNamSinh": LAN.born,
        "loAs": "LoA2",
    }
    known = Known(sub="lan", claims=claims)
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=[known]) as server:
        base = f"http://localhost:{server.server_port}"
        # Endpoints by discovery; the key set, the code and the token are that server's own.
        urls = dict.fromkeys(("AUTHORIZE_URL", "TOKEN_URL", "USERINFO_URL", "JWKS_URL"), "")
        settings.EID = sign_on.provider(base, ISSUER=base, DISCOVERY=True, **urls)
        settings.BASE_URL = "http://testserver"
        address = begin(client)
        asked = sign_on.query_of(address)
        assert urlsplit(address).path == "/oauth2/authorize"
        assert len(asked["nonce"]) == 32
        assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
        assert asked["acr_values"] == "LoA2"
        assert asked["redirect_uri"] == f"http://testserver{RETURN}"
        page = httpx.post(address, data={"sub": "lan"}, trust_env=False)
        assert page.status_code == 302, page.text

        answer = come_back(client, page.headers["location"])

        assert answer["Location"].startswith(OPEN), told(client, answer)
        client.post(OPEN, {"consent": "on"})
        user = User.objects.get(pk=client.session["_auth_user_id"])
        assert user.identity_number == LAN.number
        assert user.identity_level == IdentityLevel.EID
        # The same person again: straight in.
        client.logout()
        page = httpx.post(begin(client), data={"sub": "lan"}, trust_env=False)
        assert come_back(client, page.headers["location"])["Location"] == "/ho-so/"
        # Its code once more, with a state of ours: that server does not take it twice.
        client.logout()
        used = sign_on.query_of(page.headers["location"])["code"]
        state = sign_on.query_of(begin(client))["state"]
        again = client.get(RETURN, {"code": used, "state": state})
        assert "không nhận lần đăng nhập này" in told(client, again)
        assert not is_signed_in(client)


@pytest.mark.parametrize("method", ["GET", "POST", "NONE"])
@pytest.mark.parametrize("auth", ["client_secret_post", "client_secret_basic"])
def test_the_ways_of_asking_are_configured(client, vneid, settings, method, auth):
    settings.EID = sign_on.provider(vneid.url, USERINFO_METHOD=method, TOKEN_AUTH=auth)

    assert open_account(client, vneid).identity_number == LAN.number


def test_pkce_can_be_left_out_where_a_provider_cannot(client, vneid, settings):
    settings.EID = sign_on.provider(vneid.url, PKCE=False)

    open_account(client, vneid)

    assert "code_challenge" not in vneid.sign_on.asked[0]
    assert vneid.sign_on.asked[0]["nonce"]


def test_without_the_verifier_of_this_browser_a_stolen_code_is_worthless(client, vneid):
    stolen = sign_on.query_of(vneid.choose(begin(client), LAN))["code"]
    from django.test import Client

    thief = Client()
    state = sign_on.query_of(begin(thief))["state"]

    answer = thief.get(RETURN, {"code": stolen, "state": state})

    assert "không nhận lần đăng nhập này" in told(thief, answer)
    assert not is_signed_in(thief)


@pytest.mark.parametrize("mode", sorted(ATTACKS))
def test_an_answer_that_does_not_hold_signs_nobody_in(client, vneid, mode):
    open_account(client, vneid)
    client.logout()
    before = User.objects.count(), EidLink.objects.count()

    answer = walk(client, vneid, LAN, mode=mode, next="/thong-bao/")

    assert answer["Location"] == "/dang-nhap/?next=%2Fthong-bao%2F"
    page = told(client, answer)
    assert ATTACKS[mode] in page
    # The way in by password stands right there.
    assert 'autocomplete="current-password"' in page
    assert not is_signed_in(client)
    assert (User.objects.count(), EidLink.objects.count()) == before


def test_every_way_to_misbehave_is_tried():
    assert set(ATTACKS) | {"ok", "slow"} == set(sign_on.MODES)


def test_a_slow_provider_is_not_waited_for(client, vneid, monkeypatch):
    monkeypatch.setattr("accounts.eid.exchange.READ_SECONDS", 0.2)
    vneid.sign_on.seconds = 2

    assert "không trả lời" in told(client, walk(client, vneid, LAN, mode="slow"))


def test_a_provider_that_is_gone_is_a_sentence(client, vneid, settings):
    settings.EID = sign_on.provider(
        "http://127.0.0.1:1", DISCOVERY=True, AUTHORIZE_URL="", ISSUER="http://127.0.0.1:1"
    )

    answer = client.post(BEGIN)

    assert "không trả lời" in told(client, answer)


def test_the_discovery_of_somebody_else_is_not_believed(client, vneid, settings):
    # It answers, but for another issuer than the one of the settings.
    settings.EID = sign_on.provider(vneid.url, DISCOVERY=True, AUTHORIZE_URL="", ISSUER=vneid.url)

    assert "không trả lời" in told(client, client.post(BEGIN))


def test_a_person_who_says_no_comes_back_to_the_password(client, vneid):
    assert "Đã dừng" in told(client, walk(client, vneid, None))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"code": "x"},
        {"state": "khong-phai"},
        {"code": "x", "state": "khong-phai"},
        {"error": "server_error", "state": "%00"},
        {"code": "\x00", "state": "\x00"},
    ],
)
def test_an_answer_that_nobody_asked_for_is_a_sentence(client, vneid, query):
    answer = client.get(RETURN, query)

    assert answer.status_code in {302, 400}
    assert not is_signed_in(client)
    if answer.status_code == 302:
        assert "đã dùng hoặc đã quá 10 phút" in told(client, answer)


def test_an_error_of_the_provider_is_a_sentence(client, vneid):
    state = sign_on.query_of(begin(client))["state"]

    answer = client.get(RETURN, {"error": "server_error", "state": state})

    assert "không nhận lần đăng nhập này" in told(client, answer)


def test_a_state_serves_once_and_in_its_own_browser(client, vneid):
    from django.test import Client

    back = vneid.choose(begin(client), LAN)
    stranger = come_back(Client(), back)
    assert stranger["Location"] == "/dang-nhap/"
    assert come_back(client, back)["Location"].startswith(OPEN)

    again = come_back(client, back)

    assert "đã dùng hoặc đã quá 10 phút" in told(client, again)


def test_a_low_level_is_refused_and_so_is_an_enterprise(client, vneid):
    assert "chưa đủ mức độ" in told(client, walk(client, vneid, LOW))
    assert "doanh nghiệp hoặc tổ chức" in told(client, walk(client, vneid, FIRM))
    assert not User.objects.exists()


def test_an_old_sign_in_at_the_provider_is_refused_where_that_is_asked(
    client, vneid, settings, monkeypatch
):
    settings.EID = sign_on.provider(vneid.url, MAX_AGE=300)
    real = vneid.sign_on._id_token
    open_account(client, vneid)
    client.logout()
    assert vneid.sign_on.asked[0]["max_age"] == "300"

    import jwt

    def stale(grant, access):
        claims = jwt.decode(real(grant, access), options={"verify_signature": False})
        claims["auth_time"] -= 3600
        return jwt.encode(claims, vneid.sign_on.key, "RS256", headers={"kid": "khoa-1"})

    monkeypatch.setattr(vneid.sign_on, "_id_token", stale)

    assert "không kiểm tra được" in told(client, walk(client, vneid, LAN))


def test_no_token_is_kept_or_logged(client, vneid, caplog):
    caplog.set_level(logging.DEBUG)
    open_account(client, vneid)
    walk(client, vneid, LAN, mode="signature")

    secrets = [*vneid.sign_on.tokens, vneid.sign_on.client_secret, LAN.number]
    session = str(dict(client.session))
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("urllib3")]
    kept = str(list(EidLink.objects.values())) + str(list(SecurityEvent.objects.values()))
    assert len(secrets) == 4
    for secret in secrets:
        assert secret not in session
        assert secret not in kept
        assert not [line for line in ours if secret in line]


def test_the_button_is_there_only_with_a_provider(client, vneid, settings):
    assert "Đăng nhập bằng định danh điện tử" in client.get("/dang-nhap/").content.decode()
    settings.EID = {}
    assert "Đăng nhập bằng định danh điện tử" not in client.get("/dang-nhap/").content.decode()
    assert "chưa bật" in told(client, client.post(BEGIN))
    assert not is_signed_in(client)


def test_signing_in_makes_a_new_session_and_keeps_how(client, vneid):
    client.get("/dang-nhap/")
    begin(client)
    planted = client.session.session_key

    open_account(client, vneid)

    assert client.session.session_key != planted
    assert client.session["eid_proved_at"]
