"""
The folder in which the simulated providers leave what they were sent: one file per message.

`<time>-<sms|email>-<to>.txt|.eml`, the time in UTC to the microsecond, so that names sort by time.
A text message's file holds exactly the words that the phone would show.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Final

SUFFIXES: Final = {"sms": ".txt", "email": ".eml"}
TIME_FORMAT: Final = "%Y%m%dT%H%M%S.%fZ"
NAME: Final = re.compile(
    r"(?P<time>\d{8}T\d{6}\.\d{6}Z)-(?P<medium>sms|email)-(?P<to>[A-Za-z0-9@._+-]+)\.(?:txt|eml)"
)
UNSAFE: Final = re.compile(r"[^A-Za-z0-9@._+-]")


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message as its recipient would read it."""

    name: str
    medium: str
    sent_at: datetime
    to: str
    subject: str
    body: str
    attachments: tuple[str, ...]


def list_messages(directory: Path, *, limit: int = 200, to: str = "") -> list[OutboxMessage]:
    """Return the newest messages first, at most `limit`, only those sent to `to` if it is given."""
    found = []
    for path in _newest_first(directory):
        message = read_message(path)
        if message is not None and to in {"", message.to}:
            found.append(message)
            if len(found) == limit:
                break
    return found


def read_message(path: Path) -> OutboxMessage | None:
    """Return what one file says, or None if it is no message (or has just been removed)."""
    match = NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        raw = path.read_bytes()
    except OSError:
        return None
    subject, body, to = "", "", match["to"]
    attachments: tuple[str, ...] = ()
    if match["medium"] == "sms":
        body = raw.decode("utf-8", errors="replace").strip()
    else:
        subject, body, attachments, to = _read_email(raw, fallback_to=to)
    return OutboxMessage(
        name=path.name,
        medium=match["medium"],
        sent_at=datetime.strptime(match["time"], TIME_FORMAT).replace(tzinfo=UTC),
        to=to,
        subject=subject,
        body=body,
        attachments=attachments,
    )


def write_message(directory: Path, *, medium: str, to: str, content: bytes, at: datetime) -> Path:
    """Store one message under a name that sorts by `at`; a reader never sees half of it."""
    directory.mkdir(parents=True, exist_ok=True)
    safe_to = UNSAFE.sub("_", to).lstrip(".")[:100] or "_"
    name = f"{at.astimezone(UTC).strftime(TIME_FORMAT)}-{medium}-{safe_to}{SUFFIXES[medium]}"
    half = directory / f".{name}.{os.getpid()}.tmp"
    half.write_bytes(content)
    return half.rename(directory / name)


def _newest_first(directory: Path) -> Iterator[Path]:
    try:
        paths = [path for path in directory.iterdir() if NAME.fullmatch(path.name)]
    except FileNotFoundError:
        return iter(())
    return iter(sorted(paths, key=lambda path: path.name, reverse=True))


def _read_email(raw: bytes, *, fallback_to: str) -> tuple[str, str, tuple[str, ...], str]:
    try:
        message = message_from_bytes(raw, EmailMessage, policy=default_policy)
        text = message.get_body(preferencelist=("plain",))
        body = str(text.get_content()) if text is not None else ""
        attachments = tuple(part.get_filename() or "" for part in message.iter_attachments())
    except (MessageError, LookupError, ValueError, TypeError, AttributeError):
        return "", raw.decode("utf-8", errors="replace"), (), fallback_to
    return str(message["Subject"] or ""), body.strip(), attachments, str(message["To"] or "")
