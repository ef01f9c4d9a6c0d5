"""
Building the image: static files are gathered without a secret, a database or a broker.

What it would need to serve is missing on purpose: nothing that starts with these settings answers.
"""

import os
import secrets

for _name in ("SECRET_KEY", "IDENTITY_HASH_KEY"):
    os.environ[_name] = secrets.token_urlsafe(32)
os.environ |= {
    "IDENTITY_KEYS": "",
    "BASE_URL": "https://build.invalid",
    "DATABASE_URL": "postgres://nobody@build.invalid/none",
    "REDIS_URL": "redis://build.invalid",
    "FILE_ROOT": "/nonexistent",
}

from portal.settings.base import *  # noqa: E402

ALLOWED_HOSTS = []
DATABASES = {}
