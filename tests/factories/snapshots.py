"""
Rows that many tests begin with: made once by the portal's own services, then put back as copies.

The demonstration's catalogue takes seconds to publish and milliseconds to copy. What is copied is
exactly what the services left, history included, as one process of the run made it.
"""

from collections.abc import Callable

from django.db import connection, transaction
from psycopg import sql

# What migrations fill, and no test's rows.
_DJANGOS = ("django_", "auth_")

_kept: dict[str, dict[str, bytes]] = {}


def once(name: str, make: Callable[[], object]) -> None:
    """Fill an empty database as `make` does: by it the first time, then by copies of its rows."""
    kept = _kept.get(name)
    if kept is None:
        is_empty = not _filled(_tables())
        make()
        if is_empty:
            _kept[name] = _take()
    elif _filled(list(kept)):
        make()
    else:
        _put_back(kept)


def _tables() -> list[str]:
    names = connection.introspection.table_names()
    return [name for name in names if not name.startswith(_DJANGOS)]


def _filled(tables: list[str]) -> bool:
    exists = (sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(one)) for one in tables)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {}").format(sql.SQL(" OR ").join(exists)))
        return bool(cursor.fetchone()[0])


def _take() -> dict[str, bytes]:
    copies = {}
    with connection.cursor() as cursor:
        for table in _tables():
            statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
            with cursor.copy(statement) as rows:
                if taken := b"".join(rows):
                    copies[table] = taken
    return copies


def _put_back(copies: dict[str, bytes]) -> None:
    # The rows have been through every trigger and check already: as a replica they are only
    # stored. This is for the owner, and only tests.embedded lets it.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("SET session_replication_role = replica")
        for table, rows in copies.items():
            statement = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
            with cursor.copy(statement) as copy:
                copy.write(rows)
        cursor.execute("SET session_replication_role = origin")
        connection._configure_role(connection.connection)
