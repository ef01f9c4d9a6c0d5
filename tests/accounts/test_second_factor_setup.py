"""Setting an app up, the codes for the day it is lost, and the reset by a colleague."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RecoveryCode, SecondFactor, SecurityEvent
from accounts.services import second_factor
from accounts.services.second_factor import CodeCheck
from portal.core.crypto import unseal
from portal.notices.models import Notice
from tests.accounts import NOW, another_code
from tests.accounts.authenticator import (
    ENROL,
    PROVE,
    QUEUE,
    SECOND_STEP,
    STAFF_SIGN_IN,
    clerk,
    code,
    give_password,
    kinds,
    refusal,
    signed_in,
)
from tests.factories.accounts import (
    SECRET,
    CitizenFactory,
    StaffFactory,
    give_factor,
    sign_in_proved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
RECOVERY = reverse("accounts:recovery_codes")


# Enrolling.


def key_on(page):
    return re.search(r'enrol__key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")


def test_whoever_has_no_app_sets_one_up_after_the_password(client):
    user = StaffFactory(email="can.bo@example.vn")

    assert give_password(client, user).url == ENROL
    page = client.get(ENROL).text
    secret = key_on(page)
    assert len(secret) == 32
    assert "data:image/svg+xml" in page
    assert key_on(client.get(ENROL).text) == secret
    response = client.post(ENROL, {"code": code(secret)})

    assert response.status_code == 200
    codes = re.findall(r"<li>(\d{5} \d{5})</li>", response.text)
    assert len(set(codes)) == 10
    assert "no-store" in response["Cache-Control"]
    assert signed_in(client) == str(user.pk)
    assert client.get(QUEUE).status_code == 200
    assert "second-factor-enrolled" in kinds(user)
    assert Notice.objects.filter(kind="second-factor-enrolled", to=user.email).count() == 1
    stored = list(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert not {one.replace(" ", "") for one in codes} & set(stored)


def test_first_code_is_used_up_by_the_set_up():
    user = StaffFactory()
    second_factor.enrol(user_id=user.pk, secret=SECRET, code=code(), at=NOW)

    assert refusal(user, code()) is CodeCheck.USED


def test_wrong_first_code_keeps_the_key_and_stores_nothing(client):
    user = StaffFactory()
    give_password(client, user)
    secret = key_on(client.get(ENROL).text)

    response = client.post(ENROL, {"code": another_code(code(secret))})

    assert response.status_code == 422
    assert key_on(response.text) == secret
    assert signed_in(client) is None
    assert not SecondFactor.objects.exists()


@pytest.mark.parametrize(
    "tampered",
    [
        {},
        {"secret": SECRET},
        {"secret": "không phải base32", "key": SECRET},
        {"user": "1", "user_id": "1", "device": "1", "enrolment": SECRET},
    ],
)
def test_tampered_set_up_puts_no_other_secret_in_place(client, tampered):
    """emplois f7713f504: keys posted with the set-up of a device were believed."""
    user, other = StaffFactory(), StaffFactory()
    tampered = {
        name: str(other.pk) if name == "user" else value for name, value in tampered.items()
    }
    give_password(client, user)
    client.get(ENROL)

    assert client.post(ENROL, {**tampered, "code": code()}).status_code == 422
    assert not SecondFactor.objects.exists()
    assert signed_in(client) is None


def test_set_up_of_one_account_is_not_finished_for_another(client):
    first, second = StaffFactory(), StaffFactory()
    give_password(client, first)
    secret = key_on(client.get(ENROL).text)
    give_password(client, second)

    assert key_on(client.get(ENROL).text) != secret
    assert client.post(ENROL, {"code": code(secret)}).status_code == 422


def test_set_up_never_replaces_an_app(client):
    user = StaffFactory()
    give_password(client, user)
    secret = key_on(client.get(ENROL).text)
    give_factor(user)

    assert client.post(ENROL, {"code": code(secret)}).url == SECOND_STEP
    with pytest.raises(second_factor.AlreadyEnrolled):
        second_factor.enrol(user_id=user.pk, secret=secret, code=code(secret), at=NOW)
    assert unseal(SecondFactor.objects.get(user=user).secret_sealed) == f"{user.pk}:{SECRET}"


def test_citizens_have_no_app():
    with pytest.raises(second_factor.NotStaff):
        second_factor.enrol(user_id=CitizenFactory().pk, secret=SECRET, code=code(), at=NOW)


# Recovery codes.


def recovery(user):
    return second_factor.replace_recovery_codes(user_id=user.pk, at=NOW)


def test_recovery_code_opens_once_and_its_owner_is_told(client):
    user = clerk(email="can.bo@example.vn")
    spare = recovery(user)[0]
    give_password(client, user)

    response = client.post(SECOND_STEP, {"code": f"{spare[:5]} {spare[5:]}"}, follow=True)

    assert signed_in(client) == str(user.pk)
    assert "Đã dùng một mã dự phòng, còn 9 mã." in response.text
    assert Notice.objects.filter(kind="recovery-code-used", to=user.email).exists()
    assert refusal(user, spare) is CodeCheck.WRONG


def test_recovery_code_of_another_opens_nothing():
    mine, theirs = clerk(), clerk()

    assert refusal(mine, recovery(theirs)[0]) is CodeCheck.WRONG


def test_new_recovery_codes_void_the_former(client):
    user = clerk()
    former = recovery(user)[0]
    sign_in_proved(client, user)
    assert "Còn 10 mã dự phòng" in client.get(RECOVERY).text

    response = client.post(RECOVERY)

    assert len(re.findall(r"<li>\d{5} \d{5}</li>", response.text)) == 10
    assert RecoveryCode.objects.filter(user=user).count() == 10
    assert refusal(user, former) is CodeCheck.WRONG


def test_recovery_codes_are_not_made_on_an_old_proof(client):
    user = clerk()
    client.force_login(user)

    assert client.get(RECOVERY).url.startswith(PROVE)
    assert "Xác nhận lại" in client.post(RECOVERY).text
    assert not RecoveryCode.objects.exists()


# Reset.


def test_reset_ends_every_session_and_the_next_sign_in_sets_up_anew(client):
    """demarches-simplifiees 19ffb43686: a reset must not lead past the second factor."""
    user, admin = clerk(email="can.bo@example.vn"), StaffFactory(role=Role.UNIT_ADMIN)
    recovery(user)
    living = sign_in_proved(Client(), user)
    assert living.get(QUEUE).status_code == 200

    second_factor.reset(user_id=user.pk, actor=admin, at=NOW)

    assert living.get(QUEUE).url.startswith(STAFF_SIGN_IN)
    assert not RecoveryCode.objects.exists()
    event = SecurityEvent.objects.get(kind="second-factor-reset")
    assert (event.user, event.actor) == (user, admin)
    assert Notice.objects.filter(kind="second-factor-reset", to=user.email).exists()
    assert give_password(client, user).url == ENROL
    assert signed_in(client) is None


def test_reset_ends_a_sign_in_that_is_half_done(client):
    user = clerk()
    give_password(client, user)
    second_factor.reset(user_id=user.pk, actor=StaffFactory(), at=NOW)

    assert client.get(ENROL).url == STAFF_SIGN_IN


def test_nobody_resets_their_own_factor():
    user = clerk()

    with pytest.raises(second_factor.OwnFactor):
        second_factor.reset(user_id=user.pk, actor=user, at=NOW)
    assert SecondFactor.objects.filter(user=user).exists()


def test_reset_leaves_other_people_signed_in():
    user, other = clerk(), clerk()
    living = sign_in_proved(Client(), other)
    second_factor.reset(user_id=user.pk, actor=None, at=NOW)

    assert living.get(QUEUE).status_code == 200
