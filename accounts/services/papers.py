"""The number that somebody types to say who they are: of an identity card or of a passport."""

from portal.core.crypto import keyed_hash
from portal.core.identity import InvalidIdentityNumber, clean_identity_number
from portal.core.passports import InvalidPassport, clean_passport, passport_hashes


def identity_hashes(number: str) -> list[str]:
    """Return the hashes under which a number may be kept, none for what is no such number."""
    try:
        return [keyed_hash(clean_identity_number(number))]
    except InvalidIdentityNumber:
        pass
    try:
        return passport_hashes(clean_passport(number))
    except InvalidPassport:
        return []
