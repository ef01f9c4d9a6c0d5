"""Fixtures of every test: the application's database role, and what no test may touch."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

# Whole files that take minutes; whatever is begun last, one process ends alone.
_LONG = ("tests/browser/", "tests/operations/", "tests/guardrails/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest files, so that all processes end at about the same time."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """
    Run tests with the rights of the application.

    The database was made and migrated by the owner. From here on every connection, threads'
    included, assumes the application's role; only truncating after a transactional test is done
    by the owner, as no one else may.
    """
    options = connection.settings_dict["OPTIONS"]
    flush = DatabaseOperations.execute_sql_flush

    def flush_as_owner(self: DatabaseOperations, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        try:
            flush(self, sql_list)
        finally:
            self.connection._configure_role(self.connection.connection)

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_as_owner)
        options["assume_role"] = settings.DATABASE_APP_ROLE
        connection.close()
        yield
        del options["assume_role"]
        connection.close()
        with connection.cursor() as cursor:
            # A test that failed keeps its frames, and with them a thread's connection: the
            # database could not be dropped, which would be told as a fault of the last test.
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                # The server's own cleaning is not ours to end, and holds nothing up.
                " AND backend_type = 'client backend'"
            )
        connection.close()


@pytest.fixture
def as_database_owner(db: None) -> Iterator[None]:
    """Give one test the owner's rights, to look at what the application's role is refused."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    yield
    connection._configure_role(connection.connection)
