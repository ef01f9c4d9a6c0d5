"""The project: settings and wiring on top, the shared ground (core, notices) below."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
