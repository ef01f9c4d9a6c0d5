"""The checks: style, types, layers, migrations, settings of production, generated documents."""

import argparse
import base64
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.launch import services
from scripts.launch.demo import has_command
from scripts.launch.environment import LOCK, ROOT, VENV, say

BIN = VENV / "bin"
PRODUCTION_LOCK = ROOT / "requirements.production.lock"


@dataclass(frozen=True)
class Check:
    """One check: its name, its command (relative to .venv/bin), what its environment adds."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def checks(database: Mapping[str, str]) -> list[Check]:
    """Return all checks; those of the migrations look at an empty `database`."""
    manage = ("python", "manage.py")
    linting = {"DJANGO_SETTINGS_MODULE": "portal.settings.checks", **database}
    found = [
        Check("ruff format", ("ruff", "format", "--check", "--quiet", ".")),
        Check("ruff", ("ruff", "check", "--quiet", ".")),
        Check("lint-imports", ("lint-imports", "--no-cache", "--no-logo")),
        Check("mypy", ("mypy", "--no-error-summary")),
        Check("djlint format", ("djlint", "templates", "--check", "--quiet")),
        Check("djlint", ("djlint", "templates", "--lint", "--quiet")),
        Check("missing migrations", (*manage, "makemigrations", "--check", "--dry-run"), linting),
        Check("risky migrations", (*manage, "lintmigrations", "--quiet", "ok", "ignore"), linting),
        Check("deploy", (*manage, "check", "--deploy", "--fail-level=WARNING"), production()),
    ]
    if has_command("draw_states"):
        found.append(Check("diagrams", (*manage, "draw_states", "--check"), linting))
    return found


@contextmanager
def empty_database() -> Iterator[dict[str, str]]:
    """Run a database of our own for as long as the checks take."""
    home = Path(tempfile.mkdtemp(prefix="portal-check-"))
    home.chmod(0o755)
    sockets = home / "pg"
    server = services.start_postgres(
        sockets / "data", sockets=sockets, log=home / "log", durable=False
    )
    try:
        services.prepare_roles(sockets)
        services.prepare_database(sockets)
        url = services.database_url(sockets, services.OWNER_ROLE)
        yield {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: Sequence[str]) -> None:
    """Run every check, also after one has failed; end with 1 if any has."""
    parser = argparse.ArgumentParser(prog="scripts/check", description="Kiểm tra mã nguồn.")
    parser.add_argument("names", nargs="*", help="chỉ những kiểm tra có tên bắt đầu như vậy")
    names = tuple(parser.parse_args(arguments).names)
    failed = []
    with empty_database() as database:
        for check in checks(database):
            if not names or check.name.startswith(names):
                failed += [] if passes(check) else [check.name]
    if not names or "lock".startswith(names):
        failed += [] if lock_is_fresh() else ["lock"]
    if failed:
        say(f"KHÔNG ĐẠT: {', '.join(failed)}")
        raise SystemExit(1)
    say("Mọi kiểm tra đều đạt.")


def passes(check: Check) -> bool:
    """Run one check, print how it went, and what it said if it failed."""
    started = time.monotonic()
    program, *rest = check.command
    result = subprocess.run(
        [str(BIN / program), *rest],
        cwd=ROOT,
        env={**os.environ, **check.env},
        capture_output=True,
        text=True,
        check=False,
    )
    is_good = result.returncode == 0
    say(f"{'đạt' if is_good else 'LỖI':4} {check.name} ({time.monotonic() - started:.1f} giây)")
    if not is_good:
        say((result.stdout + result.stderr).strip())
    return is_good


def lock_is_fresh() -> bool:
    """Say whether both locks are what pyproject.toml asks for, as far as can be told."""
    everything = ["--all-extras", "--group", "dev"]
    # The image of production leaves the embedded servers and the tools out, and takes the rest
    # at the very versions that were tested.
    without_tools = ["--constraint", str(LOCK)]
    fresh = [_is_fresh(LOCK, everything), _is_fresh(PRODUCTION_LOCK, without_tools)]
    return all(fresh)


def _is_fresh(lock: Path, options: Sequence[str]) -> bool:
    # Newer releases are no reason to fail: resolving starts from what is locked.
    with tempfile.NamedTemporaryFile("w+", suffix=".lock") as copy:
        copy.write(lock.read_text(encoding="utf-8"))
        copy.flush()
        command = ["uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", *options]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "-o", copy.name]
        result = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        copy.seek(0)
        wanted = pins(copy.read())
    if result.returncode != 0:
        say(f"bỏ qua {lock.name}: {result.stderr.strip()[-200:]}")
        return True
    different = sorted(wanted ^ pins(lock.read_text(encoding="utf-8")))
    say(f"đạt  {lock.name}" if not different else f"LỖI  {lock.name}: {', '.join(different)}")
    return not different


def pins(lock: str) -> set[str]:
    """Return the pinned requirements of a lock, without hashes and comments."""
    lines = (line.split(";")[0].strip(" \\") for line in lock.splitlines())
    return {line for line in lines if "==" in line and not line.startswith("#")}


def production() -> dict[str, str]:
    """Return an environment in which production would start, with secrets made for this run."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    other = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings.prod",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "BASE_URL": "https://dichvucong.example.vn",
        "DATABASE_URL": "postgres://portal_app:a@db.example.vn/portal",
        "DATABASE_OWNER_URL": "postgres://portal_owner:b@db.example.vn/portal",
        "REDIS_URL": "redis://valkey.example.vn:6379/0",
        "IDENTITY_KEYS": f"k1:{key}",
        "IDENTITY_HASH_KEY": other,
        "FILE_ROOT": "/srv/portal/files",
        "SCANNER_URL": "tcp://clamd.example.vn:3310",
        "TRUSTED_PROXY_COUNT": "1",
        "SMS_API_URL": "https://sms.example.vn/send",
        "SMS_API_KEY": secrets.token_urlsafe(12),
        "SMS_API_SECRET": secrets.token_urlsafe(24),
        "DEFAULT_FROM_EMAIL": "Cổng Dịch vụ công <dvc@dichvucong.example.vn>",
    }
