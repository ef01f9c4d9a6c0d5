"""
Tests: real PostgreSQL and Valkey (started by tests.embedded), fast hashing, plain static files.

Every value has a default here, so that tools that only import the settings (mypy, makemigrations)
need no environment.
"""

import os
import tempfile

_DEFAULTS = {
    "SECRET_KEY": "test-only-secret-key-that-opens-nothing-at-all",
    "BASE_URL": "http://testserver",
    "DATABASE_URL": "postgres://portal_app@127.0.0.1:1/portal",
    "DATABASE_OWNER_URL": "postgres://portal_owner@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1",
    "IDENTITY_KEYS": "t2:dGVzdC1vbmx5LWlkZW50aXR5LWtleS1udW1iZXItMDI=,"
    "t1:dGVzdC1vbmx5LWlkZW50aXR5LWtleS1udW1iZXItMDE=",
    "IDENTITY_HASH_KEY": "dGVzdC1vbmx5LWlkZW50aXR5LWhhc2gta2V5LTAwMDE=",
    "FILE_ROOT": f"{tempfile.gettempdir()}/portal-test-files-{os.getpid()}",
}
for _name, _value in _DEFAULTS.items():
    os.environ.setdefault(_name, _value)
# The test database is made, migrated and truncated by the owner; tests.embedded then makes every
# connection assume the application's role.
os.environ["PORTAL_DATABASE_ROLE"] = "owner"

from portal.settings.base import *  # noqa: E402

ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# One address and a few accounts ask for everything here; tests/security/test_pace.py turns it on.
REQUEST_LIMITS = False
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True

# Two cores shared with a browser: a slow machine must not look like a lock that was never freed.
DATABASES["default"]["OPTIONS"]["options"] = (
    "-c statement_timeout=60000 -c lock_timeout=20000 -c idle_in_transaction_session_timeout=120000"
)
DATABASES["default"]["CONN_MAX_AGE"] = 0

SMS_API_URL = "http://127.0.0.1:1/sms"
LOGGING |= {"root": {"handlers": ["console"], "level": "WARNING"}}
