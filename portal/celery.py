"""
The Celery application: the web processes only publish wake-ups, workers and beat run them.

Nothing that must happen lives in the broker alone. Every task is a wake-up for rows in the
database, and beat sweeps those rows, so that a lost or late message delays and never loses.
"""

import logging
import os
from logging.config import dictConfig
from pathlib import Path
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect  # type: ignore[untyped-decorator]
def configure_logging(**_options: Any) -> None:
    """Log as the web processes do; Celery's own handlers would print what exceptions say."""
    from django.conf import settings  # noqa: PLC0415  (not before the settings are named)

    dictConfig(settings.LOGGING)
    logging.captureWarnings(True)


@signals.beat_init.connect  # type: ignore[untyped-decorator]
@signals.heartbeat_sent.connect  # type: ignore[untyped-decorator]
@signals.after_task_publish.connect  # type: ignore[untyped-decorator]
def note_alive(**_options: Any) -> None:
    """
    Touch the file that deploy/healthcheck.py looks at.

    A worker's heart beats every two seconds as long as it reaches the broker; beat publishes one
    task or another every thirty.
    """
    path = os.environ.get("PORTAL_ALIVE_FILE")
    if path:
        Path(path).touch()
