"""Keep bytes under a random key through Django's default storage, whole or not at all."""

import contextlib
import hashlib
import os
import re
import secrets
from pathlib import Path
from typing import Final

from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

KEY: Final = re.compile(r"\Akept/[0-9a-f]{2}/[0-9a-f]{40}\Z")


class StorageUnavailable(Exception):
    """The file could not be written whole (disk full, storage away); nothing of it was kept."""


class FileDamaged(Exception):
    """A kept file is missing or no longer what was stored."""


def store_bytes(data: bytes) -> str:
    """
    Keep `data` and return its random key; what was written is read back and compared.

    :raises StorageUnavailable: when it could not be kept; no part of it stays behind.
    """
    token = secrets.token_hex(20)
    key = f"kept/{token[:2]}/{token}"
    kept = key
    try:
        kept = default_storage.save(key, ContentFile(data))
        _flush(kept)
        intact = _sha256(kept) == hashlib.sha256(data).hexdigest()
    except OSError as error:
        _discard(key, kept)
        raise StorageUnavailable(str(error)) from error
    if not intact or kept != key:
        _discard(key, kept)
        raise StorageUnavailable("what was written is not what was sent")
    return key


def open_stored(key: str) -> File[bytes]:
    """
    Return the kept file, open for reading.

    :raises FileDamaged: when the key is not one of ours, or nothing is kept under it.
    """
    if not KEY.match(key):
        raise FileDamaged("not a storage key")
    try:
        return default_storage.open(key, "rb")
    except FileNotFoundError as error:
        raise FileDamaged(key) from error


def read_stored(key: str, *, sha256: str) -> bytes:
    """
    Return the kept bytes after comparing them with the hash noted when they came.

    :raises FileDamaged: when they are missing or have changed.
    """
    with open_stored(key) as file:
        data: bytes = file.read()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise FileDamaged(key)
    return data


def delete_stored(key: str) -> None:
    """Remove a kept file; a missing one is as good as removed."""
    if KEY.match(key):
        default_storage.delete(key)


def _flush(key: str) -> None:
    """Make a local file survive a power cut; other storages answer for themselves."""
    try:
        path = default_storage.path(key)
    except NotImplementedError:
        return
    with Path(path).open("rb") as file:
        os.fsync(file.fileno())


def _sha256(key: str) -> str:
    with default_storage.open(key, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def _discard(*keys: str) -> None:
    for key in set(keys):
        with contextlib.suppress(OSError):
            default_storage.delete(key)
