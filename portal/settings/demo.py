"""
The embedded demo: what `scripts/demo` starts, with simulated providers and made-up people.

Every value comes from the file `env` that the launcher writes into its state folder.
"""

import os

if "SECRET_KEY" not in os.environ:
    message = (
        "Chưa có biến môi trường của bản trình diễn. Chạy scripts/demo trước, rồi: "
        "set -a; . var/env; set +a"
    )
    raise SystemExit(message)

from portal.settings.base import *

DEMO = True
ALLOWED_HOSTS = ["127.0.0.1", "localhost", *ALLOWED_HOSTS]
