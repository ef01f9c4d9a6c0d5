"""Why a procedure was found, in words."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, NamedTuple

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from procedures.naming import NAME_LENGTH
from procedures.search import Match, Question, bare_name
from procedures.vocabulary import load_vocabulary, plain, spoken_phrases

# From this share of its telling words on, a phrase is what the question said in other words.
_SAID_ALIKE: Final = 0.5


class Reason(NamedTuple):
    words: str
    # Some words are there and others are not: it may well be something else.
    is_far: bool = False


def why_found(
    question: Question,
    match: Match,
    *,
    code: str,
    names: Sequence[str],
    keywords: Sequence[str] = (),
    field: str,
) -> Reason:
    """
    Say which words of a procedure answered, nothing for an empty question.

    :param names: the everyday one first, where there is one.
    """
    if match == Match.ALL:
        return Reason("")
    # The record often gives the name itself for a keyword.
    told = [plain(name) for name in names]
    own = {*told, *map(bare_name, names)}
    called = [one for one in (*keywords, *spoken_phrases().get(code, ())) if _plain(one) not in own]
    if match == Match.ALIKE:
        nearest = max([*names, *called], key=lambda words: _likeness(question, words))
        return Reason(_("Gần giống với “%s”") % Truncator(nearest).chars(NAME_LENGTH))
    if any(question.phrase in name for name in told):
        return Reason(_("Khớp với tên thủ tục"))
    if question.phrase in plain(field):
        return Reason(_("Thuộc lĩnh vực %s") % field)
    if phrase := _said_alike(question, called):
        return Reason(_("Người dân cũng gọi là “%s”") % phrase)
    held = set(plain(" ".join([*names, *keywords])).split())
    is_far = not held.issuperset(question.telling_words)
    return Reason(_("Gần với điều đã gõ") if is_far else _("Có đủ các từ đã gõ"), is_far)


def _said_alike(question: Question, phrases: Sequence[str]) -> str:
    """Return the phrase that holds the question, or says the same in other words; "" for none."""
    for phrase in phrases:
        if question.phrase in _plain(phrase):
            return phrase
    nearest = max(phrases, key=lambda words: _common(question, words), default="")
    return nearest if nearest and _common(question, nearest) >= _SAID_ALIKE else ""


def _common(question: Question, words: str) -> float:
    """Return how much of what a phrase tells the question says, too."""
    told = set(_plain(words).split()) - load_vocabulary().weak
    return len(told & set(question.all_words)) / len(told) if len(told) > 1 else 0.0


@lru_cache(maxsize=4_000)
def _plain(phrase: str) -> str:
    """Return the plain words of a phrase, of which the same few come with every list."""
    return plain(phrase)


def _likeness(question: Question, words: str) -> float:
    return SequenceMatcher(None, question.phrase, plain(words)).ratio()
