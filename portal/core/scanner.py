"""
Ask the virus scanner (clamd) about the bytes of a file.

Only an exact "OK" for a file that clamd reads to its end counts as clean. Anything else but a named
finding (silence, a break, an error, an answer nobody knows) leaves the file unscanned, to be asked
about again.
"""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

CONNECT_SECONDS: Final = 3.0
# For each single write or read: clamd answers only after it has looked at everything.
ANSWER_SECONDS: Final = 60.0
# Readiness is asked every few seconds: a scanner that thinks longer than this is not there.
PING_SECONDS: Final = 2.0
CHUNK: Final = 64 * 1024
LONGEST_ANSWER: Final = 4096
DEFAULT_PORT: Final = 3310
# clamd says OK to a longer stream than its MaxFileSize without having looked at it, so nothing
# longer than what it is set up for may be sent: see deploy/clamav.
MAX_BYTES: Final = 25 * 1024 * 1024
FOUND: Final = re.compile(r"\Astream: (.+) FOUND\Z")
# Names under which clamd reports its own limits, not a virus; the file was not read to its end.
LIMITS: Final = "Heuristics.Limits.Exceeded"


class State(StrEnum):
    """What the scanner knows of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The scanner's answer: `detail` names the finding, or why there is no answer."""

    state: State
    detail: str = ""


class ScannerMisconfigured(Exception):
    """SCANNER_URL is neither `unix:///path` nor `tcp://host:port`."""


def scan(data: bytes) -> Verdict:
    """Return what clamd at `settings.SCANNER_URL` says of `data`; without one, unavailable."""
    if not settings.SCANNER_URL:
        return Verdict(State.UNAVAILABLE, "no scanner")
    if len(data) > MAX_BYTES:
        return Verdict(State.UNAVAILABLE, "too long for the scanner")
    try:
        answer = _ask(b"zINSTREAM\0", _chunks(data))
    except OSError as error:
        return Verdict(State.UNAVAILABLE, type(error).__name__)
    return _read(answer)


def ping() -> bool:
    """Return whether there is a clamd that answers, for the page of readiness."""
    if not settings.SCANNER_URL:
        return False
    try:
        return _ask(b"zPING\0", iter(()), patience=PING_SECONDS) == "PONG"
    except OSError:
        return False


def _read(answer: str) -> Verdict:
    if answer == "stream: OK":
        return Verdict(State.CLEAN)
    if (found := FOUND.match(answer)) is None:
        return Verdict(State.UNAVAILABLE, answer or "no answer")
    name = found.group(1)
    return Verdict(State.UNAVAILABLE if name.startswith(LIMITS) else State.INFECTED, name)


def _chunks(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(data), CHUNK):
        part = view[start : start + CHUNK]
        yield struct.pack(">I", len(part)) + part
    yield struct.pack(">I", 0)


def _ask(command: bytes, parts: Iterator[bytes], *, patience: float | None = None) -> str:
    with closing(_connect()) as connection:
        connection.settimeout(patience or ANSWER_SECONDS)
        # clamd may refuse and close while we still send; what it said is still to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(command)
            for part in parts:
                connection.sendall(part)
        answer = bytearray()
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            received = connection.recv(LONGEST_ANSWER)
            if not received:
                break
            answer += received
    # Without its end an answer may have been cut: "OK" could be the start of something else.
    return answer[:-1].decode("utf-8", "replace") if answer.endswith(b"\0") else ""


def _connect() -> socket.socket:
    url = urlsplit(settings.SCANNER_URL)
    if url.scheme == "unix" and url.path and not url.netloc:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(url.path)
        except OSError:
            connection.close()
            raise
        return connection
    if url.scheme == "tcp" and url.hostname:
        address = (url.hostname, url.port or DEFAULT_PORT)
        return socket.create_connection(address, timeout=CONNECT_SECONDS)
    raise ScannerMisconfigured(settings.SCANNER_URL)
