"""The second factor of tracking: a one-time code to a phone or e-mail of the dossier itself."""

from datetime import datetime

from django.views.decorators.debug import sensitive_variables

from accounts.enums import CodePurpose
from accounts.limits import Bucket
from accounts.services import codes, limits, watch
from dossiers.models import Dossier
from dossiers.selectors.proved import find_proved


def ask_for_code(*, code: str, contact: str, session: str, client: str, at: datetime) -> None:
    """
    Send a code if the contact stands on that dossier; otherwise do all the same, and send nothing.

    The contact is typed, never offered: who only holds a code, which anyone can count up, learns no
    digit of a phone and makes no stranger's phone ring.

    :raises limits.TooManyRequests: if this client tries many, or this contact was sent too many.
    """
    try:
        limits.require(Bucket.TRACK_ADDRESS, client, at=at)
    except limits.TooManyRequests:
        watch.note_enumeration(client, at=at)
        raise
    by_email = "@" in contact
    codes.send_code(
        purpose=CodePurpose.TRACK,
        phone="" if by_email else contact,
        email=contact if by_email else "",
        session=session,
        client=client,
        at=at,
        really=find_proved(code=code, contact=contact, at=at) is not None,
    )


@sensitive_variables("typed")
def prove(
    *, code: str, contact: str, typed: str, session: str, client: str, at: datetime
) -> Dossier:
    """
    Use up the one-time code and return the dossier that it opens.

    :raises codes.CodeRefused: if the code is wrong or no longer alive.
    :raises limits.TooManyRequests: after a run of wrong codes.
    """
    try:
        limits.require(Bucket.TRACK_PROOF, code, contact, at=at)
    except limits.TooManyRequests:
        watch.note_enumeration(client, at=at)
        raise
    check = codes.check_code(
        purpose=CodePurpose.TRACK,
        phone="" if "@" in contact else contact,
        email=contact,
        session=session,
        code=typed,
        at=at,
    )
    if check is not codes.CodeCheck.WRONG:
        # Nothing was guessed at: a dead code costs nobody a try.
        limits.forgive(Bucket.TRACK_PROOF, code, contact, at=at)
    if check is not codes.CodeCheck.RIGHT:
        raise codes.CodeRefused(check)
    # The code belongs to the contact, not to a dossier: whose it is is asked again.
    dossier = find_proved(code=code, contact=contact, at=at)
    if dossier is None:
        raise codes.CodeRefused(codes.CodeCheck.DEAD)
    return dossier
