"""Addresses that secrets may be sent to."""

from typing import Final
from urllib.parse import urlsplit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def is_safe_url(url: str) -> bool:
    """Tell whether a secret may go there: over TLS, or without leaving this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)
