from datetime import timedelta

import pytest
from django.utils import timezone

from portal.operations import health
from tests.factories.notices import NoticeFactory


@pytest.fixture(autouse=True)
def look_anew():
    health.forget()
    yield
    health.forget()


def parts(client) -> dict[str, str]:
    answer = client.get("/readyz", REMOTE_ADDR="127.0.0.1").json()
    return {name: part["state"] for name, part in answer["parts"].items()}


def test_healthz_asks_nothing(client):
    # No database at all: the test has not asked for one, so a query would be refused.
    response = client.get("/healthz")

    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_readyz_reads_no_session_and_asks_at_most_three_queries(client, django_assert_num_queries):
    client.cookies["sessionid"] = "x" * 32

    with django_assert_num_queries(3):
        response = client.get("/readyz")
    with django_assert_num_queries(0):
        client.get("/readyz")

    assert response.status_code == 200
    assert not response.has_header("Vary")
    assert not response.cookies


@pytest.mark.django_db
def test_readyz_is_degraded_by_a_notice_that_should_have_left(client):
    now = timezone.now()
    NoticeFactory(created_at=now - timedelta(minutes=4), due_at=now - timedelta(minutes=4))
    assert parts(client)["notices"] == "ok"

    NoticeFactory(created_at=now - timedelta(minutes=6), due_at=now - timedelta(minutes=6))
    health.forget()

    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert "oldest waits 36" in response.json()["parts"]["notices"]["detail"]


@pytest.mark.django_db
def test_readyz_is_down_when_nothing_can_be_stored(client, settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.touch()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": blocked / "files"},
        },
    }

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["storage"] == {"state": "down", "detail": "NotADirectoryError"}


@pytest.mark.django_db
def test_readyz_is_degraded_when_the_scanner_does_not_answer(client, settings):
    settings.SCANNER_URL = "tcp://127.0.0.1:1"

    assert parts(client)["scanner"] == "degraded"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "address", "is_shown"),
    [
        ({}, "127.0.0.1", True),
        ({}, "::1", True),
        ({}, "10.0.0.5", False),
        ({}, "", False),
        ({"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", False),
        ({"X-Health-Token": "t" * 40, "X-Forwarded-For": "203.0.113.7"}, "10.0.0.5", True),
        ({"X-Health-Token": ""}, "10.0.0.5", False),
        ({"X-Health-Token": "không đúng"}, "10.0.0.5", False),
    ],
)
def test_readyz_shows_parts_to_operators_only(client, settings, headers, address, is_shown):
    settings.HEALTH_TOKEN = "t" * 40

    answer = client.get("/readyz", headers=headers, REMOTE_ADDR=address).json()

    assert ("parts" in answer) is is_shown


@pytest.mark.django_db
def test_an_empty_token_opens_nothing_where_none_is_set(client, settings):
    settings.HEALTH_TOKEN = ""

    answer = client.get("/readyz", headers={"X-Health-Token": ""}, REMOTE_ADDR="10.0.0.5").json()

    assert answer == {"status": "ok"}
