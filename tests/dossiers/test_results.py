"""Returning the result, online, at the counter or by post."""

from datetime import timedelta

import pytest

from dossiers import lifecycle, policies
from dossiers.enums import Action, DeliveryState, DossierState
from dossiers.models import Dossier
from dossiers.services import results
from procedures.enums import FeeMoment, ResultDelivery
from tests.dossiers.desk import kinds_told, last_event
from tests.factories.dossiers import MONDAY_9AM, dossier_at, fee_line, office

pytestmark = pytest.mark.django_db

AT = MONDAY_9AM + timedelta(days=3)


def hand_over(dossier, by, *, method=ResultDelivery.COUNTER, name="Nguyễn Thị Lan", version=None):
    return results.return_result(
        dossier_id=dossier.pk, by=by, at=AT, version=version, method=method, recipient_name=name
    )


@pytest.mark.parametrize(
    ("method", "state"),
    [
        (ResultDelivery.COUNTER, DeliveryState.HANDED_OVER),
        (ResultDelivery.ONLINE, DeliveryState.ONLINE),
        (ResultDelivery.POST, DeliveryState.IN_TRANSIT),
    ],
)
def test_returning_closes_the_dossier_and_records_how(method, state):
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)

    delivery = hand_over(dossier, place.clerk, method=method)

    dossier.refresh_from_db()
    assert (dossier.state, dossier.closed_at) == (DossierState.RETURNED, AT)
    assert (delivery.state, delivery.recorded_by) == (state, place.clerk)
    assert not dossier.steps.open().exists()
    event = last_event(dossier)
    assert (event.action, event.data["method"]) == (Action.RETURN, method)
    assert "Nguyễn Thị Lan" not in str(event.data)
    assert "dossier-returned" in kinds_told(dossier)


def test_the_counter_wants_to_know_who_took_it():
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)

    with pytest.raises(results.RecipientMissing):
        hand_over(dossier, place.clerk, name="  ")

    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.DECIDED


def test_a_fee_due_at_the_result_holds_it_back_until_paid():
    place = office()
    dossier = dossier_at(
        DossierState.DECIDED, place=place, fees=[fee_line()], fee_moment=FeeMoment.AT_RESULT
    )

    with pytest.raises(results.StillOwed):
        hand_over(dossier, place.clerk)
    dossier.obligations.update(settled_vnd=30_000, settled_at=AT)
    hand_over(dossier, place.clerk)

    assert Dossier.objects.get(pk=dossier.pk).state == DossierState.RETURNED


def test_another_desk_cannot_return_it():
    dossier = dossier_at(DossierState.DECIDED, place=office())

    with pytest.raises(policies.NotYourDossier):
        hand_over(dossier, office("khac").clerk)


def test_returning_on_an_older_page_is_refused():
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)

    with pytest.raises(lifecycle.StaleVersion):
        hand_over(dossier, place.clerk, version=1)
