"""The authenticator app of staff: no session without it, no code twice, one secret each."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts import sessions
from accounts.models import SecondFactor
from accounts.services import second_factor
from accounts.services.limits import TooManyRequests
from accounts.services.second_factor import CodeCheck, CodeRefused
from portal.core import totp
from portal.core.crypto import unseal
from tests.accounts import HOME, NOW, another_code
from tests.accounts.authenticator import (
    ENROL,
    QUEUE,
    SECOND_STEP,
    STAFF_SIGN_IN,
    STEP,
    clerk,
    code,
    give_password,
    kinds,
    refusal,
    signed_in,
)
from tests.factories.accounts import SECRET, StaffFactory, give_factor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


# Signing in.


def test_password_alone_opens_nothing(client):
    user = clerk()

    assert give_password(client, user, query_params={"next": "/thong-bao/"}).url == (
        f"{SECOND_STEP}?next=/thong-bao/".replace("=/", "=%2F").replace("bao/", "bao%2F")
    )

    assert signed_in(client) is None
    assert client.get(QUEUE).url.startswith(STAFF_SIGN_IN)
    assert client.get(reverse("accounts:profile")).status_code == 302


def test_code_opens_the_session_under_a_new_key_and_leads_on(client):
    user = clerk()
    client.get(STAFF_SIGN_IN)
    give_password(client, user)
    before = client.session.session_key

    response = client.post(SECOND_STEP, {"code": code()}, query_params={"next": "/thong-bao/"})

    assert response.url == "/thong-bao/"
    assert signed_in(client) == str(user.pk)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert sessions.SECOND_STEP not in client.session
    assert "signed-in" in kinds(user)


def test_password_gives_the_session_a_new_key_too(client):
    """A planted cookie would show its planter the QR code of the victim's set-up."""
    client.get(reverse("accounts:forgot_password_code"))
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key

    give_password(client, StaffFactory())

    assert client.session.session_key != planted
    spy = Client()
    spy.cookies["sessionid"] = planted
    assert spy.get(ENROL).url == STAFF_SIGN_IN


def test_wrong_code_is_refused_with_a_sentence_and_recorded(client):
    user = clerk()
    give_password(client, user)

    response = client.post(SECOND_STEP, {"code": another_code(code())})

    assert response.status_code == 422
    assert "Mã chưa đúng." in response.text
    assert signed_in(client) is None
    assert "second-factor-refused" in kinds(user)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abc def", "１２３４５６", "\x00" * 6])
def test_what_is_no_code_is_answered_in_words(client, typed):
    give_password(client, clerk())

    response = client.post(SECOND_STEP, {"code": typed})

    assert response.status_code in {400, 422}
    assert signed_in(client) is None


def test_second_step_needs_the_password_first(client):
    assert client.get(SECOND_STEP).url == STAFF_SIGN_IN
    assert client.post(SECOND_STEP, {"code": code()}).url == STAFF_SIGN_IN
    assert client.get(ENROL).url == STAFF_SIGN_IN


def test_password_of_twenty_minutes_ago_is_asked_for_again(client, clock):
    give_password(client, clerk())
    clock.shift(timedelta(minutes=20))

    assert client.post(SECOND_STEP, {"code": code()}).url == STAFF_SIGN_IN
    assert signed_in(client) is None


@pytest.mark.parametrize("change", ["disabled", "password", "merged"])
def test_second_step_ends_with_the_account_or_its_password(client, change):
    user = clerk()
    give_password(client, user)
    if change == "disabled":
        user.is_active = False
    elif change == "merged":
        user.merged_into = StaffFactory()
    else:
        user.set_password("Khác#9182rêu")
    user.save()

    assert client.post(SECOND_STEP, {"code": code()}).url == STAFF_SIGN_IN
    assert signed_in(client) is None


def test_code_of_another_account_opens_nothing(client):
    mine, theirs = clerk(), StaffFactory()
    give_factor(theirs, secret=totp.new_secret())
    give_password(client, theirs)

    assert client.post(SECOND_STEP, {"code": code(), "user": mine.pk}).status_code == 422
    assert signed_in(client) is None


# Codes.


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(steps):
    assert not second_factor.prove(
        user=clerk(), code=code(steps=steps), client=HOME, at=NOW
    ).by_recovery_code


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_a_minute_off(steps):
    assert refusal(clerk(), code(steps=steps)) is CodeCheck.WRONG


def test_a_code_is_good_once_and_none_before_it_after_it():
    """ASVS 6.5.1: a code seen over a shoulder is worth nothing once its owner has used it."""
    user = clerk()
    second_factor.prove(user=user, code=code(), client=HOME, at=NOW)

    assert refusal(user, code()) is CodeCheck.USED
    assert refusal(user, code(steps=-1)) is CodeCheck.USED
    second_factor.prove(user=user, code=code(steps=1), client=HOME, at=NOW)


def test_wrong_codes_are_limited_by_account_whatever_the_address():
    user = clerk()
    for number in range(10):
        with pytest.raises(CodeRefused):
            second_factor.prove(user=user, code="000000", client=f"203.0.113.{number}", at=NOW)

    with pytest.raises(TooManyRequests):
        second_factor.prove(user=user, code=code(), client=HOME, at=NOW)
    second_factor.prove(user=clerk(), code=code(), client=HOME, at=NOW)


def test_right_codes_count_towards_no_limit():
    user = clerk()
    for number in range(12):
        at = NOW + timedelta(seconds=number * STEP)
        typed = totp.code_of(SECRET, totp.step_of(at))
        second_factor.prove(user=user, code=typed, client=HOME, at=at)


def test_limit_in_the_page_says_how_long_to_wait(client):
    user = clerk()
    give_password(client, user)
    for _number in range(10):
        client.post(SECOND_STEP, {"code": "000000"})

    response = client.post(SECOND_STEP, {"code": code()})

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert signed_in(client) is None


def test_secret_is_sealed_and_bound_to_its_owner():
    mine, theirs = clerk(), clerk()
    factor = SecondFactor.objects.get(user=mine)
    assert SECRET.encode() not in bytes(factor.secret_sealed)
    assert unseal(factor.secret_sealed) == f"{mine.pk}:{SECRET}"
    SecondFactor.objects.filter(user=theirs).update(secret_sealed=factor.secret_sealed)

    assert refusal(theirs, code()) is CodeCheck.WRONG


def test_secret_of_the_demonstration_proves_nothing_elsewhere(settings):
    user = StaffFactory()
    secret = give_factor(user, secret=f"{second_factor.DEMO_MARK}{'A' * 23}")

    assert refusal(user, code(secret)) is CodeCheck.WRONG
    settings.DEMO = True
    second_factor.prove(user=user, code=code(secret), client=HOME, at=NOW)
