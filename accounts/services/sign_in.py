"""Signing in: which account a name and a password mean. Sessions are the views' business."""

from datetime import datetime
from typing import Final, Literal

from django.contrib.auth.hashers import make_password
from django.db.models import Case, When
from django.views.decorators.debug import sensitive_variables

from accounts.enums import IdentityLevel
from accounts.limits import Bucket
from accounts.models import User
from accounts.services import limits, watch
from accounts.services.papers import identity_hashes
from portal.core.identity import (
    InvalidIdentityNumber,
    InvalidPhone,
    clean_identity_number,
    clean_phone,
)

# So many accounts of one name are tried, proven and older ones first: each costs a slow hash.
MOST_CANDIDATES: Final = 8

Asks = Literal["identity_number", "phone", "email"]

_PROVEN: Final = (IdentityLevel.SEEN, IdentityLevel.EID)


class WrongCredentials(Exception):
    """No usable account has this name and password; which of the two is wrong is not said."""


class AccountMerged(Exception):
    """The password is right, but staff have merged this account into another one."""


class StillSeveral(Exception):
    """Name and password mean several accounts; another answer tells them apart."""

    def __init__(self, *, user_ids: list[int], asks: Asks) -> None:
        super().__init__(asks)
        self.user_ids = user_ids
        self.asks = asks


@sensitive_variables("password")
def sign_in_citizen(*, name: str, password: str, client: str, at: datetime) -> User:
    """
    Return the citizen whom an identity or passport number, phone or e-mail and a password mean.

    :raises WrongCredentials: if there is none.
    :raises AccountMerged: if the only such account was merged into another.
    :raises StillSeveral: if the password does not tell the accounts apart.
    :raises TooManyRequests: after too many failures.
    """
    _count_try(name, client, at=at)
    candidates = _citizens_named(name)
    if not candidates:
        _spend_a_hash(password)
    matching = [user for user in candidates if user.check_password(password)]
    if not matching:
        watch.note_wrong_sign_in(name, candidates, at=at)
        raise WrongCredentials
    _forgive_try(name, client, at=at)
    living = [user for user in matching if user.merged_into_id is None]
    if not living:
        raise AccountMerged
    if len(living) > 1:
        raise StillSeveral(user_ids=[user.pk for user in living], asks=_other_answer(name, living))
    return living[0]


def choose_account(
    *, user_ids: list[int], asks: str, answer: str, client: str, at: datetime
) -> User:
    """
    Return the one of several accounts, whose password was right, that has this number.

    :raises WrongCredentials: if none of them has, or more than one.
    :raises TooManyRequests: after too many failures.
    """
    name = f"choice of {min(user_ids, default=0)}"
    _count_try(name, client, at=at)
    candidates = User.objects.citizens().usable().filter(pk__in=user_ids)
    if asks == "phone":
        proven = candidates.filter(phone_verified_at__isnull=False)
        found: list[User] = list(proven.filter(phone=limits.normalise(answer)))
    elif asks == "email":
        found = list(candidates.proven_by_email(limits.normalise(answer)))
    else:
        found = list(candidates.filter(identity_hash__in=identity_hashes(answer)))
    if len(found) != 1:
        raise WrongCredentials
    _forgive_try(name, client, at=at)
    return found[0]


@sensitive_variables("password")
def confirm_password(*, user: User, password: str, client: str, at: datetime) -> None:
    """
    Make sure that who is signed in knows the account's password, before something weighty.

    :raises WrongCredentials: if not.
    :raises TooManyRequests: after too many failures.
    """
    name = f"confirm {user.pk}"
    _count_try(name, client, at=at)
    if not user.check_password(password):
        raise WrongCredentials
    _forgive_try(name, client, at=at)


@sensitive_variables("password")
def sign_in_staff(*, username: str, password: str, client: str, at: datetime) -> User:
    """
    Return the member of staff with this sign-in name and password.

    :raises WrongCredentials: if there is none.
    :raises TooManyRequests: after too many failures.
    """
    name = f"staff {username}"
    _count_try(name, client, at=at)
    found: User | None = (
        User.objects.staff().usable().filter(username=username.strip().lower()).first()
    )
    if found is None:
        _spend_a_hash(password)
    if found is None or not found.check_password(password):
        watch.note_wrong_sign_in(name, [found] if found else [], at=at)
        raise WrongCredentials
    _forgive_try(name, client, at=at)
    return found


@sensitive_variables("password")
def _spend_a_hash(password: str) -> None:
    """Take as long as a real check, so that the clock does not say whether a name is known."""
    make_password(password)


def _citizens_named(name: str) -> list[User]:
    # Merged ones too: who still uses their password is told which account is left.
    citizens = User.objects.citizens().filter(is_active=True)
    confirmed_first = Case(When(email_verified_at__isnull=False, then=0), default=1)
    proven_first = Case(When(identity_level__in=_PROVEN, then=0), default=1)
    order: list[Case | str] = [proven_first, "pk"]
    phone = _phone(name)
    if "@" in name:
        named = citizens.filter(email=limits.normalise(name))
        # Strangers may have written an address that is not theirs: its owner comes first.
        order.insert(0, confirmed_first)
    elif phone and not _is_identity_number(name):
        named = citizens.filter(phone=phone, phone_verified_at__isnull=False)
    else:
        named = citizens.filter(identity_hash__in=identity_hashes(name))
    living_first = Case(When(merged_into__isnull=True, then=0), default=1)
    return list(named.order_by(living_first, *order)[:MOST_CANDIDATES])


def _other_answer(name: str, matching: list[User]) -> Asks:
    """Return what tells apart those who share what was typed."""
    if "@" in name or (_phone(name) and not _is_identity_number(name)):
        return "identity_number"
    return "phone" if all(user.phone_verified_at for user in matching) else "email"


def _phone(name: str) -> str:
    try:
        return clean_phone(name)
    except InvalidPhone:
        return ""


def _is_identity_number(name: str) -> bool:
    try:
        clean_identity_number(name)
    except InvalidIdentityNumber:
        return False
    return True


def _count_try(name: str, client: str, *, at: datetime) -> None:
    # Counted before the password is looked at, or parallel guesses would all come before the
    # first count; a success is taken back.
    try:
        limits.require(Bucket.SIGN_IN_ADDRESS, client, at=at)
    except limits.TooManyRequests:
        watch.note_refused_address(client, at=at)
        raise
    limits.require(Bucket.SIGN_IN, name, client, at=at)


def _forgive_try(name: str, client: str, *, at: datetime) -> None:
    limits.forgive(Bucket.SIGN_IN_ADDRESS, client, at=at)
    limits.forgive(Bucket.SIGN_IN, name, client, at=at)
