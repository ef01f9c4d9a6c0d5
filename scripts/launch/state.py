"""
The state folder of a demo: what it holds, its secrets, its `env` file for a shell, its lock.

Everything that a demo keeps is in here, except the database's own files when we are root and the
account of the servers cannot enter the folder: then they are in /var/lib/portal, and `instance`
says where.
"""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.launch import services
from scripts.launch.environment import explain, give_up
from scripts.launch.processes import unprivileged_account

MARK = "portal-state"
NEEDED_BYTES = 500 * 1024 * 1024
OUR_FILES = ("env", "secrets.json", "instance", "prepared", "bank.json")
OUR_FOLDERS = ("pg", "valkey", "files", "outbox", "log", "static", "beat")


@dataclass
class State:
    """One demo's folder, held by us as long as `lock` is open."""

    folder: Path
    lock: IO[str]

    @property
    def log(self) -> Path:
        """The folder of the logs."""
        return self.folder / "log"

    @property
    def env_file(self) -> Path:
        """The file for a shell to source."""
        return self.folder / "env"

    def announce(self, url: str) -> None:
        """Leave in the lock what a second instance will tell its user."""
        self.lock.seek(0)
        self.lock.truncate()
        self.lock.write(f"{os.getpid()} {url}")
        self.lock.flush()


def open_state(folder: Path, *, is_default: bool) -> State:
    """Take hold of `folder`, made if it is missing; end with one sentence if that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_foreign = any(folder.iterdir()) and not (folder / MARK).exists()
        if is_foreign and not is_default:
            give_up(
                f"Thư mục {folder} đang chứa dữ liệu khác; hãy chọn --state là một thư mục mới."
            )
        lock = (folder / MARK).open("a+", encoding="utf-8")
    except OSError as error:
        give_up(
            f"Không ghi được vào thư mục {folder}: {explain(error)}. Chọn nơi khác bằng --state."
        )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        number, _, url = lock.read().partition(" ")
        lock.close()
        give_up(
            f"Một bản trình diễn khác đang dùng {folder}"
            f" (tiến trình {number or '?'}, {url or 'đang khởi động'}). Dừng bản đó trước,"
            " hoặc chạy với --state và --port khác."
        )
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        lock.close()
        give_up(
            f"Ổ đĩa của {folder} chỉ còn {free // 1024**2} MB trống;"
            f" cần ít nhất {NEEDED_BYTES // 1024**2} MB."
        )
    state = State(folder=folder, lock=lock)
    state.announce("")
    return state


def forget(state: State) -> None:
    """Remove all that a demo kept in its folder, and nothing else that is there."""
    database_home = _recorded_home(state)
    if database_home is not None:
        shutil.rmtree(database_home, ignore_errors=True)
    for name in (*OUR_FILES, *OUR_FOLDERS):
        path = state.folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def make_folders(state: State) -> None:
    """Make the folders that the portal writes to; nobody else may look into them."""
    for name in ("files", "outbox", "log", "beat"):
        path = state.folder / name
        path.mkdir(exist_ok=True)
        path.chmod(0o700)


def database_home(state: State) -> Path:
    """Return the folder of the database's files, one that its server can reach."""
    if services.reachable(state.folder):
        return state.folder / "pg"
    recorded = _recorded_home(state)
    if recorded is not None:
        return recorded
    # A new name every time: if the state folder was deleted by hand, its old data stay away.
    home = services.SHARED / f"demo-{secrets.token_hex(6)}"
    write_private(state.folder / "instance", str(home))
    services.SHARED.mkdir(parents=True, exist_ok=True)
    services.SHARED.chmod(0o755)
    return home


def _recorded_home(state: State) -> Path | None:
    with contextlib.suppress(FileNotFoundError):
        home = Path((state.folder / "instance").read_text(encoding="utf-8").strip())
        # Never follow a file that someone edited to anywhere else.
        if home.parent == services.SHARED and home.name.startswith("demo-"):
            return home
    return None


def socket_folder(preferred: Path) -> Path:
    """Return `preferred`, or a short private folder if a socket's path there would be too long."""
    if len(os.fsencode(preferred)) <= services.LONGEST_SOCKET_FOLDER:
        return preferred
    digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
    short = Path(f"/tmp/portal-{os.getuid()}-{digest}")  # noqa: S108  (owner checked below)
    short.mkdir(mode=0o700, exist_ok=True)
    allowed = {os.getuid()}
    account = unprivileged_account()
    if account is not None:
        allowed.add(account.pw_uid)
    if short.is_symlink() or short.stat().st_uid not in allowed:
        give_up(f"{short} thuộc người dùng khác; hãy chọn --state có đường dẫn ngắn hơn.")
    return short


def load_secrets(state: State) -> dict[str, str]:
    """Return the demo's secrets, made at the first start and kept: old data stay readable."""
    path = state.folder / "secrets.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        if "VNPAY_HASH_SECRET" not in kept:
            # A demo of before online payment.
            kept["VNPAY_HASH_SECRET"] = secrets.token_hex(16).upper()
            write_private(path, json.dumps(kept, indent=1))
        return kept
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "IDENTITY_KEYS": "k1:" + _key(),
        "IDENTITY_HASH_KEY": _key(),
        "SMS_API_KEY": secrets.token_urlsafe(12),
        "SMS_API_SECRET": secrets.token_urlsafe(24),
        "VNPAY_HASH_SECRET": secrets.token_hex(16).upper(),
    }
    write_private(path, json.dumps(made, indent=1))
    return made


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def write_env(path: Path, variables: Mapping[str, str]) -> None:
    """Write `variables` as export lines, for `. DIR/env` in any POSIX shell."""
    lines = (f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
    write_private(path, "".join(lines))


def write_private(path: Path, text: str) -> None:
    """Replace `path` whole, readable by its owner only."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.touch(mode=0o600)
    unfinished.chmod(0o600)
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
