"""Who gets the pages of the desk, and what everybody else is answered."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.dossiers.desk import TUESDAY, address, fresh
from tests.factories.accounts import sign_in_proved
from tests.factories.dossiers import DossierFactory, office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tuesday")]
DEEDS = (
    "accept", "refuse", "ask_supplement", "forward", "send_back", "propose", "approve", "issue",
    "hand_over", "stop", "reassign", "fix_fee",
)  # fmt: skip
PAGES = ("work", "pane", "work_slips")


@pytest.mark.parametrize("name", [*PAGES, *DEEDS])
def test_another_units_and_an_absent_dossier_are_answered_alike(client, name):
    mine, other = office(), office("khac")
    foreign = DossierFactory(place=other)
    for role in ("clerk", "officer", "leader", "registrar"):
        sign_in_proved(client, getattr(mine, role))
        for method in (client.get, client.post):
            theirs = method(address(name, foreign))
            absent = method(reverse(f"dossiers:{name}", args=["H99.99-260302-9999"]))
            assert theirs.status_code == absent.status_code
            assert theirs.status_code in {404, 403, 405}
            if theirs.status_code == 404:
                assert theirs.content == absent.content
    assert fresh(foreign).version == foreign.version


def test_a_citizen_is_forbidden_and_a_stranger_is_asked_to_sign_in(client):
    dossier = DossierFactory()

    assert client.get(address("work", dossier)).status_code == 302
    assert sign_in_proved(client, dossier.owner).get(address("work", dossier)).status_code == 403


@pytest.mark.parametrize("name", ["approve", "stop", "reassign", "propose", "issue"])
def test_a_function_of_another_role_is_forbidden(client, name):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)

    assert client.get(address(name, dossier)).status_code == 403
    assert client.post(address(name, dossier), {"version": 1}).status_code == 403


def test_a_role_that_was_taken_away_ends_with_the_next_request(client):
    place = office()
    dossier = DossierFactory(place=place)
    sign_in_proved(client, place.clerk)
    assert client.get(address("work", dossier)).status_code == 200

    place.clerk.staff_roles.update(valid_until=(TUESDAY - timedelta(days=1)).date())

    assert client.get(address("work", dossier)).status_code == 403


def test_fragments_obey_the_same_rule_as_their_page(client):
    place = office()
    dossier = DossierFactory(place=place)

    for name in PAGES:
        assert sign_in_proved(client, place.clerk).get(address(name, dossier)).status_code == 200
        assert sign_in_proved(client, place.officer).get(address(name, dossier)).status_code == 404
