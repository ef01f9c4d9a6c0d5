"""
Pytest plugin: a PostgreSQL and a Valkey of the test run's own, from before Django's settings load
until the run ends.

It never uses a database that the environment happens to name, so that tests cannot reach a real
one; `PORTAL_TEST_SERVICES=external` says that the environment's services are meant for tests;
their owner role may then set session_replication_role.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from scripts.launch import services

RUNNING: list[services.Running] = []


def _start() -> None:
    home = Path(tempfile.mkdtemp(prefix="portal-test-"))
    atexit.register(_stop, home)
    home.chmod(0o755)
    sockets, log = home / "pg", home / "log"
    log.mkdir()
    RUNNING.append(
        services.start_postgres(
            sockets / "data", sockets=sockets, log=log / "postgres.log", durable=False
        )
    )
    services.prepare_roles(sockets, create_databases=True)
    services.prepare_database(sockets)
    with services.superuser(sockets) as connection:
        # To put back rows as they were, without their triggers (tests.factories.snapshots).
        connection.execute(
            f"GRANT SET ON PARAMETER session_replication_role TO {services.OWNER_ROLE}"
        )
    socket = home / "valkey" / "socket"
    RUNNING.append(
        services.start_valkey(home / "valkey", socket=socket, log=log / "valkey.log", durable=False)
    )
    os.environ["DATABASE_URL"] = services.database_url(sockets, services.APP_ROLE)
    os.environ["DATABASE_OWNER_URL"] = services.database_url(sockets, services.OWNER_ROLE)
    os.environ["REDIS_URL"] = f"unix://{socket}"
    os.environ["FILE_ROOT"] = str(home / "files")


def _stop(home: Path) -> None:
    while RUNNING:
        RUNNING.pop().stop()
    shutil.rmtree(home, ignore_errors=True)


if os.environ.get("PORTAL_TEST_SERVICES") != "external":
    _start()
