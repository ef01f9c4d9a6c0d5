"""What a session of staff may still do: a weighty deed asks for a new code, a lost role ends it."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts import sessions
from accounts.enums import Role
from accounts.models import User
from tests.accounts import NOW
from tests.accounts.authenticator import PROVE, QUEUE, STAFF_SIGN_IN, clerk, code
from tests.factories.accounts import StaffFactory, give_factor, sign_in_proved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


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
