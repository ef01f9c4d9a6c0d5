"""Passports: what a number looks like, whose it is, and the hash by which it is found."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from portal.core.countries import COUNTRIES
from portal.core.crypto import keyed_hash

_SEPARATORS: Final = re.compile(r"[\s.\-‐‑‒–—/]+")
# Machine-readable passports have nine signs at most; every country's has a digit.
_NUMBER: Final = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,9}")


class InvalidPassport(ValueError):
    """Carries the sentence for the person who typed it, never the number itself."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def clean_passport(text: str) -> str:
    """
    Return a passport number in capitals without separators.

    :raises InvalidPassport: if the text is not such a number.
    """
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    number = _SEPARATORS.sub("", visible).upper()
    if not _NUMBER.fullmatch(number):
        raise InvalidPassport(
            _("Số hộ chiếu gồm 5 đến 9 chữ cái không dấu và chữ số, ghi ở trang có ảnh.")
        )
    return number


def passport_hash(number: str, *, country: str) -> str:
    """Return the hash of a clean number of one country; no identity number has the same."""
    return keyed_hash(f"{country}\x1f{number}", domain="passport")


def passport_hashes(number: str) -> list[str]:
    """Return the hashes of a clean number in every country, for who names none."""
    return [passport_hash(number, country=country) for country in COUNTRIES]
