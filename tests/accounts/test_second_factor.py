"""The authenticator app of staff: no session without it, no code twice, a reset ends everything."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.enums import Role
from accounts.models import RecoveryCode, SecondFactor, SecurityEvent, User
from accounts.services import second_factor
from accounts.services.limits import TooManyRequests
from accounts.services.second_factor import CodeCheck, CodeRefused
from portal.core import totp
from portal.core.crypto import unseal
from portal.notices.models import Notice
from tests.accounts import HOME, NOW, another_code
from tests.factories.accounts import (
    PASSWORD,
    SECRET,
    CitizenFactory,
    StaffFactory,
    give_factor,
    sign_in_proved,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

STAFF_SIGN_IN = reverse("accounts:staff_sign_in")
SECOND_STEP = reverse("accounts:second_step")
ENROL = reverse("accounts:enrol")
PROVE = reverse("accounts:prove")
QUEUE = reverse("dossiers:queue")
RECOVERY = reverse("accounts:recovery_codes")
STEP = totp.STEP_SECONDS


def code(secret=SECRET, *, steps=0):
    return totp.code_of(secret, totp.step_of(timezone.now()) + steps)


def give_password(client, user, **more):
    return client.post(STAFF_SIGN_IN, {"name": user.username, "password": PASSWORD}, **more)


def signed_in(client):
    return client.session.get("_auth_user_id")


def clerk(**fields):
    user = StaffFactory(role=Role.CLERK, **fields)
    give_factor(user)
    return user


def refusal(user, typed, at=NOW):
    with pytest.raises(CodeRefused) as refused:
        second_factor.prove(user=user, code=typed, client=HOME, at=at)
    return refused.value.check


def kinds(user):
    return list(SecurityEvent.objects.filter(user=user).values_list("kind", flat=True))


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


# What ends a session at the next request (ASVS 7.4.2, 8.3.2).


def test_disabled_account_is_out_at_the_next_request(client):
    user = clerk()
    sign_in_proved(client, user)
    assert client.get(QUEUE).status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(QUEUE).url.startswith(STAFF_SIGN_IN)
    assert client.post(PROVE, {"ma_xac_thuc": code()}).url.startswith(STAFF_SIGN_IN)


def test_ended_role_is_gone_at_the_next_request(client):
    user = clerk()
    sign_in_proved(client, user)
    assert client.get(QUEUE).status_code == 200
    user.staff_roles.update(valid_until=(NOW - timedelta(days=1)).date())

    assert client.get(QUEUE).status_code == 403


def test_signing_out_removes_the_row_of_the_session(client):
    sign_in_proved(client, clerk())
    key = client.session.session_key
    client.post(reverse("accounts:sign_out"))

    assert not Session.objects.filter(session_key=key).exists()


# A fresh proof.


@pytest.mark.urls("tests.accounts.guarded_urls")
class TestFreshProof:
    URL = "/g/weighty/?a=1"

    def leader(self):
        user = StaffFactory(role=Role.LEADER)
        give_factor(user)
        return user

    def test_proof_of_the_sign_in_is_enough_for_fifteen_minutes(self, client, clock):
        sign_in_proved(client, self.leader())
        clock.shift(timedelta(minutes=14, seconds=59))
        assert client.get(self.URL).text == "GET [] 1"
        clock.shift(1)

        assert client.get(self.URL).url == f"{PROVE}?next=%2Fg%2Fweighty%2F%3Fa%3D1"

    def test_code_leads_back_under_a_new_key(self, client):
        client.force_login(self.leader())
        key = client.session.session_key
        asked = client.get(self.URL).url
        assert "Xác nhận lại" in client.get(asked).text

        response = client.post(asked, {"ma_xac_thuc": code()})

        assert response.url == self.URL
        assert client.session.session_key != key
        assert client.get(self.URL).text == "GET [] 1"

    def test_what_was_posted_waits_for_the_code(self, client):
        client.force_login(self.leader())

        question = client.post(self.URL, {"chon": ["một", 'h"ai']})
        assert question.status_code == 422
        assert question.text.count('type="hidden" name="chon"') == 2
        assert 'action="/g/weighty/?a=1"' in question.text
        assert "h&quot;ai" in question.text
        wrong = client.post(self.URL, {"chon": ["một", "hai"], "ma_xac_thuc": "000000"})
        assert (wrong.status_code, wrong.text.count('name="chon"')) == (422, 2)

        done = client.post(self.URL, {"chon": ["một", "hai"], "ma_xac_thuc": code()})

        assert done.text == "POST ['một', 'hai'] 1"

    def test_fragment_is_sent_to_the_whole_page(self, client):
        client.force_login(self.leader())

        response = client.post(
            self.URL, headers={"HX-Request": "true", "Referer": "http://testserver/g/weighty/"}
        )

        assert response.status_code == 401
        assert response["HX-Redirect"] == f"{PROVE}?next=%2Fg%2Fweighty%2F"

    def test_role_is_asked_first(self, client):
        client.force_login(clerk())

        assert client.get(self.URL).status_code == 403

    def test_too_many_wrong_codes_keep_what_was_typed(self, client):
        client.force_login(self.leader())
        for _number in range(10):
            client.post(self.URL, {"ma_xac_thuc": "000000"})

        response = client.post(self.URL, {"chon": "một", "ma_xac_thuc": code()})

        assert response.status_code == 429
        assert 'name="chon" value="một"' in response.text

    def test_page_never_leads_to_another_host(self, client):
        client.force_login(self.leader())

        response = client.post(
            PROVE, {"ma_xac_thuc": code()}, query_params={"next": "//evil.example"}
        )

        assert response.url == QUEUE


def test_proof_of_the_future_is_none(client):
    user = clerk()
    sign_in_proved(client, user)
    session = client.session
    sessions.mark_proved(session, at=NOW + timedelta(hours=1))

    assert not sessions.is_freshly_proved(session, at=NOW)


def test_storing_a_factor_needs_a_transaction():
    user = StaffFactory()
    with transaction.atomic():
        second_factor.store_factor(user, secret=SECRET, at=NOW)

    assert second_factor.has_factor(user)
