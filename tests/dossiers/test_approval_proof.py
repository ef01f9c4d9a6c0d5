"""Approving asks for a fresh code in the form itself; nothing typed is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from dossiers.models import Dossier
from portal.core import totp
from tests.dossiers.desk import proposed
from tests.factories.accounts import SECRET, give_factor, sign_in_proved
from tests.factories.dossiers import MONDAY_9AM, office

pytestmark = pytest.mark.django_db

NOW = MONDAY_9AM + timedelta(days=1, hours=1)
FIELD = 'name="ma_xac_thuc"'


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def place(clock):
    found = office()
    give_factor(found.leader)
    return found


def url_of(dossier, name="approve"):
    return reverse(f"dossiers:{name}", args=[dossier.code])


def code():
    return totp.code_of(SECRET, totp.step_of(timezone.now()))


def is_approved(dossier):
    return dossier.decisions.filter(approved_at__isnull=False).exists()


def typed(dossier, **more):
    version = Dossier.objects.get(pk=dossier.pk).version
    return {"version": version, "note": "Đồng ý với đề xuất", **more}


def test_fresh_sign_in_approves_without_another_code(client, place):
    dossier = proposed(place)
    sign_in_proved(client, place.leader)

    assert FIELD not in client.get(url_of(dossier)).text
    assert client.post(url_of(dossier), typed(dossier)).status_code == 302
    assert is_approved(dossier)


def test_after_fifteen_minutes_the_form_asks_and_keeps_what_was_typed(client, place, clock):
    dossier = proposed(place)
    sign_in_proved(client, place.leader)
    assert FIELD not in client.get(url_of(dossier)).text
    for _quarter in range(3):
        # Still at work, so still signed in.
        clock.shift(timedelta(minutes=5))
        client.get(reverse("dossiers:queue"))

    asked = client.post(url_of(dossier), typed(dossier))
    assert asked.status_code == 422
    assert FIELD in asked.text
    assert "Đồng ý với đề xuất" in asked.text
    assert not is_approved(dossier)
    wrong = client.post(url_of(dossier), typed(dossier, ma_xac_thuc="000000"))
    assert wrong.status_code == 422
    assert "Mã chưa đúng." in wrong.text
    assert not is_approved(dossier)

    assert client.post(url_of(dossier), typed(dossier, ma_xac_thuc=code())).status_code == 302
    assert is_approved(dossier)
    # And the next one within a quarter of an hour needs none.
    another = proposed(place)
    assert client.post(url_of(another), typed(another)).status_code == 302


def test_session_without_any_proof_cannot_approve(client, place):
    dossier = proposed(place)
    client.force_login(place.leader)

    assert FIELD in client.get(url_of(dossier)).text
    assert client.post(url_of(dossier), typed(dossier)).status_code == 422
    assert not is_approved(dossier)


def test_code_that_was_taken_is_not_asked_for_again_when_something_else_is_wrong(client, place):
    dossier = proposed(place)
    client.force_login(place.leader)
    stale = typed(dossier, ma_xac_thuc=code())
    stale["version"] -= 1

    overtaken = client.post(url_of(dossier), stale)

    assert overtaken.status_code == 409
    assert FIELD not in overtaken.text
    assert stale["ma_xac_thuc"] not in overtaken.text
    assert client.post(url_of(dossier), typed(dossier)).status_code == 302


def test_other_deeds_ask_for_no_code(client, place):
    dossier = proposed(place)
    client.force_login(place.leader)

    assert FIELD not in client.get(url_of(dossier, "send_back")).text
    assert client.post(url_of(dossier, "send_back"), typed(dossier)).status_code == 302


def test_too_many_wrong_codes_are_answered_in_the_form(client, place):
    dossier = proposed(place)
    client.force_login(place.leader)
    for _number in range(10):
        client.post(url_of(dossier), typed(dossier, ma_xac_thuc="000000"))

    response = client.post(url_of(dossier), typed(dossier, ma_xac_thuc=code()))

    assert response.status_code == 422
    assert "Đã thử quá nhiều lần" in response.text
    assert "Đồng ý với đề xuất" in response.text
    assert not is_approved(dossier)
