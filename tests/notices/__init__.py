"""Tests of the outbox; NOW is the moment at which they all take place."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
