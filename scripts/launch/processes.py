"""
Child processes that never outlive us.

Each child leads its own session, so that Ctrl-C in the terminal reaches only us and we stop the
children in order. The kernel signals a child when we die without having had the time to.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from pwd import getpwnam, struct_passwd
from typing import Any

PR_SET_PDEATHSIG = 1


def unprivileged_account() -> struct_passwd | None:
    """Return the account that servers run under when we are root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("portal", "nobody"):
        with contextlib.suppress(KeyError):
            return getpwnam(name)
    raise SystemExit("Không có tài khoản thường nào (portal, nobody) để chạy PostgreSQL.")


def as_account(account: struct_passwd | None) -> dict[str, Any]:
    """Return the arguments of `Popen` that run a program under `account`."""
    if account is None:
        return {}
    # "/" because the account may not be able to enter the folder that we stand in.
    return {
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
        "cwd": "/",
    }


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    account: struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command`, its output appended to `log`; it gets `stop_signal` if we die."""
    parent = os.getpid()
    libc = ctypes.CDLL(None, use_errno=True)

    def die_with_parent() -> None:
        # macOS has no such call: there, only an orderly end stops the children.
        if hasattr(libc, "prctl"):
            libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  (we have no threads)
            **as_account(account),
        )


def wait_for_end(process: subprocess.Popen[bytes], *, patience: float = 20) -> None:
    """Wait until `process` has ended; after `patience` seconds end it and all that it started."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # Whatever it left behind is in its own process group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
