"""The virus scanner: a real clamd with a signature of our own, and one that misbehaves."""

import hashlib
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from portal.core import scanner
from portal.core.scanner import State, Verdict, scan
from tests.core import scripted_scanner
from tests.core.scripted_scanner import read_stream

scripted = scripted_scanner.scripted
VIRUS = b"mau thu cua cong, khong phai vi-rut that"
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
CONFIGURATION = """
DatabaseDirectory {home}
LocalSocket {home}/socket
Foreground yes
LogFile {home}/log
OfficialDatabaseOnly no
MaxFileSize 1M
StreamMaxLength 2M
MaxScanSize 4M
AlertExceedsMax yes
MaxThreads 2
SelfCheck 86400
"""


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    """A clamd of the test's own: it knows one file by its hash, and one by its bytes."""
    if CLAMD is None:
        pytest.skip("clamd is not installed (apt-get install clamav-daemon)")
    home = tmp_path_factory.mktemp("clamd")
    (home / "own.hdb").write_text(
        f"{hashlib.md5(VIRUS, usedforsecurity=False).hexdigest()}:{len(VIRUS)}:Thu.Hash\n"
    )
    (home / "own.ndb").write_text(f"Thu.Bytes:0:*:{b'dau hieu rieng'.hex()}\n")
    (home / "clamd.conf").write_text(CONFIGURATION.format(home=home))
    with (home / "out").open("wb") as out:
        process = subprocess.Popen(
            [CLAMD, "--config-file", str(home / "clamd.conf")], stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + 30
        while not (home / "socket").exists() and process.poll() is None:
            assert time.monotonic() < deadline, (home / "out").read_text()
            time.sleep(0.05)
        assert process.poll() is None, (home / "out").read_text()
        yield f"unix://{home}/socket"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def real(clamd, settings):
    settings.SCANNER_URL = clamd
    return clamd


# With a real clamd


def test_scanner_answers(real):
    assert scanner.ping()


@pytest.mark.parametrize("data", [b"", b"giay to", bytes(range(256)) * 2000])
def test_clean_file_is_clean(real, data):
    assert scan(data) == Verdict(State.CLEAN)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (VIRUS, "Thu.Hash"),
        # The signature lies across the border of two chunks.
        (b"x" * (scanner.CHUNK - 5) + b"dau hieu rieng" + b"y" * 90, "Thu.Bytes"),
    ],
)
def test_infected_file_is_named(real, data, name):
    seen = scan(data)

    assert seen.state is State.INFECTED
    assert seen.detail.startswith(name)


@pytest.mark.parametrize("size", [1_500_000, 3_000_000])
def test_file_beyond_the_limits_of_clamd_is_not_clean(real, size):
    """Longer than what clamd looks at, and longer than what it even receives."""
    assert scan(bytes(size)).state is State.UNAVAILABLE


# With one that misbehaves


def test_file_is_sent_whole_and_in_order(scripted):
    seen = []

    def handle(connection):
        seen.append(read_stream(connection))
        connection.sendall(b"stream: OK\0")

    scripted(handle)
    data = bytes(range(256)) * 1000

    assert scan(data) == Verdict(State.CLEAN)
    assert seen == [data]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",  # cut before its end
        b"stream: OKAY\0",
        b"stream: Khac OK\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"COMMAND READ TIMED OUT\0",
        b"UNKNOWN COMMAND\0",
        b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"\xff\xfe\0",
        b"x" * 9000,
    ],
)
def test_any_other_answer_leaves_the_file_unscanned(scripted, answer):
    def handle(connection):
        read_stream(connection)
        connection.sendall(answer)

    scripted(handle)

    assert scan(b"giay to").state is State.UNAVAILABLE


def test_answer_given_while_we_still_send_is_read(scripted):
    def handle(connection):
        connection.recv(10)
        connection.sendall(b"stream: Thu.Som FOUND\0")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    scripted(handle)

    assert scan(bytes(5_000_000)) == Verdict(State.INFECTED, "Thu.Som")


def test_scanner_that_breaks_off_leaves_the_file_unscanned(scripted):
    def handle(connection):
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    scripted(handle)

    assert scan(bytes(5_000_000)).state is State.UNAVAILABLE


def test_silent_scanner_is_given_up(scripted, monkeypatch):
    released = threading.Event()

    def handle(connection):
        read_stream(connection)
        released.wait(20)

    scripted(handle)
    monkeypatch.setattr(scanner, "ANSWER_SECONDS", 0.1)

    assert scan(b"giay to") == Verdict(State.UNAVAILABLE, "TimeoutError")
    released.set()


@pytest.mark.parametrize("url", ["unix:///khong/co", "tcp://127.0.0.1:1", ""])
def test_absent_scanner_leaves_the_file_unscanned(settings, url):
    settings.SCANNER_URL = url

    assert scan(b"giay to").state is State.UNAVAILABLE


def test_file_longer_than_any_upload_is_never_sent(scripted):
    connections = []
    scripted(connections.append)

    assert scan(bytes(scanner.MAX_BYTES + 1)).state is State.UNAVAILABLE
    assert connections == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:3310", "unix://khong/duong/dan", "tcp://"])
def test_scanner_at_a_wrong_address_fails_loudly(settings, url):
    settings.SCANNER_URL = url

    with pytest.raises(scanner.ScannerMisconfigured):
        scan(b"giay to")
