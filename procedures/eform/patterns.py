"""
Patterns that an answer must match as a whole.

Only by RE2, whose time grows with the length of the answer and nothing else: an editor's pattern,
or one that came with an imported file, can never hold a worker. No backtracking engine reads one,
neither here nor in a browser.
"""

from functools import lru_cache
from typing import Final

import re2
from django.utils.translation import gettext as _

MAX_PATTERN: Final = 300
# Bytes for one compiled pattern: enough for `\p{L}{2,30}`, and little enough to keep some.
MAX_MEMORY: Final = 1 << 20
KEPT: Final = 64
TOO_BIG: Final = ("too large", "repetition size", "too big", "mem")


class PatternError(ValueError):
    """A pattern that cannot be used; `sentence` says what to mend."""

    def __init__(self, sentence: str) -> None:
        """Keep the sentence for the editor's page."""
        super().__init__(sentence)
        self.sentence = sentence


def require_pattern(pattern: str) -> None:
    """
    Refuse a pattern that RE2 does not take, or that would need too much memory.

    :raises PatternError: with what to mend.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(_("Mẫu dài quá %(limit)d ký tự; rút gọn lại.") % {"limit": MAX_PATTERN})
    try:
        _compiled(pattern)
    except UnicodeEncodeError:
        raise PatternError(_("Mẫu có ký tự không dùng được.")) from None
    except re2.error as error:
        raise PatternError(_explain(error)) from None


def matches(pattern: str, text: str) -> bool:
    """Say whether a whole text follows a pattern that `require_pattern` has approved."""
    return _compiled(pattern).fullmatch(text.encode()) is not None


@lru_cache(maxsize=KEPT)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.never_capture = True
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def _explain(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    words = detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
    if any(sign in words for sign in TOO_BIG):
        return _(
            "Mẫu này cần quá nhiều bộ nhớ. Dùng + hoặc * thay cho số lần lặp lớn; độ dài đã có mục "
            "riêng."
        )
    return _(
        "Mẫu không dùng được (%(detail)s). Không có tham chiếu ngược và nhìn trước, nhìn sau."
    ) % {"detail": words[:120]}
