"""Every state is reached by the use cases, each with a whole chain of events behind it."""

import pytest

from dossiers import transitions
from dossiers.enums import DossierState
from tests.factories.dossiers import dossier_at

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", DossierState)
def test_use_cases_reach_every_state_and_leave_a_whole_chain(state):
    dossier = dossier_at(state)

    assert dossier.state == state
    assert transitions.state_of(dossier) == state
    assert transitions.first_broken_event(dossier) is None
    assert dossier.events.count() >= 1
