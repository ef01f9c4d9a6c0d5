"""Daily seals over everything that nobody may change, and the command that names what broke."""

# ruff: noqa: S608 -- statements over tables that the test itself names.
import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Unit
from accounts.services import watch
from dossiers.enums import DossierState
from dossiers.models import DossierAccess
from dossiers.services import accesses
from portal.operations.models import AuditDigest
from portal.operations.services import digests
from portal.operations.tasks import seal_audit
from tests.factories.dossiers import MONDAY_9AM, dossier_at, office
from tests.factories.payments import cash_received, configure, payable

pytestmark = pytest.mark.django_db

NIGHT = MONDAY_9AM.replace(hour=0, minute=30) + timedelta(days=1)
LEDGER, EVENTS = "payments_ledgerentry", "dossiers_dossierevent"
LOOKS, SECURITY = "dossiers_dossieraccess", "accounts_securityevent"


@pytest.fixture
def world(settings, as_database_owner):
    """A day with three looks, security events, versions, events and a booked sum, then sealed."""
    configure(settings)
    with time_machine.travel(MONDAY_9AM, tick=False):
        place = office()
        dossier = dossier_at(DossierState.DECIDED, place=place)
        cash_received(payable(place), place, at=MONDAY_9AM + timedelta(hours=2))
    roles = list(place.clerk.staff_roles.select_related("unit"))
    for minutes in (0, 15, 30):
        at = MONDAY_9AM + timedelta(minutes=minutes)
        accesses.record_look(dossier, place.clerk, roles, at=at)
        watch.note_sign_in(place.clerk, at=at)
    # The database's own clock dates versions: they are of today, so the seal is of today as well.
    versions = digests.Source(Unit.events.rel.related_model, "pgh_created_at")
    newest = versions.model.objects.latest("pgh_id").pgh_created_at
    at = max(newest + timedelta(days=1, hours=1), NIGHT)
    digests.seal_due(at=at)
    return at


def verify(at):
    errors = StringIO()
    with time_machine.travel(at, tick=False):
        try:
            call_command("verify_audit", stdout=StringIO(), stderr=errors)
        except CommandError:
            return errors.getvalue().splitlines()
    return []


def as_somebody_with_a_tool(table, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def second_of(table, key="id"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} OFFSET 1 LIMIT 2")
        return [row[0] for row in cursor.fetchall()]


def test_whole_records_are_passed_and_every_table_is_sealed(world):
    assert verify(world) == []
    sealed = dict(AuditDigest.objects.values_list("table", "count"))
    assert set(sealed) == {source.table for source in digests.sources()}
    assert {LEDGER, EVENTS, LOOKS, SECURITY, "accounts_unitevent", "procedures_offerevent"} <= set(
        sealed
    )
    assert (sealed[LOOKS], sealed[SECURITY]) == (3, 3)


@pytest.mark.parametrize(
    ("table", "key", "change"),
    [
        (LOOKS, "id", "role = 'LEADER'"),
        (SECURITY, "id", "kind = 'registered'"),
        (EVENTS, "id", "data = '{}'"),
        ("accounts_unitevent", "pgh_id", "name = 'x'"),
        ("accounts_userevent", "pgh_id", "is_active = false"),
        ("procedures_revisionevent", "pgh_id", "name = 'x'"),
        (LEDGER, "id", "amount_vnd = 1"),
    ],
)
def test_a_changed_row_is_named(world, table, key, change):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max({key}) FROM {table}")
        [row] = cursor.fetchone()
    as_somebody_with_a_tool(table, f"UPDATE {table} SET {change} WHERE {key} = %s", row)

    lines = verify(world)
    assert any(line.startswith(f"{table} id={row} day=") for line in lines), lines


@pytest.mark.parametrize("table", [LOOKS, SECURITY, EVENTS])
def test_a_deleted_row_is_named(world, table):
    row, _third = second_of(table)
    as_somebody_with_a_tool(table, f"DELETE FROM {table} WHERE id = %s", row)

    assert any(f"{table} id={row} " in line and "deleted" in line for line in verify(world))


def test_two_rows_that_changed_places_are_named(world):
    one, two = second_of(LOOKS)
    as_somebody_with_a_tool(LOOKS, f"UPDATE {LOOKS} SET id = -1 WHERE id = %s", one)
    as_somebody_with_a_tool(LOOKS, f"UPDATE {LOOKS} SET id = %s WHERE id = %s", one, two)
    as_somebody_with_a_tool(LOOKS, f"UPDATE {LOOKS} SET id = %s WHERE id = -1", two)

    lines = verify(world)
    assert any(line.startswith(f"{LOOKS} id={one} ") and "changed" in line for line in lines), lines


def test_a_row_put_in_afterwards_is_named(world):
    row, _third = second_of(LOOKS)
    as_somebody_with_a_tool(LOOKS, f"DELETE FROM {LOOKS} WHERE id = %s", row)
    digest = AuditDigest.objects.get(table=LOOKS)
    leaves = bytes(digest.leaves)
    kept = leaves[:24] + leaves[48:]
    as_somebody_with_a_tool(
        "operations_auditdigest",
        "UPDATE operations_auditdigest SET leaves = %s WHERE id = %s",
        kept,
        digest.pk,
    )

    assert any("operations_auditdigest" in line and "chain" in line for line in verify(world))


def test_a_seal_that_is_gone_and_a_day_without_one_are_named(world):
    first = AuditDigest.objects.order_by("sequence").first()
    late = verify(world + timedelta(days=4))
    as_somebody_with_a_tool(
        "operations_auditdigest",
        "DELETE FROM operations_auditdigest WHERE id = %s",
        first.pk,
    )

    assert any("never sealed" in line for line in late), late
    assert any("does not fit its chain" in line for line in verify(world))


def test_sealing_twice_changes_nothing_and_later_days_follow(world):
    before = AuditDigest.objects.count()

    assert digests.seal_due(at=world) == []
    assert len(digests.seal_due(at=world + timedelta(days=2))) == 2
    assert AuditDigest.objects.count() == 3 * before
    assert verify(world + timedelta(days=2)) == []


def test_a_row_that_bears_an_earlier_moment_belongs_to_the_next_seal(world):
    watch.note_sign_in(dossier_at(DossierState.SUBMITTED, place=office("b")).owner, at=MONDAY_9AM)

    assert verify(world) == []
    digests.seal_due(at=world + timedelta(days=1))
    assert AuditDigest.objects.filter(table=SECURITY).latest("sequence").count == 1


def test_copies_outside_tell_what_was_rewritten_inside(world, settings, tmp_path):
    settings.AUDIT_DIGEST_DIR = str(tmp_path / "seals")
    [path] = digests.copy_out()
    copied = json.loads(path.read_text())

    assert digests.copy_out() == []
    assert (verify(world), len(copied)) == ([], AuditDigest.objects.count())

    # All of it rewritten in the database, hashes and all: the chain holds, the copy does not.
    row, _third = second_of(LOOKS)
    as_somebody_with_a_tool(LOOKS, f"UPDATE {LOOKS} SET role = '' WHERE id = %s", row)
    day = AuditDigest.objects.first().day
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE operations_auditdigest DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM operations_auditdigest")
    digests.seal_due(at=world)
    lines = verify(world)

    assert lines == [
        f"operations_auditdigest id=None day={day}: the seals are not those of the copy"
    ]


def test_the_task_seals_and_is_on_the_clock(settings, tmp_path):
    settings.AUDIT_DIGEST_DIR = str(tmp_path)
    with time_machine.travel(NIGHT, tick=False):
        seal_audit()
        seal_audit()

    assert AuditDigest.objects.count() == len(digests.sources())
    assert [path.name for path in tmp_path.iterdir()] == ["2026-03-02.json"]
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "portal.operations.tasks.seal_audit" in tasks


def test_what_has_not_settled_is_not_sealed_yet():
    assert digests.seal_due(at=NIGHT.replace(minute=5)) == [MONDAY_9AM.date() - timedelta(days=1)]


def test_the_application_may_neither_change_nor_delete_a_seal():
    digests.seal_due(at=NIGHT)

    for change in (
        lambda: AuditDigest.objects.update(count=0),
        lambda: AuditDigest.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            change()
    assert not DossierAccess.objects.exists()


def test_a_right_that_was_granted_is_named(world):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE ON {LOOKS} TO portal_app")

    assert any("may UPDATE" in line for line in verify(world))
