"""
The demo's sign-on: an OpenID Connect provider that speaks as VNeID does, of made-up people.

`python -m accounts.simulator` listens on 127.0.0.1 only: the page on which a person is chosen,
the code, the token (PKCE, client secret), user info, keys, discovery, sign-out. It says on one
line where it listens, ends with the process that started it, and refuses to run beside production
settings. How it misbehaves is chosen on the page or by POST /control {"mode": MODE}.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid4, uuid5

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

HOST: Final = "127.0.0.1"
ALLOWED_SETTINGS: Final = frozenset({"", "portal.settings.demo", "portal.settings.test"})
BODY_LIMIT: Final = 64 * 1024
CODE_SECONDS: Final = 300
TOKEN_SECONDS: Final = 300
KEY_ID: Final = "khoa-1"
MODES: Final = {
    "ok": "Trả lời đúng",
    "slow": "Trả lời chậm",
    "down": "Không trả lời được",
    "garbage": "Trả lời không đọc được",
    "nonce": "Sai nonce",
    "signature": "Sai chữ ký",
    "none": "Không ký",
    "hs256": "Ký bằng khóa công khai",
    "audience": "Cấp cho cổng khác",
    "issuer": "Sai nơi cấp",
    "expired": "Đã hết hạn",
    "old": "Cấp từ lâu",
    "future": "Cấp trong tương lai",
    "hash": "Sai mã của token truy cập",
    "subject": "Thông tin của người khác",
    "level-absent": "Không nêu mức độ",
    "level-1": "Mức độ 1",
}


@dataclass(frozen=True)
class Person:
    """Somebody with an electronic identity."""

    number: str
    name: str
    born: str
    level: str = "2"
    kind: str = "1"

    @property
    def key(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"eid:{self.kind}:{self.number}"))


@dataclass(frozen=True)
class Grant:
    """What a code or an access token stands for."""

    person: Person
    asked: dict[str, str]
    mode: str
    until: float


@dataclass
class SignOn:
    """What the provider knows, and how it is told to misbehave."""

    client_id: str
    client_secret: str
    issuer: str
    people: list[Person]
    mode: str = "ok"
    seconds: float = 15
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Grant] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    other_key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048)
    )

    def grant(self, number: str, asked: dict[str, str], mode: str) -> str:
        """Return a code for a person who has pressed the button."""
        person = next(one for one in self.people if one.key == number)
        code = uuid4().hex
        with self.lock:
            self.codes[code] = Grant(person, asked, mode, time.monotonic() + CODE_SECONDS)
        return code

    def redeem(self, form: Mapping[str, str], client: tuple[str, str]) -> dict[str, Any] | None:
        """Return the tokens of a code, once; None if anything about it is wrong."""
        with self.lock:
            self.asked.append({"grant_type": form.get("grant_type", "")})
            grant = self.codes.pop(form.get("code", ""), None)
        if grant is None or grant.until < time.monotonic():
            return None
        if client != (self.client_id, self.client_secret):
            return None
        if form.get("redirect_uri") != grant.asked.get("redirect_uri"):
            return None
        challenge = grant.asked.get("code_challenge")
        if challenge and challenge != s256(form.get("code_verifier", "")):
            return None
        access = uuid4().hex
        with self.lock:
            self.tokens[access] = grant
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(grant, access),
        }

    def user_info(self, access: str) -> dict[str, Any] | None:
        grant = self.tokens.get(access)
        if grant is None:
            return None
        claims = self._claims(grant, access)
        if grant.mode == "subject":
            claims["sub"] = str(uuid4())
        return claims

    def keys(self) -> dict[str, Any]:
        published = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**published, "kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def _claims(self, grant: Grant, access: str) -> dict[str, Any]:
        person = grant.person
        claims = {
            "sub": person.key,
            "TechID": person.key,
            "LoaiTaiKhoan": person.kind,
            "SoDinhDanh": person.number,
            "HoVaTen": person.name,
            "NgayThangNamSinh": person.born,
            "loAs": "1" if grant.mode == "level-1" else person.level,
            "loginIdp": "BCA",
            # As the real one does: a bearer token inside an address.
            "userProfileUri": f"http://{HOST}/profile?token={access}",
            "logoutUri": f"http://{HOST}/logout?token={access}",
        }
        if grant.mode == "level-absent":
            del claims["loAs"]
        return claims

    def _id_token(self, grant: Grant, access: str) -> str:
        at = now()
        digest = hashlib.sha256(access.encode()).digest()[:16]
        claims = self._claims(grant, access) | {
            "iss": self.issuer,
            "aud": self.client_id,
            "iat": at,
            "auth_time": at,
            "exp": at + TOKEN_SECONDS,
            "nonce": grant.asked.get("nonce", ""),
            "at_hash": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        }
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "khac"},
            "audience": {"aud": "cong-khac"},
            "issuer": {"iss": "https://noi-khac.example.vn"},
            "expired": {"iat": at - 600, "exp": at - 300},
            "old": {"iat": at - 7200},
            "future": {"iat": at + 600, "exp": at + 900},
            "hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        }
        claims |= wrong.get(grant.mode, {})
        header = {"kid": KEY_ID}
        if grant.mode == "none":
            return jwt.encode(claims, "", algorithm="none", headers=header)
        if grant.mode == "hs256":
            return self._signed_with_the_public_key(claims)
        key = self.other_key if grant.mode == "signature" else self.key
        return jwt.encode(claims, key, algorithm="RS256", headers=header)

    def _signed_with_the_public_key(self, claims: dict[str, Any]) -> str:
        """Sign as an attacker does who hopes that the verifier takes a key for a secret."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        head = {"alg": "HS256", "typ": "JWT", "kid": KEY_ID}
        parts = [encoded(json.dumps(one).encode()) for one in (head, claims)]
        # Not by the library, which refuses to take a public key for a secret.
        mac = hmac.new(public, ".".join(parts).encode(), hashlib.sha256).digest()
        return ".".join([*parts, encoded(mac)])


class Handler(BaseHTTPRequestHandler):
    """The provider's page and its interface."""

    server: "Server"
    timeout = 30

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        match parts.path:
            case "/oauth2/authorize":
                self._choose(asked)
            case "/oauth2/userinfo":
                self._user_info()
            case "/oauth2/jwks":
                self._answer(self.server.sign_on.keys())
            case "/.well-known/openid-configuration":
                self._answer(self._discovery())
            case "/oidc/logout":
                self._go(asked.get("post_logout_redirect_uri", "/"))
            case "/control":
                self._json(200, {"asked": self.server.sign_on.asked})
            case _:
                self._page(404, "Không có trang này", "<p>Địa chỉ không đúng.</p>")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if 0 < length <= BODY_LIMIT else b""
        form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        match urlsplit(self.path).path:
            case "/chon":
                self._chosen(form)
            case "/oauth2/token":
                self._token(form)
            case "/oauth2/userinfo":
                self._user_info()
            case "/control":
                order = json.loads(body or b"{}")
                self.server.sign_on.mode = str(order.get("mode", "ok"))
                self.server.sign_on.seconds = float(order.get("seconds", 15))
                self._json(200, {"ok": True})
            case _:
                self._json(404, {})

    def _choose(self, asked: dict[str, str]) -> None:
        sign_on = self.server.sign_on
        with sign_on.lock:
            sign_on.asked.append(asked)
        if asked.get("client_id") != sign_on.client_id or asked.get("response_type") != "code":
            self._page(400, "Không nhận yêu cầu này", "<p>Cổng gọi đến chưa được đăng ký.</p>")
            return
        people = "".join(
            f'<button name="person" value="{one.key}">{html.escape(one.name)}<br>'
            f"<small>{KINDS[one.kind]} · số {one.number} · mức độ {one.level}</small></button>"
            for one in sign_on.people
        )
        modes = "".join(
            f'<option value="{mode}"{" selected" if mode == sign_on.mode else ""}>{words}</option>'
            for mode, words in MODES.items()
        )
        self._page(
            200,
            "Chọn người đăng nhập",
            '<form method="post" action="/chon">'
            f'<input type="hidden" name="asked" value="{html.escape(urlencode(asked))}">'
            f"{people}"
            '<button class="quiet" name="person" value="">Hủy</button>'
            "<details><summary>Thử tình huống khác</summary>"
            f'<p><label for="mode">Hệ thống định danh</label> <select id="mode" name="mode">{modes}'
            "</select></p></details></form>",
        )

    def _chosen(self, form: dict[str, str]) -> None:
        sign_on = self.server.sign_on
        asked = dict(parse_qsl(form.get("asked", ""), keep_blank_values=True))
        known = {one.key for one in sign_on.people}
        answer = {"state": asked.get("state", "")}
        if form.get("person", "") in known:
            mode = form.get("mode", sign_on.mode)
            answer["code"] = sign_on.grant(form["person"], asked, mode)
        else:
            answer["error"] = "access_denied"
        self._go(f"{asked.get('redirect_uri', '')}?{urlencode(answer)}")

    def _token(self, form: dict[str, str]) -> None:
        sign_on = self.server.sign_on
        grant = sign_on.codes.get(form.get("code", ""))
        mode = grant.mode if grant else sign_on.mode
        if mode == "slow":
            time.sleep(sign_on.seconds)
        if mode == "down":
            self._json(503, {})
            return
        if mode == "garbage":
            self._write(200, "application/json", b"<html>khong phai JSON")
            return
        answer = sign_on.redeem(form, self._client(form))
        if answer is None:
            self._json(400, {"error": "invalid_grant"})
        else:
            self._json(200, answer)

    def _client(self, form: dict[str, str]) -> tuple[str, str]:
        header = self.headers.get("Authorization", "")
        if header.startswith("Basic "):
            name, _colon, secret = base64.b64decode(header[6:]).decode().partition(":")
            return unquote(name), unquote(secret)
        return form.get("client_id", ""), form.get("client_secret", "")

    def _user_info(self) -> None:
        access = self.headers.get("Authorization", "").removeprefix("Bearer ")
        found = self.server.sign_on.user_info(access)
        self._json(401 if found is None else 200, found or {})

    def _discovery(self) -> dict[str, Any]:
        base = f"http://{HOST}:{self.server.server_port}"
        return {
            "issuer": self.server.sign_on.issuer,
            "authorization_endpoint": f"{base}/oauth2/authorize",
            "token_endpoint": f"{base}/oauth2/token",
            "userinfo_endpoint": f"{base}/oauth2/userinfo",
            "jwks_uri": f"{base}/oauth2/jwks",
            "end_session_endpoint": f"{base}/oidc/logout",
        }

    def _answer(self, answer: Mapping[str, object]) -> None:
        """Answer, unless the provider as a whole is told to be out of order."""
        if self.server.sign_on.mode == "down":
            self._json(503, {})
        else:
            self._json(200, answer)

    def _go(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, answer: Mapping[str, object]) -> None:
        self._write(status, "application/json", json.dumps(answer).encode())

    def _page(self, status: int, title: str, body: str) -> None:
        page = PAGE.format(title=html.escape(title), body=body)
        self._write(status, "text/html; charset=utf-8", page.encode())

    def _write(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the control address tells what was asked."""


KINDS: Final = {"1": "Cá nhân", "2": "Doanh nghiệp", "3": "Tổ chức"}
PAGE: Final = """<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – Định danh trình diễn</title>
<style>
body {{ font: 18px/1.55 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1rem;
color: #17212E }}
.banner {{ background: #FFF4D6; padding: .5rem 1rem; margin: 0 0 1rem }}
button {{ display: block; width: 100%; min-height: 48px; margin: .75rem 0; font: inherit;
text-align: left; padding: .5rem 1rem; border: 1px solid #0B5CAD; border-radius: 6px;
background: #fff; color: #0B5CAD }}
button small {{ color: #55606E }}
.quiet {{ text-align: center; border-color: #55606E; color: #17212E }}
select, summary {{ font: inherit; min-height: 44px }}
</style></head>
<body><p class="banner">BẢN TRÌNH DIỄN – định danh giả, người không có thật</p>
<main><h1>{title}</h1>{body}</main></body></html>
"""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, sign_on: SignOn) -> None:
        self.sign_on = sign_on
        super().__init__((HOST, port), Handler)


def now() -> int:
    """Return the time of tokens; tests that live on another day say how far that is."""
    return int(time.time() + float(os.environ.get("SIMULATOR_EID_SECONDS_AHEAD") or 0))


def s256(verifier: str) -> str:
    return encoded(hashlib.sha256(verifier.encode()).digest())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def read_people(path: Path) -> list[Person]:
    """Read the demo's citizens, and add what a demo needs besides: a low level, an enterprise."""
    rows = json.loads(path.read_text(encoding="utf-8"))["citizens"]
    known = [
        Person(row["identity_number"], row["full_name"], row["date_of_birth"].replace("-", ""))
        for row in rows[:6]
    ]
    return [*known, *STRANGERS]


STRANGERS: Final = [
    Person("003190990088", "Mai Thị Tố Như", "19900412"),
    Person("003195990089", "Tạ Quang Dũng", "19951103", level="1"),
    Person("003170990090", "Công ty TNHH Gốm Đông Hải", "", kind="2"),
]


def serve(sign_on: SignOn, *, port: int) -> None:
    """Run until told to stop, or until the parent process is gone."""
    parent, stopped = os.getppid(), threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: stopped.set())
    server = Server(port, sign_on)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"READY eid={server.server_address[1]}\n")
    sys.stdout.flush()
    while not stopped.wait(0.5) and os.getppid() == parent:
        continue
    server.shutdown()


def main() -> int:
    """Read the environment and serve; the exit status says why not."""
    environment = os.environ
    settings_module = environment.get("DJANGO_SETTINGS_MODULE", "")
    if settings_module not in ALLOWED_SETTINGS:
        sys.stderr.write(f"The simulated sign-on does not run beside {settings_module}.\n")
        return 2
    people = environment.get("SIMULATOR_EID_PEOPLE", "")
    sign_on = SignOn(
        client_id=environment.get("EID_CLIENT_ID", ""),
        client_secret=environment.get("EID_CLIENT_SECRET", ""),
        issuer=environment.get("EID_ISSUER", ""),
        people=read_people(Path(people)) if people else list(STRANGERS),
    )
    if not sign_on.client_id or not sign_on.client_secret or not sign_on.issuer:
        sys.stderr.write("EID_ISSUER, EID_CLIENT_ID and EID_CLIENT_SECRET must be set.\n")
        return 2
    serve(sign_on, port=int(environment.get("SIMULATOR_EID_PORT") or 0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
