"""Browser tests run in Debian's Chromium, against the demonstration's catalogue and people."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import Unit, User
from dossiers.models import Dossier
from portal.core.dates import LOCAL_ZONE
from portal.operations import demo_data
from portal.operations.services import seed_filing
from portal.operations.services.seed_acts import Cast
from portal.operations.services.seed_stories import first_stories
from tests.factories.catalogue import seed_demo_people

# A Monday morning: the day ends inside office hours, the next day is a holiday.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=LOCAL_ZONE)
PHONE, DESK = 360, 1280

# Two cores shared with the server, the database and whoever else runs: patience costs nothing.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)

Open = Callable[..., Page]
Enter = Callable[[Page, User], None]
Filed = Callable[[str], Dossier]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium; as root it needs its sandbox switched off."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox"],
    }


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_the_browsers_loop() -> Iterator[None]:
    """Let tests use the ORM although Playwright's event loop runs in the same thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Let it be that Monday for the server, which may then be moved on: `clock.shift(60)`."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def portal(clock: object, live_server: Any, settings: Any, transactional_db: None) -> str:
    """Run the whole portal with the demonstration's units, staff and procedures."""
    settings.DEMO = True
    settings.BASE_URL = live_server.url
    seed_demo_people()
    return str(live_server.url)


@pytest.fixture
def filed(portal: str) -> Filed:
    """File a dossier of a procedure as its owner in the demonstration does, without the browser."""
    cast = Cast(demo_data.citizens_by_key())
    untold = iter(first_stories())

    def file(procedure: str) -> Dossier:
        story = next(
            one for one in untold if (one.procedure, one.commune) == (procedure, "songtranh")
        )
        dossier_id = seed_filing.file_dossier(
            story,
            owner=cast.citizens[story.owner],
            agency=Unit.objects.get(key=story.commune),
            people=cast.people,
            at=NOW,
        )
        return Dossier.objects.select_related("owner").get(pk=dossier_id)

    return file


@pytest.fixture
def enter(live_server: Any) -> Enter:
    """Sign a person in on a page without the form, where the test is about something else."""

    def sign_in(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """
    Give a page of a browser of one's own; `width` below 600 is a phone with a camera.

    At the end nothing may have failed in any of them: no script, no file, no answer of 500, no
    word from the content security policy.
    """
    contexts, problems = [], []

    def new_page(width: int = DESK, **options: Any) -> Page:
        is_phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 740 if is_phone else 900},
            has_touch=is_phone,
            locale="vi-VN",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script: {error}"))
        page.on("console", lambda message: _judge(message, problems))
        page.on("response", lambda answer: _judge_answer(answer, problems))
        return page

    yield new_page
    for context in contexts:
        context.close()
    assert problems == []


def _judge(message: Any, problems: list[str]) -> None:
    # An answer of 4xx to a form is an answer; `response` below hears of the others. htmx reports a
    # request that a newer one has replaced.
    is_usual = message.text.startswith(
        ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
    )
    if message.type == "error" and not is_usual:
        problems.append(f"console: {message.text} at {message.location}")


def _judge_answer(answer: Any, problems: list[str]) -> None:
    is_missing_file = answer.status == 404 and "/static/" in answer.url
    if answer.status >= 500 or is_missing_file:
        problems.append(f"{answer.status}: {answer.url}")
