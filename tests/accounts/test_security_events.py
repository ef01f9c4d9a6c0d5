"""What happens to accounts and doors leaves a row, in bounds, without a personal value."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import SecurityEvent
from accounts.security import LABELS, SecurityEventKind
from accounts.services import recovery, watch
from dossiers.enums import DossierState
from tests.factories.accounts import JOINED_AT, PASSWORD, CitizenFactory, StaffFactory
from tests.factories.dossiers import MONDAY_9AM, dossier_at, office

pytestmark = pytest.mark.django_db

ACTIVITY = reverse("accounts:activity")


def kinds(**found):
    return list(SecurityEvent.objects.filter(**found).order_by("pk").values_list("kind", flat=True))


def test_every_kind_has_words():
    assert set(LABELS) == set(SecurityEventKind)


def test_a_citizens_and_a_staffs_sign_in_are_one_row_each(client):
    citizen, clerk = CitizenFactory(), StaffFactory()

    client.post(
        reverse("accounts:sign_in"), {"name": citizen.identity_number, "password": PASSWORD}
    )
    client.force_login(clerk)

    assert (kinds(user=citizen), kinds(user=clerk)) == (["signed-in"], ["signed-in"])


def test_a_run_of_wrong_passwords_is_one_event_an_hour(client):
    citizen = CitizenFactory()
    for number in range(9):
        watch.note_wrong_sign_in(
            citizen.identity_number, [citizen], at=MONDAY_9AM + timedelta(minutes=number)
        )
        assert len(kinds(user=citizen)) == (number >= 5)
    for number in range(9):
        watch.note_wrong_sign_in(
            citizen.identity_number, [citizen], at=MONDAY_9AM + timedelta(minutes=60 + number)
        )

    assert kinds(user=citizen) == ["sign-in-failed"] * 2


def test_wrong_passwords_from_many_addresses_are_noticed(client):
    citizen = CitizenFactory()
    with time_machine.travel(MONDAY_9AM, tick=False):
        for number in range(6):
            client.post(
                reverse("accounts:sign_in"),
                {"name": citizen.identity_number, "password": "Sai@2026xyz"},
                REMOTE_ADDR=f"198.51.100.{number}",
            )

    assert kinds() == ["sign-in-failed"]
    assert SecurityEvent.objects.get().data == {}


def test_one_address_trying_many_names_is_noticed_without_the_address(client):
    with time_machine.travel(MONDAY_9AM, tick=False):
        for number in range(23):
            client.post(
                reverse("accounts:sign_in"),
                {"name": f"ai.do.{number}@example.vn", "password": "Sai@2026xyz"},
                REMOTE_ADDR="198.51.100.7",
            )

    [event] = SecurityEvent.objects.all()
    assert (event.kind, event.user) == ("sign-in-failed", None)
    assert "198.51" not in str(event.data)


def test_a_new_password_is_recorded():
    citizen = CitizenFactory()

    recovery.set_password(user_id=citizen.pk, password="Moi-moi@2026", at=JOINED_AT)

    assert kinds(user=citizen) == ["password-reset"]


def test_probing_codes_is_one_event_in_ten_minutes(client):
    track = reverse("dossiers:track")
    with time_machine.travel(MONDAY_9AM, tick=False):
        for number in range(9):
            client.get(track, {"ma": f"H99.99-260302-{number:04d}"}, REMOTE_ADDR="198.51.100.9")
    with time_machine.travel(MONDAY_9AM + timedelta(minutes=11), tick=False):
        for number in range(9):
            client.get(track, {"ma": f"H99.99-260302-{number:04d}"}, REMOTE_ADDR="198.51.100.9")

    assert kinds() == ["tracking-enumeration"] * 2


def test_asking_for_many_dossiers_of_others_is_one_event(client):
    place, other = office(), office("binh-lam")
    theirs = dossier_at(DossierState.SUBMITTED, place=other)
    url = reverse("dossiers:work", args=[theirs.code])
    with time_machine.travel(MONDAY_9AM, tick=False):
        client.force_login(place.clerk)
        for _ in range(20):
            assert client.get(url).status_code == 404
        assert "refused-often" not in kinds()
        for _ in range(5):
            client.get(url)

    assert kinds(user=place.clerk, kind="refused-often") == ["refused-often"]


def test_the_application_may_neither_change_nor_delete_an_event():
    watch.note_sign_in(CitizenFactory(), at=JOINED_AT)

    for change in (
        lambda: SecurityEvent.objects.update(kind="x"),
        lambda: SecurityEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()


@pytest.mark.parametrize("factory", [CitizenFactory, StaffFactory])
def test_everybody_reads_their_own_activity_and_nobody_elses(client, factory):
    user, stranger = factory(), CitizenFactory()
    recovery.set_password(user_id=CitizenFactory().pk, password="Moi-moi@2026", at=JOINED_AT)
    client.force_login(stranger)
    client.force_login(user)

    page = client.get(ACTIVITY).text

    assert page.count("Đăng nhập</h2>") == 1
    assert "Đặt lại mật khẩu" not in page
    assert ACTIVITY in client.get(reverse("accounts:profile")).text


def test_the_page_costs_the_same_however_long(client, django_assert_num_queries):
    user = CitizenFactory()
    client.force_login(user)
    for minutes in range(30):
        watch.note_sign_in(user, at=MONDAY_9AM + timedelta(minutes=minutes))
    client.get(ACTIVITY)

    with django_assert_num_queries(4):
        client.get(ACTIVITY)
