"""
The database connection: one alias, two roles.

The owner role (`DATABASE_OWNER_URL`, `portal_owner`) owns every table and migrates. The
application role (`DATABASE_URL`, `portal_app`) is what web, worker and beat connect as. It may
read and write everything by default privilege (granted before each `migrate` by
`portal.core.roles`), except what a migration has taken away again: UPDATE and DELETE on the event
tables. A mistake or an intruder in the application cannot rewrite history, because the server
refuses it, not the code.

Which of the two is used is said by `PORTAL_DATABASE_ROLE` (`app` unless set); `manage.py` sets
`owner` for the commands that change the schema. There is no second alias: routers, transactions
and tests see the plain `default`.

Tests create, migrate and truncate as the owner, and everything in between runs as the
application role through Django's `assume_role` option (see tests/conftest.py).
"""

from typing import Any, Final

from environ import Env

APP: Final = "app"
OWNER: Final = "owner"

# Milliseconds by kind of process. A page that takes five seconds has failed already; a worker may
# count for longer; a person at a command line or a migration decides for themselves.
STATEMENT_TIMEOUT: Final = {"web": 5_000, "worker": 300_000, "beat": 300_000, "manage": 0}
LOCK_TIMEOUT: Final = 2_000
IDLE_IN_TRANSACTION_TIMEOUT: Final = 15_000


def database(env: Env, *, role: str, process: str) -> dict[str, Any]:
    """Return the Django settings of the connection that `process` makes as `role`."""
    variable = "DATABASE_OWNER_URL" if role == OWNER else "DATABASE_URL"
    config: dict[str, Any] = env.db_url(variable)
    limits = {
        "statement_timeout": STATEMENT_TIMEOUT[process],
        "lock_timeout": LOCK_TIMEOUT,
        "idle_in_transaction_session_timeout": 0 if role == OWNER else IDLE_IN_TRANSACTION_TIMEOUT,
    }
    # Merged, not replaced: the URL of a unix socket carries its folder here, as `?host=/path`.
    config["OPTIONS"] = {
        "connect_timeout": 3,
        "tcp_user_timeout": 5_000,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        **config.get("OPTIONS", {}),
    }
    config["ATOMIC_REQUESTS"] = False
    config["CONN_HEALTH_CHECKS"] = True
    config["CONN_MAX_AGE"] = 300
    return config
