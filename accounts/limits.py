"""How often anything may be tried: the one table of limits. Pure data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Bucket(StrEnum):
    """What is counted; the comment says what each is counted by."""

    SIGN_IN = "sign-in"  # what was typed as sign-in name, client address; failures only
    SIGN_IN_ADDRESS = "sign-in-address"  # client address; failures only
    SIGN_IN_RUN = "sign-in-run"  # what was typed as sign-in name, any address; noted, not refused
    REFUSED = "refused"  # account: pages of others' dossiers asked for; noted, not refused
    EID_ADDRESS = "eid-address"  # client address: how often somebody is led to the sign-on
    STEP_UP = "step-up"  # account, client address; wrong passwords of who is signed in
    COUNTER_LOOKUP = "counter-lookup"  # clerk who looks for the account of who stands there
    CODE_SEND = "code-send"  # phone, over all accounts, sessions and purposes
    CODE_SEND_ADDRESS = "code-send-address"  # client address
    CODE_SEND_ALL = "code-send-all"  # nothing: what the whole portal may spend
    CODE_VERIFY = "code-verify"  # phone, over all sessions
    REGISTER = "register"  # phone
    REGISTER_ADDRESS = "register-address"  # client address
    RESET = "reset"  # phone
    RESET_ADDRESS = "reset-address"  # client address
    TRACK_ADDRESS = "track-address"  # client address
    TRACK_PROOF = "track-proof"  # dossier code, phone or e-mail named for it; wrong codes only
    FORGOT_CODE = "forgot-code"  # phone
    FORGOT_CODE_ADDRESS = "forgot-code-address"  # client address
    DRAFT_CREATE = "draft-create"  # citizen
    SUBMIT = "submit"  # citizen
    SUBMIT_PROCEDURE = "submit-procedure"  # citizen, procedure
    SECOND_FACTOR = "second-factor"  # account, whose password was right; failures only
    SECOND_FACTOR_ADDRESS = "second-factor-address"  # client address; failures only
    ROBOT_CHALLENGE = "robot-challenge"  # client address
    SUBMIT_ORGANISATION = "submit-organisation"  # organisation, whoever files for it
    REQUESTS_CITIZEN = "requests-citizen"  # account: private pages and what is posted there
    REQUESTS_STAFF = "requests-staff"  # account
    REQUESTS_ADDRESS = "requests-address"  # client address that nobody is signed in from
    CODE_SENT = "code-sent"  # nothing: one-time codes by SMS; noted, not refused
    CODE_USED = "code-used"  # nothing: those that were typed; noted, not refused
    GATEWAY_FORGED = "gateway-forged"  # kind of message: badly signed ones that are kept
    GATEWAY_REPEATED = "gateway-repeated"  # kind and text of a signed message: copies kept


# How far above its first threshold an address is refused outright.
FAR: Final = 10
# The counters of a one-stop shop serve a queue of people from one address (CounterNetwork).
COUNTER_FACTOR: Final = 10


@dataclass(frozen=True, slots=True)
class Limit:
    """
    So many times within so long.

    From `checked_after` on whoever asks solves the robot check first, where a page can show it:
    a mobile network gives thousands one address, and nobody is refused for the others. Only at
    `times`, far above, an address is refused.
    """

    times: int
    within: timedelta
    checked_after: int | None = None


def _shared(times: int, within: timedelta) -> Limit:
    """Return the limit of an address that many may share."""
    return Limit(FAR * times, within, checked_after=times)


SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

# Windows stand still (a new one opens every `within` since 1970), so a burst over a border may be
# twice as long. A limit on sign-in never depends on the account alone: a stranger could lock its
# owner out.
POLICY: Final[Mapping[Bucket, tuple[Limit, ...]]] = {
    # The wait grows: whoever goes on failing from one address waits for days, then a month; the
    # owner, from another address, for nothing.
    Bucket.SIGN_IN: (
        Limit(5, MINUTE),
        Limit(50, 12 * HOUR),
        Limit(100, 7 * DAY),
        Limit(150, 30 * DAY),
    ),
    Bucket.SIGN_IN_ADDRESS: (_shared(20, MINUTE),),
    Bucket.SIGN_IN_RUN: (Limit(5, HOUR),),
    Bucket.REFUSED: (Limit(20, MINUTE),),
    # Each may cost a call to the provider; a mobile network shares addresses.
    Bucket.EID_ADDRESS: (Limit(30, MINUTE),),
    Bucket.STEP_UP: (Limit(5, MINUTE), Limit(20, HOUR)),
    Bucket.COUNTER_LOOKUP: (Limit(60, HOUR), Limit(200, DAY)),
    Bucket.CODE_SEND: (Limit(3, 10 * MINUTE), Limit(6, HOUR), Limit(10, DAY)),
    Bucket.CODE_SEND_ADDRESS: (_shared(20, HOUR),),
    Bucket.CODE_SEND_ALL: (Limit(2_000, HOUR),),
    # Ten wrong codes cost a wait of ten minutes at most; how many codes are sent bounds the rest.
    Bucket.CODE_VERIFY: (Limit(10, 10 * MINUTE),),
    Bucket.REGISTER: (Limit(5, HOUR),),
    Bucket.REGISTER_ADDRESS: (_shared(10, HOUR),),
    Bucket.RESET: (Limit(5, HOUR),),
    Bucket.RESET_ADDRESS: (_shared(10, HOUR),),
    Bucket.TRACK_ADDRESS: (_shared(5, MINUTE),),
    Bucket.TRACK_PROOF: (Limit(3, HOUR),),
    Bucket.FORGOT_CODE: (Limit(5, HOUR),),
    Bucket.FORGOT_CODE_ADDRESS: (_shared(10, HOUR),),
    Bucket.DRAFT_CREATE: (Limit(20, HOUR),),
    Bucket.SUBMIT: (Limit(20, DAY),),
    Bucket.SUBMIT_ORGANISATION: (Limit(200, DAY),),
    Bucket.SUBMIT_PROCEDURE: (Limit(5, HOUR),),
    Bucket.REQUESTS_CITIZEN: (Limit(120, MINUTE),),
    Bucket.REQUESTS_STAFF: (Limit(240, MINUTE),),
    Bucket.REQUESTS_ADDRESS: (Limit(600, 5 * MINUTE),),
    # Never refused by: what was usual at this hour is read from these (services/sms_watch.py).
    Bucket.CODE_SENT: (Limit(1_000_000, HOUR),),
    Bucket.CODE_USED: (Limit(1_000_000, HOUR),),
    # By account alone, as only who knows its password comes so far.
    Bucket.SECOND_FACTOR: (Limit(10, 10 * MINUTE), Limit(50, 12 * HOUR)),
    Bucket.SECOND_FACTOR_ADDRESS: (Limit(30, 10 * MINUTE),),
    Bucket.ROBOT_CHALLENGE: (Limit(60, MINUTE),),
    # No caller is refused by these: they only bound what is written down.
    Bucket.GATEWAY_FORGED: (Limit(100, HOUR), Limit(500, DAY)),
    Bucket.GATEWAY_REPEATED: (Limit(50, HOUR),),
}

# So long the counters of these are kept, as their past is asked for.
REMEMBERED: Final[Mapping[Bucket, timedelta]] = {
    Bucket.CODE_SENT: 9 * DAY,
    Bucket.CODE_USED: 9 * DAY,
}

# The breaker against fraud with SMS: from so many times the usual on, and at least so many in an
# hour, nobody is sent a code without the robot check.
USUAL_DAYS: Final = 7
SURGE_FACTOR: Final = 3
SURGE_FLOOR: Final = 100
# Of so many codes at least so large a part is typed, or somebody sends them to phones of nobody.
USED_SHARE: Final = 0.4
USED_FLOOR: Final = 50

# One-time codes.
CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = 5 * MINUTE
CODE_TRIES: Final = 5
CODE_GAP: Final = 30 * SECOND
