"""Two administrators pass the same person's work on at once: every dossier moves once."""

import time

import pytest

from accounts.enums import Role
from dossiers.enums import DossierState
from dossiers.models.dossier import DossierQuerySet
from dossiers.services import handover
from tests.dossiers.desk import LATER
from tests.factories.accounts import StaffFactory
from tests.factories.dossiers import dossier_at, office
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def race():
    """Return the dossiers, what the two were told, and how often each dossier was given on."""
    place = office()
    dossiers = [dossier_at(DossierState.PROCESSING, place=place) for _number in range(4)]
    seen = [dossier.steps.open().get().pk for dossier in dossiers]
    key = (place.division.pk, Role.OFFICER)

    def move(admin, successor):
        return lambda: handover.move_work(
            person_id=place.officer.pk,
            by=admin,
            at=LATER,
            successors={key: successor.pk},
            seen=seen,
        )

    outcomes = at_once(
        [
            move(
                StaffFactory(role=Role.UNIT_ADMIN, unit=place.agency),
                StaffFactory(role=Role.OFFICER, unit=place.division),
            )
            for _number in range(2)
        ]
    )
    given = [
        dossier.events.filter(data__reassigned_from=place.officer.pk).count()
        for dossier in dossiers
    ]
    return dossiers, outcomes, given


def test_each_dossier_moves_once_and_the_second_is_told():
    dossiers, outcomes, given = race()

    assert given == [1] * 4
    assert sorted(len(outcome.moved) for outcome in outcomes) == [0, 4]
    loser = next(outcome for outcome in outcomes if not outcome.moved)
    assert sorted(loser.gone) == sorted(dossier.code for dossier in dossiers)


def test_without_the_lock_the_two_collide(monkeypatch):
    monkeypatch.setattr(DossierQuerySet, "locked", lambda self: self)
    original = handover._give

    def slowly(*args, **kwargs):
        time.sleep(0.3)
        return original(*args, **kwargs)

    monkeypatch.setattr(handover, "_give", slowly)
    _dossiers, outcomes, given = race()

    collided = any(isinstance(outcome, Exception) for outcome in outcomes)
    assert collided or given != [1] * 4
