"""
The Celery application: the web processes only publish wake-ups, workers and beat run them.

Nothing that must happen lives in the broker alone. Every task is a wake-up for rows in the
database, and beat sweeps those rows, so that a lost or late message delays and never loses.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.demo")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
