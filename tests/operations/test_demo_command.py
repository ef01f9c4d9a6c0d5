"""scripts/demo as a person runs it: one start, a second one on the same data, and no remains."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.launch.demo import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
# What the tests' own environment says about their own services.
OURS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@contextmanager
def running_demo(state: Path, port: int) -> Iterator[list[str]]:
    """Run the demo until it is ready, then stop it; the lines fill up as it prints them."""
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "demo"), "--state", str(state), f"--port={port}"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith(("READY", "LỖI")):
                break
        yield lines
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
        lines.extend(rest.splitlines())
    assert process.returncode == 0, lines


def shell(state: Path, statement: str) -> str:
    script = (
        f'. {state}/env; "{sys.executable}" manage.py shell -v0'
        f" -c 'from django.db import connection; c = connection.cursor();"
        f' c.execute("{statement}"); print(c.fetchone()[0])\''
    )
    env = {"PATH": os.environ["PATH"]}
    result = subprocess.run(
        ["/bin/sh", "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return result.stdout.strip().splitlines()[-1]


def processes_of(state: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            words = path.read_bytes() + path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(state) in words:
            found.append(path.parent.name)
    return found


def test_demo_starts_keeps_its_data_and_leaves_no_process(tmp_path):
    state, port = tmp_path / "state", free_port()

    with running_demo(state, port) as lines:
        assert lines[-1] == f"READY http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/dang-nhap/", timeout=20) as page:
            assert page.status == 200
            assert "Content-Security-Policy" in page.headers
        assert shell(state, "SELECT current_user") == "portal_app"
        users = shell(state, "SELECT count(*) FROM accounts_user")
        secrets = (state / "secrets.json").read_text()
    assert processes_of(state) == []
    assert [line for line in lines if line.startswith("READY")] == [
        f"READY http://127.0.0.1:{port}"
    ]

    started = time.monotonic()
    with running_demo(state, port) as lines:
        assert lines[-1] == f"READY http://127.0.0.1:{port}"
        assert time.monotonic() - started < 30
        assert not any("dữ liệu trình diễn" in line for line in lines)
        assert shell(state, "SELECT count(*) FROM accounts_user") == users
        assert (state / "secrets.json").read_text() == secrets
    assert processes_of(state) == []
