"""
Health of one container, from inside: python deploy/healthcheck.py web | worker | beat.

Ends with 0 or 1. Standard library only, so that it starts in milliseconds.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

PATIENCE_SECONDS = 4
# Beat publishes something every thirty seconds at the latest, a worker's heart beats every two.
SILENT_SECONDS = 120


def web_answers() -> bool:
    """Say whether this container's web process answers; what is behind it is not its fault."""
    host, _, port = os.environ.get("WEB_BIND", "127.0.0.1:8000").rpartition(":")
    connection = http.client.HTTPConnection(
        "127.0.0.1" if host in {"", "0.0.0.0"} else host,  # noqa: S104
        int(port),
        timeout=PATIENCE_SECONDS,
    )
    asked_for = urlsplit(os.environ.get("BASE_URL", "")).hostname or "localhost"
    try:
        connection.request("GET", "/healthz", headers={"Host": asked_for})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_alive() -> bool:
    """Say whether the process has touched its file lately (portal.celery.note_alive)."""
    try:
        touched = Path(os.environ["PORTAL_ALIVE_FILE"]).stat().st_mtime
    except (KeyError, OSError):
        return False
    return time.time() - touched < SILENT_SECONDS


def main() -> None:
    kind = sys.argv[1] if len(sys.argv) > 1 else "web"
    is_well = web_answers() if kind == "web" else is_alive()
    raise SystemExit(0 if is_well else 1)


if __name__ == "__main__":
    main()
