"""Somebody was faster, or the page was old: what is said, and where the typed words are."""

import pytest

from accounts.enums import Role
from dossiers.enums import DossierState
from dossiers.services import processing
from tests.dossiers.desk import TUESDAY, address, fresh, proposed, tick
from tests.factories.accounts import StaffFactory, sign_in_proved
from tests.factories.dossiers import DossierFactory, dossier_at, office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]


def test_a_stale_form_shows_the_newer_state_and_keeps_the_words(client):
    place = office()
    dossier = DossierFactory(place=place)
    old_version = dossier.version
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=TUESDAY, version=None)
    sign_in_proved(client, place.clerk)

    answer = client.post(
        address("refuse", dossier),
        {**tick(dossier, "Nộp nhầm nơi"), "ground": "Luật Hộ tịch", "version": old_version},
    )

    assert answer.status_code == 409
    assert "đã làm trước: nhận việc" in answer.text
    assert 'value="Nộp nhầm nơi"' in answer.text
    assert f'name="version" value="{fresh(dossier).version}"' in answer.text
    assert fresh(dossier).state == DossierState.SUBMITTED


def test_the_form_of_a_stale_answer_works_when_pressed_again(client):
    place = office()
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=place.clerk, at=TUESDAY, version=None)
    sign_in_proved(client, place.clerk)
    typed = {**tick(dossier), "ground": "Luật"}
    stale = client.post(address("refuse", dossier), {**typed, "version": 1})
    again = stale.context["form"]

    answer = client.post(address("refuse", dossier), {**typed, "version": again.data["version"]})

    assert answer.status_code == 302
    assert fresh(dossier).state == DossierState.REFUSED


def test_words_for_a_deed_that_is_over_can_be_copied(client):
    place = office()
    dossier = proposed(place)
    version = dossier.version
    processing.approve_decision(dossier_id=dossier.pk, by=place.leader, at=TUESDAY, version=None)

    answer = sign_in_proved(client, place.leader).post(
        address("send_back", dossier), {"note": "Sai căn cứ ở trang 2", "version": version}
    )

    assert answer.status_code == 409
    assert answer.context["form"] is None
    assert "Sai căn cứ ở trang 2" in answer.text


def test_who_was_faster_is_named(client):
    place = office()
    colleague = StaffFactory(role=Role.CLERK, unit=place.desk, full_name="Vũ Thị Hằng")
    dossier = DossierFactory(place=place)
    processing.claim_step(dossier_id=dossier.pk, by=colleague, at=TUESDAY, version=None)
    sign_in_proved(client, place.clerk)
    version = fresh(dossier).version

    for name in ("claim", "accept"):
        answer = client.post(address(name, dossier), {"version": version})
        assert answer.status_code == 409
        assert "Vũ Thị Hằng" in answer.text


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999", "-1", "٣"])
def test_a_version_that_is_none_changes_nothing(client, version):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)

    for name in ("claim", "accept"):
        assert client.post(address(name, dossier), {"version": version}).status_code in {409, 422}
    assert fresh(dossier).version == dossier.version


def test_a_page_for_what_cannot_be_done_now_says_so(client):
    place = office()
    dossier = dossier_at(DossierState.ACCEPTED, place=place)

    answer = sign_in_proved(client, place.clerk).get(address("accept", dossier))

    assert answer.status_code == 409
    assert "Hồ sơ không còn ở bước làm được việc này." in answer.text
