"""Why a procedure was found, in words."""

from difflib import SequenceMatcher
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from procedures.models import Revision
from procedures.search import Match, Question
from procedures.vocabulary import plain

NAME_LENGTH: Final = 140


def why_found(question: Question, match: Match, revision: Revision, *, field: str) -> str:
    """Say which words of a procedure answered, "" for an empty question."""
    if match == Match.ALL:
        return ""
    names = [name for name in (revision.everyday_name, revision.name) if name]
    if match == Match.ALIKE:
        nearest = max([*names, *revision.keywords], key=lambda words: _likeness(question, words))
        return _("Gần giống với “%s”") % Truncator(nearest).chars(NAME_LENGTH)
    if any(question.phrase in plain(name) for name in names):
        return _("Khớp với tên thủ tục")
    keyword = next((one for one in revision.keywords if question.phrase in plain(one)), "")
    if keyword:
        return _("Người dân cũng gọi là “%s”") % keyword
    if question.phrase in plain(field):
        return _("Thuộc lĩnh vực %s") % field
    return _("Có đủ các từ đã gõ")


def _likeness(question: Question, words: str) -> float:
    return SequenceMatcher(None, question.phrase, plain(words)).ratio()
