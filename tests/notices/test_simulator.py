import os
import socket
import subprocess
import sys
import time
import urllib.error
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.notices.outbox_files import list_messages, read_message, write_message
from tests.notices.conftest import KEYS, SMS_PATH, start_simulator, stop

MOMENT = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
SMS = {
    "ApiKey": "test-key",
    "SecretKey": "test-secret",
    "Brandname": "DVC-TEST",
    "Phone": "84912345678",
    "Content": "Xin chao",
    "SmsType": "2",
    "RequestId": "r1",
}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, "100"),
        ({"ApiKey": "x"}, "101"),
        ({"SecretKey": ""}, "101"),
        ({"Brandname": "OTHER"}, "104"),
        ({"Phone": "0912-345"}, "108"),
        ({"SmsType": "1"}, "118"),
    ],
)
def test_sms_answers_with_the_providers_codes(simulator, wrong, code):
    answer = simulator.post(SMS_PATH, {**SMS, **wrong})

    assert answer["CodeResult"] == code
    assert len(simulator.messages()) == (1 if code == "100" else 0)


def test_sms_with_a_request_id_that_was_taken_is_no_second_file(simulator):
    answers = [simulator.post(SMS_PATH, SMS)["CodeResult"] for _ in range(3)]

    assert answers == ["100", "124", "124"]
    assert len(simulator.messages()) == 1


def test_sms_remembers_what_was_taken_over_a_restart(tmp_path):
    codes = []
    for _ in range(2):
        simulator = start_simulator(tmp_path)
        codes.append(simulator.post(SMS_PATH, SMS)["CodeResult"])
        stop(simulator.process)

    assert codes == ["100", "124"]


def test_it_answers_404_elsewhere(simulator):
    with pytest.raises(urllib.error.HTTPError) as missing:
        simulator.post("elsewhere", SMS)
    missing.value.close()

    assert missing.value.code == 404


def test_it_starts_out_misbehaving_when_the_environment_says_so(tmp_path):
    simulator = start_simulator(tmp_path, SIMULATOR_SMS_MODE="code:103")
    code = simulator.post(SMS_PATH, SMS)["CodeResult"]
    stop(simulator.process)

    assert code == "103"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"DJANGO_SETTINGS_MODULE": "portal.settings.prod"},
            "do not run beside portal.settings.prod",
        ),
        ({"OUTBOX_DIR": ""}, "OUTBOX_DIR must name"),
    ],
)
def test_it_refuses_to_run_with_a_sentence(tmp_path, environment, words):
    ended = run_simulator(tmp_path, **environment)

    assert ended.returncode == 2
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_it_says_that_a_port_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_simulator(tmp_path, SIMULATOR_HTTP_PORT=str(taken.getsockname()[1]))

    assert ended.returncode == 1
    assert "cannot listen" in ended.stderr
    assert "Traceback" not in ended.stderr


def run_simulator(directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    base = {**os.environ, **KEYS, "OUTBOX_DIR": str(directory), "DJANGO_SETTINGS_MODULE": ""}
    return subprocess.run(
        [sys.executable, "-m", "portal.notices.simulator"],
        env={**base, **environment},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_it_dies_with_the_process_that_started_it(tmp_path):
    start = (
        "import subprocess, sys;"
        "child = subprocess.Popen([sys.executable, '-m', 'portal.notices.simulator'],"
        " stdout=subprocess.PIPE, text=True);"
        "child.stdout.readline(); print(child.pid)"
    )
    environment = {**os.environ, **KEYS, "OUTBOX_DIR": str(tmp_path)}
    parent = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", start],
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    pid = int(parent.stdout)

    until = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.1)

    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_write_message_makes_a_name_that_sorts_and_reads_back(tmp_path):
    path = write_message(
        tmp_path, medium="sms", to="84912345678", content=b"OTP 123456\n", at=MOMENT
    )

    assert path.name == "20261123T080000.123456Z-sms-84912345678.txt"
    message = read_message(path)
    assert (message.to, message.sent_at, message.body) == ("84912345678", MOMENT, "OTP 123456")


@pytest.mark.parametrize(
    "to", ["../../etc/passwd", "a/b@example.vn", "x\ny", "", ".hidden", "a" * 999]
)
def test_write_message_lets_no_address_lead_out_of_the_folder(tmp_path, to):
    path = write_message(tmp_path, medium="email", to=to, content=b"x", at=MOMENT)

    assert path.parent == tmp_path
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert len(list_messages(tmp_path)) == 1


def test_list_messages_is_newest_first_and_skips_what_is_no_message(tmp_path):
    for second in (1, 3, 2):
        at = MOMENT.replace(second=second)
        content = str(second).encode()
        write_message(tmp_path, medium="sms", to=f"8491234567{second}", content=content, at=at)
    (tmp_path / ".taken").write_text("sms:1")
    (tmp_path / "notes.txt").write_text("no message")

    assert [message.body for message in list_messages(tmp_path)] == ["3", "2", "1"]
    assert [message.body for message in list_messages(tmp_path, limit=1)] == ["3"]
    assert [message.body for message in list_messages(tmp_path, to="84912345672")] == ["2"]
    assert list_messages(tmp_path / "absent") == []


def test_read_message_shows_a_mail_as_its_reader_sees_it(tmp_path):
    raw = (
        "To: lan@example.vn\r\nSubject: =?utf-8?b?SOG7kyBzxqE=?=\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        "Kính gửi ông/bà\r\n"
    ).encode()

    message = read_message(
        write_message(tmp_path, medium="email", to="lan@example.vn", content=raw, at=MOMENT)
    )

    assert (message.to, message.subject) == ("lan@example.vn", "Hồ sơ")
    assert message.body == "Kính gửi ông/bà"
