"""The simulated sign-on in a thread, and the walk of a browser through it."""

from dataclasses import dataclass
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.test import Client

from accounts import simulator
from accounts.simulator import Person, Server, SignOn
from portal.settings.eid import CLAIMS, check

ISSUER = "https://dinh-danh.example.vn"
LAN = Person("031190000001", "NGUYỄN THỊ LAN", "19900327")
LOW = Person("031190000002", "Trần Văn Thấp", "19800101", level="1")
FIRM = Person("031190000003", "Công ty Gốm", "", kind="2")
BEGIN, RETURN, OPEN, LINK = (
    "/dang-nhap/dinh-danh/",
    "/dang-nhap/dinh-danh/ve/",
    "/dang-nhap/dinh-danh/mo-tai-khoan/",
    "/tai-khoan/dinh-danh/",
)


def provider(base: str, **changes: Any) -> dict[str, Any]:
    """Return what portal.settings.eid would make of an environment for a provider at `base`."""
    values = {
        "ISSUER": ISSUER,
        "NAME": "VNeID",
        "CLIENT_ID": "cong",
        "CLIENT_SECRET": "bi-mat-cua-cong",
        "DISCOVERY": False,
        "AUTHORIZE_URL": f"{base}/oauth2/authorize",
        "TOKEN_URL": f"{base}/oauth2/token",
        "USERINFO_URL": f"{base}/oauth2/userinfo",
        "JWKS_URL": f"{base}/oauth2/jwks",
        "LOGOUT_URL": "",
        "TOKEN_AUTH": "client_secret_post",
        "SCOPES": ["openid"],
        "ACR_VALUES": "LoA2",
        "PKCE": True,
        "USERINFO_METHOD": "GET",
        "ALGORITHMS": ["RS256"],
        "LEEWAY": 60,
        "MAX_AGE": 0,
        "CLAIMS": dict(CLAIMS),
        "LEVELS": ["2", "LoA2"],
        "CA_BUNDLE": "",
        "PROXY": "",
        **changes,
    }
    check(values)
    return values


@dataclass
class Running:
    server: Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def sign_on(self) -> SignOn:
        return self.server.sign_on

    def choose(self, address: str, person: Person | None, *, mode: str = "") -> str:
        """Open the provider's page as a browser does, press a name; return where it leads."""
        page = httpx.get(address, trust_env=False)
        assert page.status_code == 200, page.text
        form = {
            "asked": urlsplit(address).query,
            "person": person.key if person else "",
            "mode": mode or self.sign_on.mode,
        }
        answer = httpx.post(f"{self.url}/chon", data=form, trust_env=False)
        assert answer.status_code == 303
        return answer.headers["location"]


def start(**changes: Any) -> Running:
    given = {
        "client_id": "cong",
        "client_secret": "bi-mat-cua-cong",
        "issuer": ISSUER,
        "people": [LAN, LOW, FIRM],
        **changes,
    }
    server = Server(0, SignOn(**given))
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return Running(server)


def stop(running: Running) -> None:
    running.server.shutdown()
    running.server.server_close()


def query_of(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query, keep_blank_values=True))


def begin(client: Client, **form: str) -> str:
    """Press the button; return the provider's address."""
    answer = client.post(BEGIN, form)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def come_back(client: Client, location: str) -> Any:
    """Follow the provider's redirect to us."""
    parts = urlsplit(location)
    assert parts.path == RETURN, location
    return client.get(f"{parts.path}?{parts.query}")


def walk(client: Client, running: Running, person: Person | None, *, mode: str = "", **form: str):
    """Go all the way from the button to our answer."""
    return come_back(client, running.choose(begin(client, **form), person, mode=mode))


MODES = tuple(simulator.MODES)
