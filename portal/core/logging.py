"""
Logs: one line of JSON each in production, and no word of or about a citizen.

A log goes to more people, and is kept in more places, than the database. So what could be
personal is not masked where somebody thought of it but left out by shape: addresses appear as the
pattern of their route (`ho-so/<str:code>/`), never as they were asked for; an exception by its
type and the places that it passed, never by its message, which quotes the value that it choked
on. What remains, our own sentences, is scrubbed of whatever looks like a number, an address or a
query of a person's.
"""

import json
import logging
import os
import re
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

request_id: ContextVar[str] = ContextVar("request_id", default="-")

UNKNOWN_ROUTE: Final = "(không có trang này)"
# What our own lines add to the common fields, as `extra`.
EXTRA: Final = ("method", "route", "status", "ms")
# What a task framework adds to its lines: arguments and results may hold anything.
UNSAID: Final = ("args", "kwargs", "return_value", "traceback")
DEEPEST: Final = 25
SCRUBBED: Final = (
    (re.compile(r"\?[^\s\"'>]*"), "?…"),
    (re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+\.[^\s@<>\"']+"), "(thư điện tử)"),
    # Identity and tax numbers, telephones, accounts: nine digits or more, also in groups.
    (
        re.compile(r"(?<![\w.])\+?(?:\d{9,}|\d{2,4}(?:[ .-]\d{3,4}){2,3})(?!\w)"),
        "(số)",
    ),
    # Codes of dossiers lead to a page that anyone may open.
    (re.compile(r"\b[A-Z0-9][A-Z0-9.]*-\d{6}-\d{4,}\b"), "(mã hồ sơ)"),
)

Raised = tuple[type[BaseException], BaseException, TracebackType | None]


class RequestIdFilter(logging.Filter):
    """Give every log record the id of the request that it belongs to, as `{request_id}`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON that holds nothing personal."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname,
            "process": os.environ.get("PORTAL_PROCESS", "manage"),
            "pid": record.process,
            "request": getattr(record, "request_id", None) or request_id.get(),
            "logger": record.name,
            "message": scrub(message_of(record)),
        }
        line |= {name: getattr(record, name) for name in EXTRA if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=lambda value: type(value).__name__)


def route_of(request: Any) -> str:
    """Return the pattern of the page that was asked for, never the address itself."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else UNKNOWN_ROUTE


def message_of(record: logging.LogRecord) -> str:
    """Return the sentence of a record without the values that others put into it."""
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    if record.name.startswith("django.security.") and record.exc_info:
        # Its sentence is the exception's own, with what somebody sent.
        return record.name.rpartition(".")[2]
    arguments: Any = record.args
    if isinstance(arguments, Mapping):
        arguments = {key: _without_values(key, value) for key, value in arguments.items()}
    elif arguments:
        arguments = tuple(_without_address(value, record) for value in arguments)
    text = str(record.msg)
    try:
        return text % arguments if arguments else text
    except (TypeError, ValueError, KeyError):
        return text


def _without_values(key: str, value: object) -> object:
    if key in UNSAID:
        return "…"
    # Celery hands over the exception as text.
    return str(value).split("(", 1)[0] if key == "exc" else value


def _without_address(value: object, record: logging.LogRecord) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    request = getattr(record, "request", None)
    if request is not None and isinstance(value, str) and value.startswith("/"):
        return route_of(request)
    return value


def scrub(text: str) -> str:
    """Blot out what looks like a query, a mail address, a person's number or a dossier's code."""
    for pattern, instead in SCRUBBED:
        text = pattern.sub(instead, text)
    return text


def describe(error: BaseException) -> list[dict[str, Any]]:
    """Return the chain of exceptions, the last raised first: types and places, no messages."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        frames = traceback.extract_tb(current.__traceback__)[-DEEPEST:]
        entry: dict[str, Any] = {
            "type": f"{type(current).__module__}.{type(current).__qualname__}",
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        # What the database refused: which rule, not which value.
        diagnosis = getattr(current, "diag", None)
        if diagnosis is not None:
            entry["sqlstate"] = getattr(diagnosis, "sqlstate", None)
            entry["constraint"] = getattr(diagnosis, "constraint_name", None)
        chain.append(entry)
        hidden = current.__suppress_context__
        current = current.__cause__ or (None if hidden else current.__context__)
    return chain


def json_logging(level: str) -> dict[str, Any]:
    """Return the logging configuration of production: every logger, one handler, JSON."""
    ours: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "portal.core.logging.JsonFormatter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "json",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own would mail errors with everything that a request held.
            "django": ours,
            "django.server": ours,
            # Both would print each statement or call with its values, whatever the root says.
            "django.db.backends": {**ours, "level": "WARNING"},
            "httpx": {**ours, "level": "WARNING"},
            "botocore": {**ours, "level": "WARNING"},
            "boto3": {**ours, "level": "WARNING"},
            "urllib3": {**ours, "level": "WARNING"},
            "fontTools": {**ours, "level": "WARNING"},
            "weasyprint": {**ours, "level": "ERROR"},
            "gunicorn.error": {**ours, "level": level},
            # Requests are noted by portal.core.middleware, which knows their route.
            "gunicorn.access": {**ours, "level": "CRITICAL"},
        },
    }
