"""The command that looks for what does not hold: silent on whole data, loud on each corruption."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dossiers.enums import DossierState
from tests.factories.dossiers import MONDAY_9AM, dossier_at, office
from tests.factories.payments import cash_received, configure, payable, reported, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_database_owner")]

AT = MONDAY_9AM + timedelta(hours=2)
GUARDED = {
    "payments_ledgerentry": "payments_ledgerentry",
    "dossiers_dossierevent": "dossiers_dossierevent",
}


@pytest.fixture(autouse=True)
def _world(settings):
    configure(settings)
    place = office()
    dossier_at(DossierState.DECIDED, place=place)
    cash_received(payable(place), place, at=AT)
    late = payable(place)
    attempt = started(late, at=AT)
    reported(attempt, at=AT)
    reported(attempt, at=AT, TransactionNo="99000001")


def verify() -> list[str]:
    errors = StringIO()
    try:
        call_command("verify_invariants", stdout=StringIO(), stderr=errors)
    except CommandError:
        return errors.getvalue().splitlines()
    return []


def corrupt(statement: str) -> None:
    table = statement.split()[2 if statement.startswith(("DELETE", "INSERT")) else 1]
    with connection.cursor() as cursor:
        # What has been written must be checked before a table can be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        if table in GUARDED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement)


def test_whole_data_are_passed_in_silence():
    assert verify() == []


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE payments_ledgerentry SET amount_vnd = 1 WHERE sequence = 1", "fit its chain"),
        ("UPDATE payments_ledgerentry SET reference = 'x' WHERE sequence = 2", "fit its chain"),
        ("DELETE FROM payments_ledgerentry WHERE sequence = 2", "fit its chain"),
        ("UPDATE dossiers_obligation SET settled_vnd = 99999", "in the books"),
        ("UPDATE payments_payment SET amount_vnd = 90000", "booked"),
        ("UPDATE dossiers_dossierevent SET data = '{}' WHERE sequence = 2", "fit its chain"),
        ("UPDATE dossiers_dossier SET state = 'STOPPED', resume_state = ''", "events say"),
        (
            "UPDATE dossiers_step SET closed_at = now(), outcome = 'DONE' WHERE closed_at IS NULL",
            "open steps",
        ),
        ("GRANT UPDATE ON payments_ledgerentry TO portal_app", "may UPDATE"),
    ],
)
def test_each_corruption_is_found(statement, words):
    corrupt(statement)

    assert any(words in line for line in verify()), verify()
