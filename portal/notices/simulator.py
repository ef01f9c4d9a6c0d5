"""
The demo's providers: an SMS gateway that speaks eSMS's protocol, and a mail server.

`python -m portal.notices.simulator` listens on 127.0.0.1 only and leaves every message as one file
in OUTBOX_DIR. It says on one line where it listens, ends with the process that started it, and
refuses to run beside production settings. It is told to misbehave by SIMULATOR_SMS_MODE and
SIMULATOR_SMTP_MODE or, while it runs, by POST /control {"sms": MODE, "smtp": MODE, "times": N}
("forget": true makes it take a message id again):

    ok          take every message
    http:500    (sms) answer with that HTTP status
    code:103    (sms) answer with that result code
    garbage     (sms) answer 200 with something that is no JSON
    lose        (sms) take the message, then hang up without an answer
    hang:5      (sms) take the message, answer after that many seconds
    451, 550    (smtp) refuse the recipient with that code
    lose        (smtp) take the message, then answer 451
"""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from portal.notices.outbox_files import write_message

HOST: Final = "127.0.0.1"
ALLOWED_SETTINGS: Final = frozenset({"", "portal.settings.demo", "portal.settings.test"})
BODY_LIMIT: Final = 64 * 1024
ERRORS: Final = {
    "101": "Authorize Failed",
    "103": "Balance not enough to send message",
    "104": "Brandname code is not exist",
    "108": "Phone number is not in correct format",
    "118": "Unsupported message type",
    "124": "RequestId is duplicated",
}


@dataclass
class Provider:
    """What both servers share: the folder, what was taken already, how to misbehave."""

    directory: Path
    api_key: str
    api_secret: str
    brandname: str
    sms_mode: str = "ok"
    smtp_mode: str = "ok"
    times: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)
    last: datetime = field(default_factory=lambda: datetime.fromtimestamp(0, tz=UTC))

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        # Kept over a restart, so that a retry is still known.
        self.journal = self.directory / ".taken"
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        self.taken = set(lines)

    def take(self, *, medium: str, message_id: str, to: str, content: bytes) -> bool:
        """Store a message once; return False if this id has been taken before."""
        with self.lock:
            key = f"{medium}:{message_id}"
            if message_id and key in self.taken:
                return False
            moment = datetime.fromtimestamp(time.time(), tz=UTC)
            self.last = max(moment, self.last + timedelta(microseconds=1))
            write_message(self.directory, medium=medium, to=to, content=content, at=self.last)
            self.taken.add(key)
            with self.journal.open("a") as journal:
                journal.write(f"{key}\n")
            return True

    def control(self, order: Mapping[str, object]) -> None:
        with self.lock:
            self.sms_mode = str(order.get("sms", self.sms_mode))
            self.smtp_mode = str(order.get("smtp", self.smtp_mode))
            self.times = int(str(order.get("times", -1)))
            if order.get("forget"):
                self.taken.clear()

    def next_mode(self, medium: str) -> str:
        """Return how to treat the next message; after `times` of them all is well again."""
        with self.lock:
            mode = self.sms_mode if medium == "sms" else self.smtp_mode
            if mode != "ok" and self.times >= 0:
                if self.times == 0:
                    self.sms_mode = self.smtp_mode = "ok"
                    self.times = -1
                    return "ok"
                self.times -= 1
            return mode


class SmsHandler(BaseHTTPRequestHandler):
    """POST …/SendMultipleMessage_V4_post_json/ as eSMS answers it."""

    server: "SmsServer"
    timeout = 30

    def do_POST(self) -> None:
        order = self._read_json()
        if order is None:
            self._answer(400, {"ErrorMessage": "Bad Request"})
        elif self.path == "/control":
            self.server.provider.control(order)
            self._answer(200, {"ok": True})
        elif self.path.strip("/").endswith("SendMultipleMessage_V4_post_json"):
            self._send_message(order)
        else:
            self._answer(404, {"ErrorMessage": "Not Found"})

    def _send_message(self, order: dict[str, object]) -> None:
        provider = self.server.provider
        kind, _, argument = provider.next_mode("sms").partition(":")
        if kind == "http":
            self._answer(int(argument), {"ErrorMessage": "Simulated"})
        elif kind == "code":
            self._answer_code(argument)
        elif kind == "garbage":
            self._write(200, "text/html", b"<html>down for maintenance</html>")
        else:
            code = self._take(order)
            if kind == "lose":
                self.close_connection = True
                return
            if kind == "hang":
                time.sleep(float(argument))
            self._answer_code(code)

    def _take(self, order: dict[str, object]) -> str:
        provider = self.server.provider
        keys = (order.get("ApiKey"), order.get("SecretKey"))
        phone, text = str(order.get("Phone", "")), str(order.get("Content", ""))
        if keys != (provider.api_key, provider.api_secret):
            return "101"
        if order.get("Brandname") != provider.brandname:
            return "104"
        if str(order.get("SmsType")) != "2":
            return "118"
        if not (phone.isascii() and phone.isdigit() and 10 <= len(phone) <= 12):
            return "108"
        is_new = provider.take(
            medium="sms",
            message_id=str(order.get("RequestId", ""))[:50],
            to=phone,
            content=f"{text}\n".encode(),
        )
        return "100" if is_new else "124"

    def _answer_code(self, code: str) -> None:
        answer: dict[str, object] = {"CodeResult": code, "CountRegenerate": 0}
        if code == "100":
            answer["SMSID"] = uuid4().hex
        else:
            answer["ErrorMessage"] = ERRORS.get(code, "Error")
        self._answer(200, answer)

    def _read_json(self) -> dict[str, object] | None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= BODY_LIMIT:
            return None
        try:
            order = json.loads(self.rfile.read(length))
        except ValueError:
            return None
        return order if isinstance(order, dict) else None

    def _answer(self, status: int, answer: dict[str, object]) -> None:
        self._write(status, "application/json", json.dumps(answer).encode())

    def _write(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing: the files are the log."""


class SmsServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], provider: Provider) -> None:
        self.provider = provider
        super().__init__(address, SmsHandler)


class MailHandler:
    """What the mail server does with a recipient and with a message."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.loses = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        mode = self.provider.next_mode("smtp")
        if mode.isdigit():
            return f"{mode} simulated refusal"
        self.loses = mode == "lose"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message_id = str(message_from_bytes(raw)["Message-ID"] or "")
        to = envelope.rcpt_tos[0]
        self.provider.take(medium="email", message_id=message_id, to=to, content=raw)
        return "451 simulated loss of the answer" if self.loses else "250 OK"


async def serve(provider: Provider, *, http_port: int, smtp_port: int) -> None:
    """Run both servers until told to stop, or until the parent process is gone."""
    parent = os.getppid()
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(wanted, stopped.set)

    sms_server = SmsServer((HOST, http_port), provider)
    threading.Thread(target=sms_server.serve_forever, daemon=True).start()
    handler = MailHandler(provider)
    mail_server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", enable_SMTPUTF8=True), HOST, smtp_port
    )
    http_port = sms_server.server_address[1]
    smtp_port = mail_server.sockets[0].getsockname()[1]
    sys.stdout.write(f"READY http={http_port} smtp={smtp_port}\n")
    sys.stdout.flush()

    # A parent-death signal would follow the thread that started us, not the process.
    while not stopped.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(stopped.wait(), timeout=0.5)
        except TimeoutError:
            continue
    mail_server.close()
    sms_server.shutdown()


def main() -> int:
    """Read the environment and serve; the exit status says why not."""
    settings_module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    if settings_module not in ALLOWED_SETTINGS:
        sys.stderr.write(f"The simulated providers do not run beside {settings_module}.\n")
        return 2
    environment = os.environ
    directory = environment.get("OUTBOX_DIR", "")
    if not directory:
        sys.stderr.write("OUTBOX_DIR must name the folder for the messages.\n")
        return 2
    provider = Provider(
        directory=Path(directory),
        api_key=environment.get("SMS_API_KEY", ""),
        api_secret=environment.get("SMS_API_SECRET", ""),
        brandname=environment.get("SMS_BRANDNAME", "DICHVUCONG"),
        sms_mode=environment.get("SIMULATOR_SMS_MODE", "ok"),
        smtp_mode=environment.get("SIMULATOR_SMTP_MODE", "ok"),
    )
    ports = [int(environment.get(f"SIMULATOR_{name}_PORT") or 0) for name in ("HTTP", "SMTP")]
    try:
        asyncio.run(serve(provider, http_port=ports[0], smtp_port=ports[1]))
    except OSError as error:
        sys.stderr.write(f"The simulated providers cannot listen: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
