"""How gunicorn serves the portal: gunicorn --config deploy/gunicorn.conf.py portal.wsgi."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from portal.core.logging import json_logging  # noqa: E402

chdir = str(ROOT)
bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "3"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Code is read once and shared; no connection is opened before the fork.
preload_app = True

# A request that takes this long has failed for the person who waits; the worker is ended.
timeout = 20
# On SIGTERM: what has begun may end.
graceful_timeout = 30
keepalive = 5
# Whatever leaks, leaks for two thousand requests; not all workers leave at once.
max_requests = 2000
max_requests_jitter = 200

# Files larger than memory go through the proxy's buffer; the heartbeat file must not touch a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
limit_request_line = 8190
limit_request_fields = 60
control_socket_disable = True

# Requests are noted by portal.core.middleware, by route: gunicorn knows only addresses, in which
# codes and queries stand.
accesslog = None
errorlog = "-"
logconfig_dict = json_logging(os.environ.get("LOG_LEVEL", "INFO"))
