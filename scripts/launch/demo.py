"""
The demo: the whole portal on this machine, as it would run in production but for its providers.

Starts the database, the broker, the simulated providers, web, worker and beat; says READY; keeps
watch; stops all of them in order.
"""

import argparse
import hashlib
import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import psycopg

from scripts.launch import services, state as states
from scripts.launch.environment import LOCK, ROOT, ensure_pango, explain, give_up, say
from scripts.launch.processes import spawn, wait_for_end
from scripts.launch.services import Running, ServiceFailed
from scripts.launch.state import State

HOST = "127.0.0.1"
# The demo's terminal at the simulated bank, as portal/operations/demo/accounts.json names it.
TERMINAL = "DVCH9901"
READY_SECONDS = 90.0
MANAGE = str(ROOT / "manage.py")


class Stopped(Exception):
    """A person or the system asked us to end."""


class ChildFailed(RuntimeError):
    """A command of ours failed; the text says which, why, and where its log is."""


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo", description="Chạy thử toàn bộ Cổng Dịch vụ công trên máy này."
    )
    parser.add_argument("--port", type=int, default=8000, help="cổng của trang web (8000)")
    parser.add_argument("--state", type=Path, help="thư mục giữ dữ liệu (var/)")
    parser.add_argument("--fresh", action="store_true", help="xóa dữ liệu cũ, bắt đầu lại")
    options = parser.parse_args(arguments)
    if not 1 <= options.port <= 65_535:
        give_up(f"--port phải là số từ 1 đến 65535, không phải {options.port}.")
    return options


def main(arguments: Sequence[str]) -> None:
    """Run the demo until it is told to stop."""
    options = parse(arguments)
    folder = (options.state or ROOT / "var").absolute()
    state = states.open_state(folder, is_default=options.state is None)
    check_port(options.port)
    demo = Demo(state=state, port=options.port)
    try:
        demo.run(fresh=options.fresh)
    except Stopped:
        say("Đang dừng…")
    except (ServiceFailed, ChildFailed) as error:
        demo.stop()
        give_up(str(error))
    except psycopg.Error as error:
        demo.stop()
        give_up(f"Cơ sở dữ liệu báo lỗi: {str(error).strip()}")
    except OSError as error:
        demo.stop()
        give_up(f"Không chạy được ({error.filename or folder}): {explain(error)}.")
    finally:
        demo.stop()
    say("Đã dừng. Dữ liệu còn nguyên; chạy lại scripts/demo để tiếp tục.")


def check_port(port: int) -> None:
    """End with one sentence if we could not listen on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            give_up(f"Không có quyền mở cổng {port}; hãy chọn cổng từ 1024 trở lên bằng --port.")
        except OSError:
            other = port + 1 if port < 65_535 else 8000
            give_up(f"Cổng {port} đang có chương trình khác dùng. Thử: scripts/demo --port {other}")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        number: int = probe.getsockname()[1]
        return number


class Demo:
    """The processes of one demo, in the order in which they were started."""

    def __init__(self, *, state: State, port: int) -> None:
        self.state = state
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.running: list[Running] = []
        self.tail: Running | None = None
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        # Only noted here: an exception between starting a process and writing it down would
        # leave that process behind.
        self.stopping = True

    def run(self, *, fresh: bool) -> None:
        """Start everything, say so, and keep watch until told to stop."""
        if fresh:
            say(f"Xóa dữ liệu cũ trong {self.state.folder}…")
            states.forget(self.state)
        states.make_folders(self.state)
        ensure_pango()
        env = self._environment(self._start_services())
        states.write_env(self.state.env_file, {k: env[k] for k in sorted(env)})
        # The roles and kinds of our processes are ours to say, not the shell's.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
        env = {**inherited, **env, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self._prepare(env)
        self._start_portal(env)
        # While the web processes load.
        sign_ins = self._sign_ins(env)
        self._wait_until_ready()
        self.state.announce(self.url)
        say(f"READY {self.url}")
        if sign_ins:
            say(sign_ins)
        say(f"Tin nhắn và thư điện tử nằm trong {env['OUTBOX_DIR']}. Nhấn Ctrl-C để dừng.")
        self._begin_tail(env)
        while True:
            self._look_after()
            self._look_after_tail()
            time.sleep(0.2)

    def _start_services(self) -> dict[str, str]:
        """Start what the environment does not name already; return the addresses of all."""
        found = {
            name: os.environ[name]
            for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
            if os.environ.get(name)
        }
        home = states.database_home(self.state)
        sockets = states.socket_folder(home)
        embedded = {
            "DATABASE_URL": services.database_url(sockets, services.APP_ROLE),
            "DATABASE_OWNER_URL": services.database_url(sockets, services.OWNER_ROLE),
        }
        # A shell that has sourced our own env file names the embedded database: still ours.
        if found.get("DATABASE_URL") in {None, embedded["DATABASE_URL"]}:
            self._start_postgres(home, sockets)
            found |= embedded
        elif "DATABASE_OWNER_URL" not in found:
            give_up("Đã có DATABASE_URL thì cần cả DATABASE_OWNER_URL (vai trò sở hữu các bảng).")
        folder = self.state.folder / "valkey"
        socket_path = states.socket_folder(folder) / "socket"
        if found.get("REDIS_URL") in {None, f"unix://{socket_path}"}:
            say("Khởi động Valkey…")
            self.running.append(
                services.start_valkey(folder, socket=socket_path, log=self.state.log / "valkey.log")
            )
            found["REDIS_URL"] = f"unix://{socket_path}"
        return found

    def _start_postgres(self, home: Path, sockets: Path) -> None:
        say("Khởi động PostgreSQL…")
        if not (home / "data" / "PG_VERSION").exists():
            (self.state.folder / "prepared").unlink(missing_ok=True)
        log = self.state.log / "postgres.log"
        self.running.append(services.start_postgres(home / "data", sockets=sockets, log=log))
        services.prepare_roles(sockets)
        services.prepare_database(sockets)

    def _environment(self, addresses: dict[str, str]) -> dict[str, str]:
        """Return what every process of the demo, and a shell beside it, must know."""
        http_port, smtp_port, bank_port = free_port(), free_port(), free_port()
        bank = f"http://{HOST}:{bank_port}"
        eid_port = free_port()
        eid = f"http://{HOST}:{eid_port}"
        folder = self.state.folder
        path = "MainService.svc/json/SendMultipleMessage_V4_post_json/"
        return {
            "DJANGO_SETTINGS_MODULE": "portal.settings.demo",
            "BASE_URL": self.url,
            **addresses,
            **states.load_secrets(self.state),
            "FILE_ROOT": str(folder / "files"),
            "STATIC_ROOT": str(folder / "static"),
            "OUTBOX_DIR": str(folder / "outbox"),
            "EMAIL_HOST": HOST,
            "EMAIL_PORT": str(smtp_port),
            "SMS_API_URL": f"http://{HOST}:{http_port}/{path}",
            "VNPAY_TMN_CODE": TERMINAL,
            "VNPAY_PAY_URL": f"{bank}/paymentv2/vpcpay.html",
            "VNPAY_QUERY_URL": f"{bank}/merchant_webapi/api/transaction",
            "SIMULATOR_BANK_PORT": str(bank_port),
            "SIMULATOR_BANK_IPN_URL": f"{self.url}/thanh-toan/vnpay/ipn/",
            # VNPAY waits five minutes.
            "SIMULATOR_BANK_RETRY_SECONDS": "20",
            "SIMULATOR_BANK_JOURNAL": str(folder / "bank.json"),
            # A name that stays, whatever the port: links are kept by it.
            "EID_ISSUER": "https://dinh-danh.donghai.example.vn",
            "EID_NAME": "VNeID (trình diễn)",
            "EID_CLIENT_ID": "cong-dich-vu-cong",
            "EID_CLIENT_SECRET": secrets.token_urlsafe(32),
            "EID_DISCOVERY": "false",
            "EID_AUTHORIZE_URL": f"{eid}/oauth2/authorize",
            "EID_TOKEN_URL": f"{eid}/oauth2/token",
            "EID_USERINFO_URL": f"{eid}/oauth2/userinfo",
            "EID_JWKS_URL": f"{eid}/oauth2/jwks",
            "EID_LOGOUT_URL": f"{eid}/oidc/logout",
            "EID_ACR_VALUES": "LoA2",
            "EID_LEVELS": "2",
            "SIMULATOR_EID_PORT": str(eid_port),
            "SIMULATOR_EID_PEOPLE": str(ROOT / "portal" / "operations" / "demo" / "people.json"),
            "SIMULATOR_SMTP_PORT": str(smtp_port),
            "SIMULATOR_HTTP_PORT": str(http_port),
        }

    def _prepare(self, env: dict[str, str]) -> None:
        """Bring schema, static files and demo data in line, as far as they are not already."""
        record = self.state.folder / "prepared"
        done = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
        if done.get("database") != env["DATABASE_URL"]:
            done = {"database": env["DATABASE_URL"], "static": done.get("static")}
        schema = fingerprint(
            [LOCK, *ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py")]
        )
        static = fingerprint([LOCK, *(p for p in (ROOT / "static").rglob("*") if p.is_file())])
        if done.get("schema") != schema:
            say("Tạo và cập nhật các bảng…")
            self._manage("migrate", "--no-input", "-v0", env=env)
        if done.get("static") != static or not (self.state.folder / "static").is_dir():
            say("Gom tệp giao diện…")
            self._manage("collectstatic", "--no-input", "--clear", "-v0", env=env)
        done |= {"schema": schema, "static": static}
        states.write_private(record, json.dumps(done))
        if not done.get("seeded") and has_command("seed_demo"):
            say("Tạo dữ liệu trình diễn…")
            self._manage("seed_demo", "--first", env=env)
            states.write_private(record, json.dumps({**done, "seeded": True}))

    def _begin_tail(self, env: dict[str, str]) -> None:
        """Start to make what is not needed at once: hundreds of dossiers that are long over."""
        done = json.loads((self.state.folder / "prepared").read_text(encoding="utf-8"))
        if done.get("whole") or not has_command("seed_demo"):
            return
        say("Làm nốt các hồ sơ đã xong của bốn tháng qua, trong khi bản trình diễn đã chạy…")
        log = self.state.log / "seed.log"
        command = [sys.executable, MANAGE, "seed_demo", "--gently"]
        self.tail = Running("seed", spawn(command, log=log, env=env), log)

    def _look_after_tail(self) -> None:
        """Note the end of the seed; one that failed is begun again at the next start."""
        if self.tail is None or self.tail.process.poll() is None:
            return
        tail, self.tail = self.tail, None
        if tail.process.returncode == 0:
            record = self.state.folder / "prepared"
            done = json.loads(record.read_text(encoding="utf-8"))
            states.write_private(record, json.dumps({**done, "whole": True}))
            say("Dữ liệu trình diễn đã đủ.")
        else:
            say(f"Chưa làm nốt được dữ liệu trình diễn; xem {tail.log}. Lần chạy sau sẽ làm tiếp.")

    def _manage(self, *arguments: str, env: dict[str, str]) -> None:
        log = self.state.log / "prepare.log"
        process = spawn([sys.executable, MANAGE, *arguments], log=log, env=env)
        try:
            while process.poll() is None:
                if self.stopping:
                    raise Stopped
                self._look_after()
                time.sleep(0.05)
        finally:
            process.terminate()
            wait_for_end(process)
        if process.returncode != 0:
            raise ChildFailed(f"Lệnh {arguments[0]} thất bại; xem {log}: {services.last_line(log)}")

    def _start_portal(self, env: dict[str, str]) -> None:
        say("Khởi động trang web, tiến trình nền và lịch chạy…")
        if (ROOT / "portal" / "notices" / "simulator.py").exists():
            self._start("providers", "portal.notices.simulator", env=env)
        if (ROOT / "payments" / "simulator").is_dir():
            self._start("bank", "payments.simulator", env=env)
        if (ROOT / "accounts" / "simulator.py").exists():
            self._start("eid", "accounts.simulator", env=env)
        for name, queue in (("worker", "celery"), ("printer", "papers")):
            self._start(
                name,
                *("celery", "--app=portal", "worker", f"--hostname={name}@%h", "--concurrency=1"),
                *(f"--queues={queue}", "--without-gossip", "--without-mingle", "--loglevel=INFO"),
                env={**env, "PORTAL_PROCESS": "worker"},
            )
        self._start(
            "beat",
            *(
                "celery",
                "--app=portal",
                "beat",
                f"--schedule={self.state.folder / 'beat' / 'schedule'}",
            ),
            *("--pidfile=", "--loglevel=WARNING"),
            env={**env, "PORTAL_PROCESS": "beat"},
        )
        self._start(
            "web",
            *("gunicorn", "portal.wsgi", f"--bind={HOST}:{self.port}", "--preload"),
            *("--worker-class=gthread", "--workers=2", "--threads=4", "--timeout=20"),
            *("--max-requests=2000", "--max-requests-jitter=200", "--graceful-timeout=5"),
            *("--no-control-socket", "--log-level=warning"),
            env={**env, "PORTAL_PROCESS": "web"},
        )

    def _start(self, name: str, *module: str, env: dict[str, str]) -> None:
        log = self.state.log / f"{name}.log"
        process = spawn([sys.executable, "-m", *module], log=log, env=env)
        self.running.append(Running(name, process, log))

    def _sign_ins(self, env: dict[str, str]) -> str:
        if not has_command("demo_sign_ins"):
            return ""
        result = subprocess.run(
            [sys.executable, MANAGE, "demo_sign_ins"],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if result.returncode != 0:
            raise ChildFailed(f"Lệnh demo_sign_ins thất bại: {result.stderr.strip()[-300:]}")
        return result.stdout.strip()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._look_after()
            if answers(self.port):
                return
            time.sleep(0.05)
        raise ChildFailed(f"Trang web không trả lời; xem {self.state.log / 'web.log'}")

    def _look_after(self) -> None:
        """Raise if we were told to stop, or if a process that should run has ended."""
        if self.stopping:
            raise Stopped
        for running in self.running:
            if running.process.poll() is not None:
                raise ChildFailed(
                    f"Tiến trình {running.name} đã dừng ngoài ý muốn; xem {running.log}:"
                    f" {services.last_line(running.log)}"
                )

    def stop(self) -> None:
        """Stop what was started last first: web, beat, worker, providers, broker, database."""
        if self.tail is not None:
            # It goes on where it was at the next start.
            self.tail.stop()
            self.tail = None
        # Web, beat and worker need not wait for each other; the worker still needs the rest.
        for running in self.running:
            if running.name in {"web", "beat", "worker", "printer"}:
                running.ask()
        while self.running:
            self.running.pop().stop()


def fingerprint(paths: Sequence[Path]) -> str:
    """Return what changes when one of the files does."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        digest.update(f"{path}:{status.st_mtime_ns}:{status.st_size}\n".encode())
    return digest.hexdigest()


def has_command(name: str) -> bool:
    """Say whether an app brings the management command `name`."""
    places = ("*/management/commands", "*/*/management/commands")
    return any(any(ROOT.glob(f"{place}/{name}.py")) for place in places)


def answers(port: int) -> bool:
    """Say whether the portal answers a request without a failure of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
