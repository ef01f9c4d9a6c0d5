"""Identity numbers at rest: sealed with AES-256-GCM, found again by a keyed hash."""

import base64
import binascii
import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.views.decorators.debug import sensitive_variables

# A sealed value is: version, length of the key id, key id, nonce, ciphertext with its tag.
_VERSION: Final = 1
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class Unreadable(ValueError):
    """A sealed value is damaged, forged, or sealed with a key that is not configured."""


@sensitive_variables("text", "key")
def seal(text: str) -> bytes:
    """Encrypt `text` with the current key, which is the first of IDENTITY_KEYS."""
    key_id, key = _current_key()
    nonce = os.urandom(_NONCE_BYTES)
    header = _header(key_id)
    return header + nonce + AESGCM(key).encrypt(nonce, text.encode(), header)


@sensitive_variables("key")
def unseal(sealed: bytes | bytearray | memoryview) -> str:
    """
    Decrypt what `seal` made, also with an older key that is still configured.

    :raises Unreadable: if no configured key opens it.
    """
    sealed = bytes(sealed)
    key_id = sealed_with(sealed)
    encoded = settings.IDENTITY_KEYS.get(key_id)
    if encoded is None:
        raise Unreadable(f"Sealed with a key that is not configured: {key_id}")
    key = _key(key_id, encoded)
    header = _header(key_id)
    nonce = sealed[len(header) : len(header) + _NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[len(header) + _NONCE_BYTES :], header).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable("The sealed value is damaged or forged.") from error


def sealed_with(sealed: bytes | bytearray | memoryview) -> str:
    """
    Return the id of the key that sealed a value.

    :raises Unreadable: if it is not a sealed value at all.
    """
    sealed = bytes(sealed)
    if len(sealed) < 2 or sealed[0] != _VERSION:
        raise Unreadable("Not a sealed value.")
    key_id = sealed[2 : 2 + sealed[1]]
    if not key_id or not key_id.isascii():
        raise Unreadable("Not a sealed value.")
    return key_id.decode()


def needs_resealing(sealed: bytes | bytearray | memoryview) -> bool:
    """Tell whether a value was sealed with a key older than the current one."""
    return sealed_with(sealed) != _current_key()[0]


@sensitive_variables("text")
def keyed_hash(text: str, *, domain: str = "identity-number") -> str:
    """Return the hash by which a sealed value is searched; each domain has hashes of its own."""
    return _hash(domain, text)


@sensitive_variables("code")
def one_time_hash(code: str, *, context: str) -> str:
    """Return the hash of a one-time code, good only for `context` (purpose, address, session)."""
    return _hash("one-time-code", context, code)


def _hash(*parts: str) -> str:
    # Each part carries its length, so that no two lists of parts make the same bytes.
    encoded = [part.encode() for part in parts]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    return hmac.new(_hash_key(), message, hashlib.sha256).hexdigest()


def _header(key_id: str) -> bytes:
    encoded = key_id.encode("ascii")
    return bytes([_VERSION, len(encoded)]) + encoded


def _current_key() -> tuple[str, bytes]:
    if not settings.IDENTITY_KEYS:
        raise ImproperlyConfigured("IDENTITY_KEYS names no key.")
    key_id, encoded = next(iter(settings.IDENTITY_KEYS.items()))
    if not (0 < len(key_id) < 256 and key_id.isascii()):
        raise ImproperlyConfigured("IDENTITY_KEYS: a key id is 1 to 255 plain characters.")
    return key_id, _key(key_id, encoded)


def _key(key_id: str, encoded: str) -> bytes:
    key = _decoded(f"IDENTITY_KEYS[{key_id}]", encoded)
    if len(key) != _KEY_BYTES:
        raise ImproperlyConfigured(f"IDENTITY_KEYS[{key_id}] must be 32 bytes in base64.")
    return key


def _hash_key() -> bytes:
    key = _decoded("IDENTITY_HASH_KEY", settings.IDENTITY_HASH_KEY)
    if len(key) < _KEY_BYTES:
        raise ImproperlyConfigured("IDENTITY_HASH_KEY must be at least 32 bytes in base64.")
    return key


def _decoded(setting: str, encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        # `from None`: the error would carry the key into a log.
        raise ImproperlyConfigured(f"{setting} is not base64.") from None
