"""The table of states, and that nobody moves a dossier past it."""

import pytest
from django.db import ProgrammingError, connection, transaction

from dossiers import lifecycle, transitions
from dossiers.enums import Action, DossierState
from dossiers.models import DossierEvent
from portal.core.db import TransactionRequired
from tests.factories.dossiers import MONDAY_9AM, DossierFactory

S = DossierState


def test_states_have_the_numbers_of_the_national_portal():
    numbers = [(number, state) for state, number in lifecycle.NATIONAL_NUMBERS.items()]

    assert numbers == [
        (1, S.SUBMITTED),
        (2, S.ACCEPTED),
        (3, S.REFUSED),
        (4, S.PROCESSING),
        (5, S.SUPPLEMENT),
        (6, S.PAYMENT),
        (7, S.WITHDRAWN),
        (8, S.STOPPED),
        (9, S.DECIDED),
        (10, S.RETURNED),
    ]


@pytest.mark.parametrize("resume", [S.SUBMITTED, S.ACCEPTED, S.PROCESSING])
@pytest.mark.parametrize("waiting", [S.SUPPLEMENT, S.PAYMENT])
def test_waiting_for_the_citizen_resumes_where_it_was(waiting, resume):
    action = Action.ANSWER_SUPPLEMENT if waiting == S.SUPPLEMENT else Action.SETTLE

    assert lifecycle.target_of(action, source=waiting, resume=resume) == resume


@pytest.mark.parametrize(
    ("action", "resume", "is_allowed"),
    [
        (Action.REFUSE, S.SUBMITTED, True),
        (Action.REFUSE, S.ACCEPTED, False),
        (Action.REFUSE, S.PROCESSING, False),
        (Action.STOP, S.SUBMITTED, False),
        (Action.STOP, S.ACCEPTED, True),
        (Action.STOP, S.PROCESSING, True),
    ],
)
@pytest.mark.parametrize("waiting", [S.SUPPLEMENT, S.PAYMENT])
def test_what_waits_is_refused_before_acceptance_and_stopped_after(
    waiting, action, resume, is_allowed
):
    assert lifecycle.allows(action, source=waiting, resume=resume) == is_allowed


def test_nothing_leaves_a_terminal_state():
    left = [
        (action, state)
        for state in lifecycle.TERMINAL
        for action in Action
        if lifecycle.allows(action, source=state, resume=None)
    ]

    assert left == []


@pytest.mark.django_db
def test_forbidden_actions_leave_row_and_events_alone():
    dossier = DossierFactory()
    forbidden = [a for a in Action if S.SUBMITTED not in lifecycle.TRANSITIONS.get(a, {})]

    def is_refused(action):
        try:
            with transaction.atomic():
                transitions.apply(dossier, action, by=None, at=MONDAY_9AM)
        except lifecycle.ForbiddenTransition:
            return True
        return False

    assert forbidden
    assert [action for action in forbidden if not is_refused(action)] == []
    dossier.refresh_from_db()
    assert (dossier.state, dossier.version, dossier.events.count()) == (S.SUBMITTED, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_transitions_refuse_to_run_without_a_transaction():
    dossier = DossierFactory()

    with pytest.raises(TransactionRequired):
        transitions.apply(dossier, Action.WITHDRAW, by=None, at=MONDAY_9AM)


REWRITING = (
    "UPDATE dossiers_dossierevent SET data = '{}'",
    "DELETE FROM dossiers_dossierevent",
)


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_application_may_not_change_events():
    DossierFactory()

    for statement in (*REWRITING, "TRUNCATE dossiers_dossierevent CASCADE"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(statement)
        assert DossierEvent.objects.count() == 1, statement


@pytest.mark.django_db
def test_a_trigger_refuses_even_the_owner(as_database_owner):
    DossierFactory()

    for statement in REWRITING:
        with pytest.raises(ProgrammingError, match="Cannot"):
            run(statement)
        assert DossierEvent.objects.count() == 1, statement


@pytest.mark.django_db(transaction=True)
def test_a_changed_event_breaks_the_chain(as_database_owner):
    dossier = DossierFactory()
    with transaction.atomic():
        transitions.apply(dossier, Action.WITHDRAW, by=dossier.owner, at=MONDAY_9AM)
    assert transitions.first_broken_event(dossier) is None

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE dossiers_dossierevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE dossiers_dossierevent SET target = 'ACCEPTED' WHERE sequence = 1")
        cursor.execute("ALTER TABLE dossiers_dossierevent ENABLE TRIGGER USER")

    assert transitions.first_broken_event(dossier).sequence == 1
