"""
The environment as settings read it: a value, or the name of a file that holds it.

`SECRET_KEY_FILE=/run/secrets/secret_key` stands for `SECRET_KEY`: what is in a file is not shown
by `docker inspect`, nor inherited by a child process, nor printed with a crash.
"""

from urllib.parse import urlsplit

from environ import Env
from environ.fileaware_mapping import FileAwareMapping


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, as a content security policy names them."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class _Values(FileAwareMapping):  # type: ignore[misc]  # not typed
    def __getitem__(self, key: str) -> str:
        # The line break that every editor and every `echo` leaves at the end is no part of a key.
        value: str = super().__getitem__(key)
        return value.strip() if self.env.get(f"{key}_FILE") else value


class SecretFileEnv(Env):  # type: ignore[misc]  # not typed
    """Read `NAME`, or the file that `NAME_FILE` names."""

    ENVIRON = _Values()
