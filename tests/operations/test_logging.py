"""No log line of production holds a word of or about a citizen."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.core.logging import JsonFormatter, RequestIdFilter, json_logging, scrub

NAME = "Nguyễn Thị Hường"
PHONE = "0912 345 678"
NUMBER = "031190000123"
CODE = "D18.000-261121-0042"
ONE_TIME = "835417"
MARKERS = (NAME, "Hường", PHONE, "0912345678", NUMBER, CODE, ONE_TIME, "mat-khau-Bi-mat")


@login_not_required
def fail_with_values(request: HttpRequest, code: str) -> HttpResponse:
    given = {"name": NAME, "phone": PHONE, "number": NUMBER, "otp": ONE_TIME}
    try:
        {}[str(given)]
    except KeyError as error:
        raise ValueError(f"cannot use {given}") from error


@login_not_required
def fail_in_the_database(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE citizen (number text CONSTRAINT once UNIQUE)")
        cursor.execute("INSERT INTO citizen VALUES (%s), (%s)", [NUMBER, NUMBER])
    return HttpResponse()


urlpatterns = [
    path("loi/<str:code>/", fail_with_values),
    path("loi-du-lieu/", fail_in_the_database),
    path("", include("portal.urls")),
]
handler404 = "portal.core.views.page_not_found"
handler500 = "portal.core.views.server_error"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Write what production would write, from every logger, into memory."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level = root.level
    muted = [logging.getLogger(name) for name in ("django", "django.server")]
    kept = [(logger, logger.handlers, logger.propagate) for logger in muted]
    for logger in muted:
        logger.handlers, logger.propagate = [], True
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    for logger, handlers, propagates in kept:
        logger.handlers, logger.propagate = handlers, propagates


def lines_of(log: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def written(message: object, *arguments: object, name: str = "x", **extra: object) -> dict:
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, None)
    record.__dict__.update(extra)
    return json.loads(JsonFormatter().format(record))


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_no_journey_leaves_a_personal_word_in_the_log(client, log):
    client.raise_request_exception = False
    codes = [
        client.get(f"/loi/{CODE}/", {"ten": NAME}).status_code,
        client.post(f"/loi/{CODE}/", {"phone": PHONE, "otp": ONE_TIME}).status_code,
        client.get(f"/khong-co/{NAME}/{NUMBER}/", {"q": PHONE}).status_code,
        client.get(f"/ho-so/{CODE}/").status_code,
        client.post("/dang-nhap/", {"address": NUMBER, "password": "mat-khau-Bi-mat"}).status_code,
        client.get("/dang-nhap/", headers={"host": f"{NUMBER}.example"}).status_code,
    ]
    log_text = log.getvalue()

    assert codes[:3] == [500, 500, 404]
    assert codes[-1] == 400
    assert [marker for marker in MARKERS if marker in log_text] == []
    seen = {(line.get("route"), line.get("status")) for line in lines_of(log)}
    assert ("/loi/<str:code>/", 500) in seen
    assert ("(không có trang này)", 404) in seen
    assert ("/ho-so/<str:code>/", 302) in seen


@pytest.mark.django_db(transaction=True)
@pytest.mark.urls(__name__)
def test_a_refusal_of_the_database_is_named_by_its_rule(client, log):
    client.raise_request_exception = False

    client.get("/loi-du-lieu/")

    assert NUMBER not in log.getvalue()
    (line,) = [line for line in lines_of(log) if "exception" in line]
    cause = line["exception"][-1]
    assert cause["type"] == "psycopg.errors.UniqueViolation"
    assert (cause["sqlstate"], cause["constraint"]) == ("23505", "once")


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_an_exception_is_told_by_types_and_places(client, log):
    client.raise_request_exception = False

    response = client.get(f"/loi/{CODE}/", headers={"X-Request-ID": "abcdef0123456789"})

    (line,) = [line for line in lines_of(log) if "exception" in line]
    assert [entry["type"] for entry in line["exception"]] == [
        "builtins.ValueError",
        "builtins.KeyError",
    ]
    assert line["exception"][0]["at"][-1].endswith(" fail_with_values")
    assert line["message"] == "Internal Server Error: /loi/<str:code>/"
    assert line["request"] == "abcdef0123456789" == response["X-Request-ID"]


def test_a_forged_line_stays_inside_its_own():
    line = written("agent %s", 'x\r\n{"level": "INFO", "message": "forged"}')

    assert line["message"].startswith("agent x\r\n")
    assert line["level"] == "ERROR"


def test_what_a_task_was_given_and_returned_is_left_out():
    failed = written(
        "Task %(name)s[%(id)s] %(description)s: %(exc)s\n%(traceback)s",
        {
            "name": "t.send", "id": "a1", "description": "raised unexpected",
            "exc": f"ValueError('{NAME}')", "traceback": f"...{PHONE}", "args": (NAME,),
        },
    )  # fmt: skip

    assert failed["message"] == "Task t.send[a1] raised unexpected: ValueError\n…"


def test_an_exception_as_argument_or_message_says_its_type_only():
    assert written("failed: %s", ValueError(NAME))["message"] == "failed: ValueError"
    assert written(ValueError(NAME))["message"] == "ValueError"


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("GET /tra-cuu/?ma=x&otp=1", "GET /tra-cuu/?…"),
        ("to an.nguyen@example.vn now", "to (thư điện tử) now"),
        ("for 031190000123", "for (số)"),
        ("call 0912.345.678", "call (số)"),
        ("call +84 912 345 678", "call (số)"),
        (f"dossier {CODE}", "dossier (mã hồ sơ)"),
        ("succeeded in 0.0123456789s", "succeeded in 0.0123456789s"),
        ("2026-11-21 19:17:00 count=12", "2026-11-21 19:17:00 count=12"),
        ("notice 12345 attempts=3", "notice 12345 attempts=3"),
    ],
)  # fmt: skip
def test_scrub(text, scrubbed):
    assert scrub(text) == scrubbed


def test_production_logs_every_logger_through_one_json_handler():
    config = json_logging("INFO")

    assert config["root"]["handlers"] == ["console"]
    assert all(logger["handlers"] == [] for logger in config["loggers"].values())
    assert config["formatters"]["json"] == {"()": "portal.core.logging.JsonFormatter"}
    assert RequestIdFilter().filter(logging.makeLogRecord({}))
