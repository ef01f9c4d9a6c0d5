"""
The commands of docker-compose.yml, run by hand: production settings, real servers, no engine.

Roles come from deploy/postgres/10-roles.sh, secrets from deploy/make_secrets.py, commands and
environments from docker-compose.yml itself; only addresses and paths are those of this machine.
"""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scripts.launch import services
from scripts.launch.demo import free_port
from scripts.launch.processes import as_account, spawn, unprivileged_account, wait_for_end

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "dichvucong.example.vn"
BIN = Path(sys.executable).parent


class Clamd(socketserver.ThreadingTCPServer):
    """A scanner that answers PING, which is all that readiness asks."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            if self.request.recv(64) == b"zPING\0":
                self.request.sendall(b"PONG\0")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Installation:
    """One installation of docker-compose.yml on this machine, without containers."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
        self.port = free_port()
        self.scanner = Clamd()
        self.running: dict[str, services.Running] = {}
        self._start_servers()
        self._make_secrets()
        self._make_roles()

    def _start_servers(self) -> None:
        self.sockets = self.home / "pg"
        self.database = services.start_postgres(
            self.sockets / "data",
            sockets=self.sockets,
            log=self.home / "postgres.log",
            durable=False,
        )
        self.broker_socket = self.home / "valkey" / "socket"
        self.broker = services.start_valkey(
            self.home / "valkey",
            socket=self.broker_socket,
            log=self.home / "valkey.log",
            durable=False,
        )

    def _make_secrets(self) -> None:
        self.secrets = self.home / "secrets"
        self.secrets.mkdir()
        for name in ("email_password", "sms_api_key", "sms_api_secret"):
            (self.secrets / name).write_text("from-a-provider\n")
        # An installation that takes no money online leaves the gateway's key empty.
        (self.secrets / "vnpay_hash_secret").write_text("")
        command = [sys.executable, str(ROOT / "deploy" / "make_secrets.py"), str(self.secrets)]
        subprocess.run(command, check=True, capture_output=True)
        for name, address in {
            "database_url": services.database_url(self.sockets, "portal_app"),
            "database_owner_url": services.database_url(self.sockets, "portal_owner"),
            "redis_url": f"unix://{self.broker_socket}",
        }.items():
            (self.secrets / name).chmod(0o600)
            (self.secrets / name).write_text(f"{address}\n")

    def _make_roles(self) -> None:
        self.secrets.chmod(0o755)
        self.home.chmod(0o755)
        programs = services.postgres_programs()
        env = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "PGHOST": str(self.sockets),
            "PORTAL_SECRETS": str(self.secrets),
        }
        script = (ROOT / "deploy" / "postgres" / "10-roles.sh").read_text(encoding="utf-8")
        subprocess.run(
            ["/bin/bash", "-c", script],
            env=env,
            check=True,
            capture_output=True,
            **as_account(unprivileged_account()),
        )

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment that the service would have, with this machine's addresses."""
        described: dict[str, Any] = self.compose["services"][name]["environment"]
        values = {**env_file(ROOT / ".env.example"), **described}
        values = {
            key: str(value).replace("/run/secrets", str(self.secrets))
            for key, value in values.items()
            if not key.startswith("S3_") and key != "DATABASE_OWNER_URL" and value != ""
        }
        return {
            **values,
            "PATH": f"{BIN}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            # Celery warns of root, as which containers never run.
            "PYTHONWARNINGS": "ignore",
            "BASE_URL": f"https://{HOST}",
            "FILE_ROOT": str(self.home / "files"),
            "STATIC_ROOT": str(self.home / "static"),
            "SCANNER_URL": f"tcp://127.0.0.1:{self.scanner.server_address[1]}",
            "WEB_BIND": f"127.0.0.1:{self.port}",
            "WEB_WORKERS": "1",
            "PORTAL_ALIVE_FILE": str(self.home / f"alive-{name}"),
        }

    def command(self, name: str) -> list[str]:
        words = [str(word) for word in self.compose["services"][name]["command"]]
        words = [word.replace("=/tmp/", f"={self.home}/") for word in words]
        return [str(BIN / words[0]), *words[1:]]

    def run(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a one-shot service to its end."""
        return subprocess.run(
            self.command(name),
            cwd=ROOT,
            env=self.environment(name),
            capture_output=True,
            text=True,
            check=False,
        )

    def start(self, name: str) -> None:
        log = self.home / f"{name}.log"
        os.chdir(ROOT)
        process = spawn(self.command(name), log=log, env=self.environment(name))
        self.running[name] = services.Running(name, process, log)

    def is_healthy(self, name: str) -> bool:
        """Ask as the container's health check does."""
        described = self.compose["services"][name]["healthcheck"]["test"]
        result = subprocess.run(
            [str(BIN / described[1]), *described[2:]],
            cwd=ROOT,
            env=self.environment(name),
            check=False,
        )
        return result.returncode == 0

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = {"Host": HOST, "X-Forwarded-Proto": "https"}
            sent |= {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def stop(self) -> None:
        for running in reversed(self.running.values()):
            running.stop()
        self.broker.stop()
        self.database.stop()
        self.scanner.shutdown()
        self.scanner.server_close()


class Proxy:
    """deploy/nginx/nginx.conf in front of the web processes, on ports of this machine."""

    def __init__(self, installation: Installation, program: str) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="portal-proxy-"))
        self.log = self.home / "access.log"
        self.ports = {port: free_port() for port in (8080, 8081, 8443)}
        self._make_certificate()
        text = (ROOT / "deploy" / "nginx" / "nginx.conf").read_text(encoding="utf-8")
        text = re.sub(r"\n *listen \[::\].*", "", text)
        for described, ours in self.ports.items():
            text = re.sub(rf"listen (127\.0\.0\.1:)?{described}", f"listen 127.0.0.1:{ours}", text)
        for described, ours in {
            # First: our own folder is in there too.
            "/tmp/": f"{self.home}/",  # noqa: S108  (to be replaced)
            "server web:8000": f"server 127.0.0.1:{installation.port}",
            "/etc/nginx/tls": str(self.home),
            "/dev/stdout": str(self.log),
            "/dev/stderr": str(self.home / "error.log"),
        }.items():
            assert described in text
            text = text.replace(described, ours)
        conf = self.home / "nginx.conf"
        conf.write_text(text, encoding="utf-8")
        self.process = spawn(
            [program, "-c", conf, "-g", "daemon off; user root;"],
            log=self.home / "output.log",
            stop_signal=signal.SIGQUIT,
        )
        if not wait_until(self._answers, seconds=10):
            said = (self.home / "output.log").read_text()
            self.stop()
            raise AssertionError(said)

    def _make_certificate(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
        now = datetime.now(tz=UTC)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        (self.home / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
        (self.home / "privkey.pem").write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ports[8081]), timeout=1):
                return True
        except OSError:
            return False

    def get(
        self, path: str, *, tls: bool = True, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        raw = socket.create_connection(("127.0.0.1", self.ports[8443 if tls else 8080]), timeout=20)
        connection = http.client.HTTPConnection(HOST)
        context = ssl.create_default_context(cafile=str(self.home / "fullchain.pem"))
        context.check_hostname = False
        connection.sock = context.wrap_socket(raw, server_hostname=HOST) if tls else raw
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers=sent)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def lines(self) -> list[dict[str, Any]]:
        assert wait_until(lambda: self.log.stat().st_size > 0, seconds=5)
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        wait_for_end(self.process, patience=10)
        shutil.rmtree(self.home, ignore_errors=True)


def env_file(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs}  # noqa: C416  (pairs are lists)


def wait_until(holds: Any, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    # Not pytest's own folder: a socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="portal-entry-"))
    home.chmod(0o755)
    installed = Installation(home)
    try:
        yield installed
    finally:
        installed.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def migrated(installation: Installation) -> Installation:
    result = installation.run("migrate")
    assert result.returncode == 0, result.stdout + result.stderr
    return installation


@pytest.fixture(scope="module")
def started(migrated: Installation) -> Installation:
    building = {
        "PATH": f"{BIN}:/usr/bin:/bin",
        "STATIC_ROOT": str(migrated.home / "static"),
        "DJANGO_SETTINGS_MODULE": "portal.settings.build",
    }
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(command, cwd=ROOT, env=building, check=True, capture_output=True)
    for name in ("web", "worker", "printer", "beat"):
        migrated.start(name)
    assert wait_until(lambda: migrated.is_healthy("web"), seconds=60), log_of(migrated, "web")
    return migrated


def log_of(installation: Installation, name: str) -> str:
    return (installation.home / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def test_migrate_makes_tables_that_the_application_may_not_change(migrated):
    address = {"host": str(migrated.sockets), "dbname": "portal"}
    with psycopg.connect(user="portal_app", **address) as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        connection.execute("SELECT count(*) FROM accounts_user")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE of_the_application ()")

    assert owners == [("portal_owner",)]


def test_roles_come_with_a_password_and_without_powers(installation):
    with services.superuser(installation.sockets) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole, rolpassword LIKE 'SCRAM-%'"
            " FROM pg_authid WHERE rolname LIKE 'portal%' ORDER BY 1"
        ).fetchall()

    assert rows == [("portal_app", False, True), ("portal_owner", False, True)]


def test_healthz_says_one_word_and_leaves_nothing_behind(started):
    response, body = started.get("/healthz")

    assert response.status == 200
    assert json.loads(body) == {"status": "ok"}
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Set-Cookie"] is None


def test_readyz_tells_its_parts_to_operators_only(started):
    token = (started.secrets / "health_token").read_text()

    own, own_body = started.get("/readyz")
    outside, outside_body = started.get("/readyz", X_Forwarded_For="203.0.113.7")
    wrong, wrong_body = started.get(
        "/readyz", X_Forwarded_For="203.0.113.7", X_Health_Token="wrong"
    )
    _, operator_body = started.get("/readyz", X_Forwarded_For="203.0.113.7", X_Health_Token=token)

    parts = json.loads(own_body)["parts"]
    assert {name: part["state"] for name, part in parts.items()} == dict.fromkeys(
        ("database", "storage", "broker", "scanner", "notices", "slips"), "ok"
    )
    assert json.loads(operator_body)["parts"].keys() == parts.keys()
    assert json.loads(outside_body) == json.loads(wrong_body) == {"status": "ok"}
    for response in (own, outside, wrong):
        assert response.status == 200
        assert "no-store" in response.headers["Cache-Control"]
        assert response.headers["Set-Cookie"] is None


@pytest.mark.parametrize("name", ["web", "worker", "printer", "beat"])
def test_health_check_of_each_container_says_well(started, name):
    assert wait_until(lambda: started.is_healthy(name), seconds=60), log_of(started, name)


def test_health_check_fails_when_the_process_has_fallen_silent(started):
    alive = started.home / "alive-worker"
    assert wait_until(alive.exists, seconds=60)
    os.kill(started.running["worker"].process.pid, signal.SIGSTOP)
    try:
        os.utime(alive, (time.time() - 300,) * 2)
        assert not started.is_healthy("worker")
    finally:
        os.kill(started.running["worker"].process.pid, signal.SIGCONT)


def test_static_files_are_hashed_compressed_and_kept_for_ever(started):
    page, html = started.get("/dang-nhap/", Accept_Encoding="br, gzip")
    styles = re.findall(r'href="(/static/css/[^"]+\.css)"', html.decode())

    assert page.status == 200
    # Pages with a token in them are not compressed: their length would tell (BREACH).
    assert page.headers["Content-Encoding"] is None
    assert styles
    for path in styles:
        assert re.search(r"\.[0-9a-f]{12}\.css$", path)
        for encoding in ("br", "gzip"):
            response, _ = started.get(path, Accept_Encoding=encoding)
            assert response.headers["Content-Encoding"] == encoding
            assert response.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_plain_http_is_sent_to_tls_and_a_foreign_host_is_refused(started):
    plain, _ = started.get("/dang-nhap/", X_Forwarded_Proto="http")
    foreign, _ = started.get("/dang-nhap/", Host="evil.example")

    assert plain.status == 301
    assert plain.headers["Location"] == f"https://{HOST}/dang-nhap/"
    assert foreign.status == 400


def test_logs_of_all_processes_are_json_and_hold_nothing_personal(started):
    markers = ("031190000123", "0912345678", "Nguy%E1%BB%85n", "D18.000-261121-0042", "835417")
    number, phone, name, code, one_time = markers
    started.get(f"/tra-cuu/?ma={code}")
    started.get(f"/ho-so/{code}/")
    started.get(f"/thu-tuc/?q={name}+{number}")
    started.get(f"/khong-co/{phone}/{one_time}/")
    started.get(f"/dang-nhap/?next=/ho-so/{code}/", Referer=f"https://{HOST}/ho-so/{code}/")

    for process in ("web", "worker", "printer", "beat"):
        assert wait_until(lambda: log_of(started, process).strip(), seconds=60)  # noqa: B023
        text = log_of(started, process)
        assert [marker for marker in markers if marker in text] == []
        lines = [json.loads(line) for line in text.splitlines()]
        # The printer is a worker with a queue of its own.
        kind = "worker" if process == "printer" else process
        assert kind in {line["process"] for line in lines}
    routes = [line.get("route") for line in map(json.loads, log_of(started, "web").splitlines())]
    assert "/ho-so/<str:code>/" in routes


@pytest.fixture
def proxy(started: Installation) -> Iterator[Proxy]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed here: apt-get install nginx-light")
    opened = Proxy(started, program)
    yield opened
    opened.stop()


def test_proxy_hands_on_who_asks_and_how_and_nothing_that_was_made_up(started, proxy):
    plain, _ = proxy.get("/dang-nhap/?next=/", tls=False)
    page, _ = proxy.get(
        "/dang-nhap/", X_Forwarded_For="127.0.0.1", X_Request_ID="forged-id", Accept_Encoding="gzip"
    )
    catalogue, _ = proxy.get("/thu-tuc/", Accept_Encoding="gzip")
    health, body = proxy.get("/readyz", X_Forwarded_For="127.0.0.1")
    forged, _ = proxy.get("/dang-nhap/", X_Forwarded_Host="evil.example")
    big, _ = proxy.get("/dang-nhap/", Content_Length=str(56 * 1024**2))

    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/dang-nhap/?next=/")
    assert page.status == 200
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert re.fullmatch(r"[0-9a-f]{32}", page.headers["X-Request-ID"])
    # BREACH: what holds a token is not compressed; what everybody gets alike is.
    assert page.headers["Content-Encoding"] is None
    assert (catalogue.status, catalogue.headers["Content-Encoding"]) == (200, "gzip")
    assert (health.status, json.loads(body)) == (200, {"status": "ok"})
    assert forged.status == 200
    assert big.status == 413


def test_proxy_writes_down_the_part_of_the_portal_and_the_way_to_the_line_of_the_portal(
    started, proxy
):
    page, _ = proxy.get("/ho-so/D18.000-261121-0042/?otp=835417")

    (line,) = proxy.lines()
    assert (line["area"], line["status"], line["address"]) == ("/ho-so", 302, "127.0.0.1")
    assert line["request"] == page.headers["X-Request-ID"]
    assert f'"request": "{line["request"]}"' in log_of(started, "web")


def test_a_lost_broker_degrades_and_a_lost_database_takes_out_of_service(started):
    def status() -> tuple[int, str]:
        response, body = started.get("/readyz")
        return response.status, json.loads(body)["status"]

    started.broker.process.kill()
    assert wait_until(lambda: status() == (200, "degraded"), seconds=20)

    started.database.stop()
    assert wait_until(lambda: status() == (503, "down"), seconds=30)
    assert started.get("/healthz")[0].status == 200


def test_every_process_stops_cleanly_when_asked(started):
    """The last test of this module: afterwards nothing runs."""
    took = {}
    for name in ("web", "beat", "worker", "printer"):
        process = started.running[name].process
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        wait_for_end(process, patience=30)
        took[name] = time.monotonic() - begun

    codes = {name: running.process.returncode for name, running in started.running.items()}
    assert codes == {"web": 0, "worker": 0, "printer": 0, "beat": 0}
    assert max(took.values()) < 15, took
    with pytest.raises(OSError, match="refused"):
        started.get("/healthz")
