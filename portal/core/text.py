"""Vietnamese text: folding for search, order for lists, plain letters for text messages."""

import unicodedata
from collections.abc import Container
from typing import Final

from django.utils.text import slugify

# Three different capitals look like Đ; old fonts and keyboards produce all of them.
_D_LOOKALIKES: Final = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d", "Đ": "D", "Ð": "D", "Ɖ": "D"})

_ALPHABET: Final = {
    letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
}
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_LETTER_MARKS: Final = {"\u0302", "\u0306", "\u031b"}  # â, ă, ơ: other letters, not accents

_GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED: Final = frozenset("^{}\\[~]|€\f")
# Some networks drop a whole message for one of these.
_SMS_REFUSED: Final = frozenset("%#&[]{}\\<@")
_SMS_PLAIN: Final = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "`": "'",
        "–": "-", "—": "-", "−": "-", "‑": "-", "…": "...", "•": "-", "·": "-", "₫": "d", "×": "x",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Return `text` as search compares it: lower case, no diacritics, đ as d, single spaces."""
    return _squeeze(_unaccent(_squeeze(text).lower()))


def normalise_name(text: str) -> str:
    """Return a name as it is stored: composed letters, single spaces, nothing invisible."""
    return _squeeze(text)


def initials(name: str) -> str:
    """Return the initials of a name: "N.V.A" for "Nguyễn Văn A"."""
    return ".".join(word[0].upper() for word in _squeeze(name).split(" ") if word)


def new_slug(name: str, *, taken: Container[str], plain: str, letters: int = 48) -> str:
    """
    Return a slug made from a name, unlike those taken.

    :param plain: what it is where no letter of the name can stand in a slug.
    :param letters: how many of the name it takes; a number may follow.
    """
    stem = slugify(fold(name))[:letters].strip("-") or plain
    slug, number = stem, 2
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def whole_number(text: str) -> int | None:
    """Return a number of at most nine ASCII digits, None for anything else that may be sent."""
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    return int(text) if is_number else None


def sort_key(text: str) -> str:
    """
    Return a key that sorts as the Vietnamese alphabet does: letters first, tones where equal.

    The key is made of hexadecimal digits only, so every database collation orders it alike.
    """
    letters: list[str] = []
    tones: list[str] = []
    for character in _squeeze(text).lower():
        letter, tone = _letter_and_tone(character)
        letters.append(_place(letter))
        tones.append(str(tone))
    return "".join(letters) + "00" + "".join(tones).rstrip("0")


def sms_text(text: str) -> str:
    """Return `text` in the plain letters of a one-price text message, refused signs removed."""
    plain = _unaccent(_squeeze(text).translate(_SMS_PLAIN))
    allowed = (_GSM_BASIC | _GSM_EXTENDED) - _SMS_REFUSED
    return _squeeze("".join(character for character in plain if character in allowed))


def sms_parts(text: str) -> int:
    """Count the messages that a network will bill for `text`; an empty text has none."""
    text = unicodedata.normalize("NFC", text)
    if all(character in _GSM_BASIC or character in _GSM_EXTENDED for character in text):
        costs = [2 if character in _GSM_EXTENDED else 1 for character in text]
        return _count_parts(costs, alone=160, joined=153)
    # UCS-2 is billed by UTF-16 units: characters outside the basic plane cost two.
    costs = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _count_parts(costs, alone=70, joined=67)


def _count_parts(costs: list[int], *, alone: int, joined: int) -> int:
    if sum(costs) <= alone:
        return 1 if costs else 0
    parts, room = 1, joined
    for cost in costs:
        # A two-unit character is never cut: it moves whole into the next part.
        if cost > room:
            parts, room = parts + 1, joined
        room -= cost
    return parts


def _squeeze(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if unicodedata.category(c) != "Cf")
    # Taking out a joiner may bring a letter and its accent together.
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def _unaccent(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return unicodedata.normalize("NFC", bare.translate(_D_LOOKALIKES))


def _letter_and_tone(character: str) -> tuple[str, int]:
    decomposed = unicodedata.normalize("NFD", character)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), 0)
    kept = [c for c in decomposed if c in _LETTER_MARKS or unicodedata.category(c) != "Mn"]
    letter = unicodedata.normalize("NFC", "".join(kept))
    if letter in "ðɖ":
        return "đ", tone
    return letter if letter in _ALPHABET else kept[0] if kept else "", tone


def _place(letter: str) -> str:
    if letter == " ":
        return "01"
    if letter in _ALPHABET:
        return f"{0x20 + _ALPHABET[letter]:02x}"
    if letter and letter in "0123456789":
        return f"1{letter}"
    return f"02{ord(letter):06x}" if letter else ""
