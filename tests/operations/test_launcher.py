import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.launch import demo, environment, services, state as states

ROOT = Path(__file__).resolve().parent.parent.parent


def opened(folder: Path) -> states.State:
    return states.open_state(folder, is_default=False)


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.removeprefix("LỖI: ").strip()


def test_write_env_is_read_by_a_shell_exactly_as_it_was_written(tmp_path):
    values = {"BASE_URL": "http://127.0.0.1:8000", "ODD": "a 'b' \"c\" $HOME `x` Đặng\\n"}

    states.write_env(tmp_path / "env", values)

    script = f'. {tmp_path / "env"}; printf "%s\\0" "$BASE_URL" "$ODD"'
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split("\0")[:2] == list(values.values())
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600


def test_check_port_names_the_port_that_is_taken(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(SystemExit, match="1"):
            demo.check_port(port)

    sentence = refusal(capsys)
    assert sentence.startswith(f"Cổng {port} đang có chương trình khác dùng.")
    assert sentence.count("\n") == 0


def test_check_port_is_content_once_the_port_is_free():
    demo.check_port(demo.free_port())


def test_open_state_refuses_a_second_instance_and_says_where_the_first_is(tmp_path, capsys):
    first = opened(tmp_path / "state")
    first.announce("http://127.0.0.1:8123")

    with pytest.raises(SystemExit, match="1"):
        opened(tmp_path / "state")

    sentence = refusal(capsys)
    assert f"tiến trình {os.getpid()}, http://127.0.0.1:8123" in sentence
    first.lock.close()
    opened(tmp_path / "state").lock.close()


def test_open_state_refuses_a_folder_of_somebody_elses_things(tmp_path, capsys):
    (tmp_path / "luan-van.odt").touch()

    with pytest.raises(SystemExit, match="1"):
        opened(tmp_path)

    assert "đang chứa dữ liệu khác" in refusal(capsys)
    assert [path.name for path in tmp_path.iterdir()] == ["luan-van.odt"]


def test_open_state_says_why_a_folder_cannot_be_made(tmp_path, capsys):
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit, match="1"):
        opened(tmp_path / "file" / "state")

    assert "một phần của đường dẫn là tệp" in refusal(capsys)


def test_open_state_refuses_a_disk_that_is_nearly_full(tmp_path, capsys, monkeypatch):
    nearly_full = SimpleNamespace(free=20 * 1024**2)
    monkeypatch.setattr(states.shutil, "disk_usage", lambda _path: nearly_full)

    with pytest.raises(SystemExit, match="1"):
        opened(tmp_path / "state")

    assert "chỉ còn 20 MB trống; cần ít nhất 500 MB" in refusal(capsys)


def test_forget_removes_what_the_demo_kept_and_nothing_else(tmp_path):
    state = opened(tmp_path / "state")
    states.make_folders(state)
    secrets = states.load_secrets(state)
    (state.folder / "files" / "giay-khai-sinh.pdf").touch()
    (state.folder / "ghi-chu.txt").touch()

    states.forget(state)

    assert {path.name for path in state.folder.iterdir()} == {states.MARK, "ghi-chu.txt"}
    assert states.load_secrets(state)["SECRET_KEY"] != secrets["SECRET_KEY"]
    state.lock.close()


def test_load_secrets_keeps_what_it_made_first(tmp_path):
    state = opened(tmp_path / "state")

    first, second = states.load_secrets(state), states.load_secrets(state)

    assert first == second
    assert (state.folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    state.lock.close()


def test_socket_folder_is_short_even_where_the_state_is_deep(tmp_path):
    deep = tmp_path / ("a" * 60) / ("b" * 60)

    short = states.socket_folder(deep)

    assert len(os.fsencode(short / ".s.PGSQL.5432")) < 108
    assert states.socket_folder(deep) == short
    assert states.socket_folder(Path("/var/x")) == Path("/var/x")
    short.rmdir()


@pytest.fixture
def half_made(tmp_path, monkeypatch) -> list[str]:
    """Stand an interrupted environment in the place of ours; return what is done about it."""
    venv, steps = tmp_path / ".venv", []
    (venv / "bin").mkdir(parents=True)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", venv / "stamp")

    def make() -> None:
        steps.append("make")
        venv.mkdir()

    monkeypatch.setattr(environment, "_make_venv", make)
    monkeypatch.setattr(environment, "_install", lambda: steps.append("install"))
    return steps


def test_ensure_environment_makes_a_half_made_one_anew(half_made, capsys):
    environment.ensure_environment()

    assert half_made == ["make", "install"]
    assert "dở dang" in capsys.readouterr().out
    assert environment.STAMP.exists()


def test_ensure_environment_only_installs_when_the_lock_has_changed(half_made, monkeypatch):
    environment.STAMP.write_text("an older lock", encoding="utf-8")
    monkeypatch.setattr(environment, "_works", lambda: True)

    environment.ensure_environment()
    environment.ensure_environment()

    assert half_made == ["install"]


def test_ensure_environment_that_fails_to_install_leaves_no_stamp(half_made, monkeypatch):
    def fail() -> None:
        environment.give_up("không có mạng")

    monkeypatch.setattr(environment, "_install", fail)

    with pytest.raises(SystemExit, match="1"):
        environment.ensure_environment()

    assert not environment.STAMP.exists()


def test_spawn_ends_the_child_when_the_launcher_is_killed(tmp_path):
    script = (
        "import sys, time; from pathlib import Path; from scripts.launch.processes import spawn;"
        f"p = spawn(['sleep', '600'], log=Path({str(tmp_path / 'log')!r}));"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert launcher.stdout is not None
    child = int(launcher.stdout.readline())
    assert is_running(child)

    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    launcher.stdout.close()

    deadline = time.monotonic() + 10
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)


def is_running(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    # An orphan that nobody has waited for yet is a zombie.
    return status.rpartition(")")[2].split()[0] != "Z"


def test_postgres_programs_prefers_what_the_environment_names(monkeypatch):
    monkeypatch.setenv("PORTAL_PG_BIN", "/opt/postgresql/bin")

    assert services.postgres_programs() == Path("/opt/postgresql/bin")


def test_fingerprint_changes_with_the_file(tmp_path):
    path = tmp_path / "0001_initial.py"
    path.write_text("one")
    before = demo.fingerprint([path])
    path.write_text("one and two")

    assert demo.fingerprint([path]) != before


def test_the_lock_pins_the_installer_with_all_its_hashes():
    block = re.search(environment.UV_PIN, environment.LOCK.read_text(), re.MULTILINE)

    assert block is not None
    assert block[0].count("--hash=sha256:") == block[0].count("\n") > 1
    assert not block[0].endswith("\\")
