"""A result is handed over and recalled at once: one of the two happened, the other is told so."""

import pytest

from dossiers import transitions
from dossiers.enums import Action, DossierState
from dossiers.models import Dossier
from dossiers.services import results, reversals
from procedures.enums import ResultDelivery
from tests.dossiers.desk import LATER
from tests.factories.dossiers import dossier_at, office
from tests.races.test_claims import all_have_read, kinds, without_locks
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def both(place, dossier):
    common = {"dossier_id": dossier.pk, "at": LATER, "version": dossier.version}
    return [
        lambda: results.return_result(by=place.clerk, method=ResultDelivery.ONLINE, **common),
        lambda: reversals.recall_result(by=place.leader, reason="Sai tên", **common),
    ]


def test_of_returning_and_recalling_one_happens():
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)

    outcomes = at_once(both(place, dossier))

    dossier = Dossier.objects.get(pk=dossier.pk)
    assert "StaleVersion" in kinds(outcomes)
    is_returned = dossier.state == DossierState.RETURNED
    assert dossier.deliveries.exists() == is_returned
    assert dossier.results.filter(revoked_at=None).exists() == is_returned
    done = dossier.events.filter(action__in=[Action.RETURN, Action.RECALL])
    assert done.count() == 1


def test_without_the_lock_they_collide_instead_of_being_told(monkeypatch):
    """The negative control: the race above is real; the loser is stopped by chance, if at all."""
    place = office()
    dossier = dossier_at(DossierState.DECIDED, place=place)
    without_locks(monkeypatch)
    all_have_read(monkeypatch, transitions, "require_version", 2)

    outcomes = at_once(both(place, dossier))

    assert "StaleVersion" not in kinds(outcomes)
