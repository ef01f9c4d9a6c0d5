"""Codes of an authenticator app (RFC 6238): six digits, a new one every thirty seconds."""

import secrets
from datetime import datetime
from typing import Final

import pyotp
from django.views.decorators.debug import sensitive_variables

STEP_SECONDS: Final = 30
# One step either way: the clock of a phone, or a slow thumb.
TOLERANCE: Final = 1


def new_secret() -> str:
    """Return 160 random bits in base32, as authenticator apps take them."""
    return pyotp.random_base32(32)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


@sensitive_variables("secret")
def code_of(secret: str, step: int) -> str:
    return pyotp.TOTP(secret).generate_otp(step)


@sensitive_variables("secret", "code")
def matching_step(secret: str, code: str, *, at: datetime) -> int | None:
    """Return the step whose code this is, None if it belongs to no step near `at`."""
    now = step_of(at)
    found = None
    # Every step is compared, so that the time taken does not tell which one it was.
    for step in range(now - TOLERANCE, now + TOLERANCE + 1):
        if secrets.compare_digest(code_of(secret, step).encode(), code.encode()):
            found = step
    return found


@sensitive_variables("secret")
def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return what the QR code of an enrolment says."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)
