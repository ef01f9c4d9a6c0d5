"""
The Python environment: made from the hash-pinned lock before anything else can be imported.

Standard library only. A stamp is written last, so that an environment whose making was
interrupted is recognised and made anew.
"""

import contextlib
import ctypes
import ctypes.util
import errno
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "portal-lock.sha256"
LOCK = ROOT / "requirements.lock"
OLDEST_PYTHON = (3, 11)
# The line of one requirement and those that continue it, its hashes.
UV_PIN = r"^uv==.*(?:(?<=\\)\n.*)*"


def say(text: str) -> None:
    """Print a line of progress at once, also into a pipe."""
    print(text, flush=True)


def give_up(sentence: str) -> NoReturn:
    """End with one sentence that a person can act on."""
    print(f"LỖI: {sentence}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def explain(error: OSError) -> str:
    """Say in Vietnamese what the system refused."""
    reasons = {
        errno.ENOSPC: "ổ đĩa đã đầy",
        errno.EDQUOT: "hết hạn mức ổ đĩa",
        errno.EACCES: "không có quyền",
        errno.EPERM: "không có quyền",
        errno.EROFS: "ổ đĩa chỉ cho đọc",
        errno.ENOTDIR: "một phần của đường dẫn là tệp, không phải thư mục",
        errno.EEXIST: "đường dẫn là một tệp, không phải thư mục",
    }
    return reasons.get(error.errno or 0, error.strerror or str(error))


def run_in_environment(script: str) -> None:
    """Make `.venv` if need be, and run `script` again inside it; return when we are inside."""
    if Path(sys.prefix).resolve() == VENV.resolve() and _stamped() == _lock_hash():
        return
    signal.signal(signal.SIGTERM, _leave)
    try:
        with _only_one():
            ensure_environment()
    except KeyboardInterrupt:
        give_up("Đã dừng khi đang cài đặt; lần chạy sau sẽ cài lại từ đầu.")
    except OSError as error:
        give_up(f"Không ghi được vào {ROOT}: {explain(error)}.")
    os.execv(PYTHON, [str(PYTHON), script, *sys.argv[1:]])  # noqa: S606  (our own interpreter)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _only_one() -> Iterator[None]:
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Một lệnh khác đang cài thư viện vào .venv; chờ lệnh đó xong…")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ensure_environment() -> None:
    """Bring `.venv` in line with requirements.lock; do nothing if it is."""
    if _stamped() == _lock_hash() and _works():
        return
    if sys.version_info < OLDEST_PYTHON:
        give_up(f"Cần Python 3.11 trở lên; python3 này là {sys.version.split()[0]}.")
    if VENV.exists() and not (STAMP.exists() and _works()):
        say("Môi trường .venv dở dang hoặc hỏng: làm lại từ đầu.")
        shutil.rmtree(VENV)
    if not VENV.exists():
        say("Tạo môi trường Python trong .venv…")
        _make_venv()
    say("Cài thư viện Python theo requirements.lock (lần đầu khoảng một phút)…")
    _install()
    STAMP.write_text(_lock_hash(), encoding="utf-8")


def _lock_hash() -> str:
    version = ".".join(str(part) for part in sys.version_info[:2])
    return hashlib.sha256(LOCK.read_bytes() + version.encode()).hexdigest()


def _stamped() -> str:
    return STAMP.read_text(encoding="utf-8") if STAMP.exists() else ""


def _works() -> bool:
    with contextlib.suppress(OSError):
        command = [str(PYTHON), "-c", "import django, psycopg, celery"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


def _make_venv() -> None:
    base = str(getattr(sys, "_base_executable", sys.executable))
    command = [base, "-m", "venv", str(VENV)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0 and "ensurepip" in result.stdout + result.stderr:
        # Debian's python3 comes without it.
        shutil.rmtree(VENV, ignore_errors=True)
        apt_install("python3-venv", why="tạo môi trường Python")
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        give_up(f"Không tạo được .venv: {_last_line(result.stdout + result.stderr)}")


def _install() -> None:
    uv = shutil.which("uv") or _own_uv()
    requirements = ["--require-hashes", "-r", str(LOCK)]
    if uv is not None:
        # Never another Python than the one that made .venv; and the certificates that this
        # machine trusts, which an agency's network may need.
        env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1"}
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), *requirements]
        if subprocess.run(command, env=env, check=False).returncode == 0:
            return
        say("uv không cài được; thử bằng pip (chậm hơn)…")
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--no-input", *requirements]
    if subprocess.run(command, check=False).returncode != 0:
        give_up("Không cài được thư viện Python; xem các dòng trên (mạng, ổ đĩa), rồi chạy lại.")


def _own_uv() -> str | None:
    # Its pin and hashes are in the lock like everything else's.
    block = re.search(UV_PIN, LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if block is None:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
        pinned.write(block[0])
        pinned.flush()
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"]
        result = subprocess.run([*command, "-r", pinned.name], capture_output=True, check=False)
    return str(VENV / "bin" / "uv") if result.returncode == 0 else None


def apt_install(*names: str, why: str, required: bool = True) -> bool:
    """Install Debian packages if we may; else print the exact command. Say whether they are in."""
    command = f"apt-get install -y --no-install-recommends {' '.join(names)}"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Cài {', '.join(names)} để {why}…")
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        # Old lists are no reason to fail: the package may be known already.
        subprocess.run(["apt-get", "update"], env=env, capture_output=True, check=False)
        result = subprocess.run(
            command.split(), env=env, capture_output=True, text=True, check=False
        )
        if result.returncode == 0:
            return True
        sentence = f"Không cài được {', '.join(names)}: {_last_line(result.stderr)}"
    else:
        sentence = f"Thiếu {', '.join(names)} để {why}. Chạy: sudo {command}"
    if required:
        give_up(sentence)
    say(f"CHÚ Ý: {sentence}")
    return False


def ensure_pango() -> None:
    """See to the one library that making PDFs needs and Python packages do not bring."""
    for name in ("libpangoft2-1.0.so.0", ctypes.util.find_library("pangoft2-1.0")):
        if name is not None:
            with contextlib.suppress(OSError):
                ctypes.CDLL(name)
                return
    apt_install("libpangoft2-1.0-0", why="in phiếu và giấy tờ PDF", required=False)


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "không rõ nguyên nhân"
