"""/.well-known/security.txt: whom to tell, until when, in which language."""

import pytest
import time_machine

URL = "/.well-known/security.txt"


def fields(response):
    return dict(line.split(": ", 1) for line in response.text.splitlines())


@pytest.mark.parametrize(
    ("contact", "mail", "expected"),
    [
        ("https://example.vn/bao-loi", "a@example.vn", "https://example.vn/bao-loi"),
        ("", "a@example.vn", "mailto:a@example.vn"),
        ("", "", "tel:+842993811022"),
    ],
)
def test_says_whom_to_tell(client, settings, contact, mail, expected):
    settings.SECURITY_CONTACT, settings.SITE_EMAIL = contact, mail

    response = client.get(URL)

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert fields(response)["Contact"] == expected
    assert fields(response)["Preferred-Languages"] == "vi, en"
    assert fields(response)["Canonical"] == f"http://testserver{URL}"


def test_holds_until_the_operators_day_or_for_half_a_year(client, settings):
    with time_machine.travel("2026-11-23T03:00:00Z"):
        assert fields(client.get(URL))["Expires"] == "2027-05-22T00:00:00Z"
        settings.SECURITY_EXPIRES = "2027-01-31"
        assert fields(client.get(URL))["Expires"] == "2027-01-31T00:00:00Z"
