"""The robot check: a small proof of work, solved by the page itself, good once."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.limits import Bucket
from accounts.services import limits

LIFETIME: Final = timedelta(minutes=20)
# Half of this many hashes on average: some tenths of a second on a desktop, a few on an old phone.
MAX_NUMBER: Final = 50_000
_LONGEST_PAYLOAD: Final = 2_000


class Challenge(TypedDict):
    algorithm: str
    challenge: str
    maxnumber: int
    salt: str
    signature: str


def new_challenge(*, client: str, at: datetime) -> Challenge:
    """
    Return a new challenge for a page to solve.

    :raises TooManyRequests: if this client asks for too many.
    """
    limits.require(Bucket.ROBOT_CHALLENGE, client, at=at)
    made = altcha.create_challenge(
        altcha.ChallengeOptions(
            algorithm="SHA-256", max_number=MAX_NUMBER, hmac_key=_key(), expires=at + LIFETIME
        )
    )
    return Challenge(
        algorithm=made.algorithm,
        challenge=made.challenge,
        maxnumber=made.max_number,
        salt=made.salt,
        signature=made.signature,
    )


def verify(*, payload: str, at: datetime) -> bool:
    """Return whether `payload` solves a challenge of ours that is neither too old nor used."""
    if not payload or len(payload) > _LONGEST_PAYLOAD:
        return False
    try:
        read = json.loads(base64.b64decode(payload, validate=True))
        expires = int(altcha.extract_params(read)["expires"][0])
        # The clock of this library cannot be handed in, so its expiry check is done here.
        solved, _reason = altcha.verify_solution(read, _key(), check_expires=False)
        signature = str(read["signature"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    if not solved or at.timestamp() >= expires:
        return False
    until = datetime.fromtimestamp(expires, tz=UTC)
    return limits.claim_once("robot-used", value=signature, until=until)


def _key() -> str:
    return salted_hmac("robot-check", "challenge", secret=settings.ROBOT_CHECK_KEY).hexdigest()
