"""The sign of life: this process answers, whatever stands behind it."""

from django.test import Client


def test_health_is_tiny_and_asks_nobody(client):
    # No database fixture: a query would fail the test.
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert not response.cookies
    assert not response.has_header("Vary")
    assert "no-store" in response["Cache-Control"]


def test_health_ignores_a_session_cookie():
    client = Client()
    client.cookies["sessionid"] = "khong-co-that"

    assert client.get("/healthz").status_code == 200


def test_health_is_only_read(client):
    assert client.post("/healthz").status_code == 405
