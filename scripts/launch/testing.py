"""The tests: what they need beyond Python packages, then pytest on the services of their own."""

import os
import shutil
import sys
from collections.abc import Sequence

from scripts.launch.environment import ROOT, apt_install, ensure_pango, say

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main(arguments: Sequence[str]) -> None:
    """Become pytest; the arguments are its own, and without any everything runs on every core."""
    ensure_pango()
    if not any(shutil.which(name) for name in BROWSERS):
        # Without one the browser tests would be skipped, and a green run would say too much.
        apt_install("chromium", why="chạy kiểm thử trên trình duyệt")
    os.chdir(ROOT)
    say("Chạy kiểm thử…")
    # A file stays in one process, which has its own PostgreSQL and Valkey (tests.embedded).
    # Files are begun in the order of tests.conftest, not by how many tests they hold.
    whole = ["-n", str(os.cpu_count() or 1), "--dist", "loadfile", "--no-loadscope-reorder"]
    chosen = list(arguments) or whole
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *chosen])  # noqa: S606
