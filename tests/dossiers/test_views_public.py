"""Tracking without sign-in tells stage, field, unit and dates, and nothing of a person."""

import dataclasses

import pytest
import time_machine
from django.urls import reverse

from dossiers.enums import DossierState
from dossiers.models import DossierParty
from dossiers.selectors.tracking import TrackingPage
from portal.notices.models import Notice
from tests.factories.accounts import CitizenFactory
from tests.factories.dossiers import (
    MONDAY_9AM,
    DossierFactory,
    DossierPaperFactory,
    dossier_at,
    office,
)

pytestmark = pytest.mark.django_db
TRACK = "/tra-cuu/"
FORGOT = "/tra-cuu/quen-ma/"


def track(client, code, **extra):
    return client.get(TRACK, {"ma": code}, **extra)


@pytest.mark.parametrize("state", DossierState)
def test_track_shows_stage_field_unit_and_dates_of_every_state(client, state):
    dossier = dossier_at(state)

    response = track(client, dossier.code)

    html = response.content.decode()
    assert response.status_code == 200
    assert str(dossier.lifecycle_state.label) in html
    assert "Hộ tịch" in html
    assert dossier.receiving_unit.name in html


def test_track_leaks_nothing_of_persons_procedure_or_papers(client):
    owner = CitizenFactory(full_name="Lê Thị Bí Mật", address="Ngõ Kín, xã Xa")
    dossier = DossierFactory(owner=owner, answers={"ly_do": "Chuyện riêng tư"})
    DossierPaperFactory(dossier=dossier, paper_name="Giấy ra viện")

    html = track(client, dossier.code).content.decode()

    secrets = [
        owner.full_name,
        owner.phone,
        owner.phone[-6:],
        owner.identity_number,
        owner.email,
        owner.address,
        "Chuyện riêng tư",
        "Giấy ra viện",
        "giay-chung-sinh.pdf",
        dossier.procedure.name,
        dossier.revision.everyday_name,
        dossier.procedure.code,
    ]
    assert [secret for secret in secrets if secret in html] == []
    assert {field.name for field in dataclasses.fields(TrackingPage)} == {
        "code",
        "label",
        "tone",
        "letter",
        "field",
        "unit",
        "submitted_at",
        "answer_due_at",
        "due_at",
        "put_off_from",
        "changed_at",
        "waits_for_citizen",
        "is_open",
    }


def test_track_takes_a_code_as_people_type_it(client):
    dossier = DossierFactory()

    assert track(client, f" {dossier.code.lower()} ").status_code == 200


def test_absent_codes_answer_alike_and_nonsense_is_explained(client):
    DossierFactory()

    one, other = track(client, "H01.01-260302-0999"), track(client, "H02.01-260302-0999")
    nonsense = track(client, "abc")

    assert (one.status_code, other.status_code, nonsense.status_code) == (404, 404, 422)
    assert one.content.decode().replace("H01", "") == other.content.decode().replace("H02", "")
    assert "Không tìm thấy hồ sơ" in one.content.decode()


def test_track_sets_no_cookie_and_only_the_empty_form_is_cacheable(client):
    dossier = DossierFactory()

    empty, found = client.get(TRACK), track(client, dossier.code)

    for response in (empty, found):
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
    assert empty["Cache-Control"] == "public, max-age=300"
    assert found["Cache-Control"] == "no-store"


def test_track_takes_few_queries_and_the_limit_comes_before_any_look_up(
    client, django_assert_num_queries
):
    dossier = DossierFactory()

    # One minute of the limiter, whenever the test runs and however long it takes.
    with time_machine.travel(MONDAY_9AM, tick=False):
        with django_assert_num_queries(2):
            track(client, dossier.code)
        for _time in range(5):
            track(client, "H99.01-260302-0999")
        # The limiter's own statements and the watch's, nothing of the dossier.
        with django_assert_num_queries(3):
            checked = track(client, dossier.code, headers={"x-forwarded-for": "203.0.113.9"})
        for _time in range(44):
            track(client, dossier.code)
        with django_assert_num_queries(3):
            limited = track(client, dossier.code)

    assert checked.status_code == 422
    assert 'data-module="robot"' in checked.text
    assert limited.status_code == 429
    assert int(limited["Retry-After"]) > 0


def test_forgot_code_answers_alike_and_sends_only_to_the_phone_on_the_dossier(client):
    place, owner = office(), CitizenFactory()
    codes = [DossierFactory(place=place, owner=owner).code for _number in range(6)]

    known = client.post(FORGOT, {"phone": "0" + owner.phone[2:]})
    unknown = client.post(FORGOT, {"phone": "0987 654 321"})

    def words(response):
        return response.content.decode()

    assert words(known) == words(unknown)
    assert not any(code in words(known) for code in codes)
    [notice] = Notice.objects.filter(kind="lost-code")
    assert notice.to == owner.phone
    assert sum(code in notice.body for code in codes) == 5


def test_forgot_code_finds_the_phone_named_for_this_dossier(client):
    dossier = DossierFactory()
    DossierParty.objects.filter(dossier=dossier).update(phone="84977000111")

    client.post(FORGOT, {"phone": "0977000111"})

    assert dossier.code in Notice.objects.get(kind="lost-code").body


def test_forgot_code_refuses_what_is_no_mobile_phone(client):
    response = client.post(FORGOT, {"phone": "024 3826 1234"})

    assert response.status_code == 422
    assert "cố định" in response.content.decode()


def test_forgot_code_is_limited_per_phone(client):
    answers = [client.post(FORGOT, {"phone": "0987654321"}).status_code for _time in range(6)]

    assert answers == [200] * 5 + [429]


def test_the_public_pages_link_to_the_private_one_which_asks_to_sign_in(client):
    dossier = DossierFactory()

    html = track(client, dossier.code).content.decode()
    detail = reverse("dossiers:detail", args=[dossier.code])

    assert f'href="{detail}"' in html
    assert client.get(detail).url.startswith("/dang-nhap/")
