"""
The rights of the application's database role on tables that the owner is about to create.

Only default privileges are granted, never privileges on existing tables: a migration that takes
UPDATE and DELETE on an event table away is not undone by the next `migrate`.
"""

from django.apps import AppConfig
from django.conf import settings
from django.db import connections

GRANTS = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)


def grant_defaults(*, sender: AppConfig, using: str, **_: object) -> None:
    """Let the application's role use every table that this migration will create."""
    # The signal comes once per app that has models; one of them is enough.
    if sender.label != "contenttypes":
        return
    connection = connections[using]
    role = connection.ops.quote_name(settings.DATABASE_APP_ROLE)
    with connection.cursor() as cursor:
        for statement in GRANTS:
            grant = statement.format(role=role)
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public {grant}")
