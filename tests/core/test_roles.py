import threading

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import Unit

pytestmark = pytest.mark.django_db


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_tests_have_the_rights_of_the_application():
    assert role() == "portal_app"


@pytest.mark.django_db(transaction=True)
def test_a_thread_has_the_rights_of_the_application_too():
    roles = []

    def look() -> None:
        roles.append(role())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert roles == ["portal_app"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE ghi_chu (id int)",
        f"TRUNCATE {Unit._meta.db_table} CASCADE",
        f"ALTER TABLE {Unit._meta.db_table} DISABLE TRIGGER ALL",
        f"DROP TABLE {Unit._meta.db_table} CASCADE",
    ],
)
def test_the_application_may_not_change_the_schema(statement):
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_application_may_read_and_write_ordinary_tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('portal_app', %s, 'SELECT, INSERT, UPDATE, DELETE')",
            [Unit._meta.db_table],
        )
        assert cursor.fetchone() == (True,)


def test_the_owner_is_another(as_database_owner):
    assert role() == "portal_owner"
