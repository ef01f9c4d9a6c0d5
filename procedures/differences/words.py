"""How one difference is said: a thing added, taken away, or changed from this into that."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, TypeVar

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

T = TypeVar("T")
# Longer than this, a text is told by the sentences that came and went.
_SHORT: Final = 160
_QUOTED: Final = 300
# A text of more sentences than this is compared no further than that it has changed.
_MOST_SENTENCES: Final = 400
_SENTENCE: Final = re.compile(r"(?<=[.;:!?])\s+|\n+")


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence, and whether something came, went, or is another now."""

    kind: Kind
    sentence: str


@dataclass(frozen=True, slots=True)
class PartChanges:
    """What changed in one part of a revision, never empty."""

    label: StrOrPromise
    changes: tuple[Change, ...]


def quoted(text: str) -> str:
    """Return a text between quotes, cut where it would fill the page."""
    return f"“{Truncator(' '.join(text.split())).chars(_QUOTED)}”"


def added(what: StrOrPromise, text: str = "") -> Change:
    return Change(Kind.ADDED, _("Thêm %s.") % _named(what, text))


def removed(what: StrOrPromise, text: str = "") -> Change:
    return Change(Kind.REMOVED, _("Bỏ %s.") % _named(what, text))


def became(what: StrOrPromise, old: str, new: str) -> Change:
    """Say that a value is another now; an empty one was not given."""
    if not old:
        return Change(Kind.ADDED, _("%(what)s: thêm %(new)s.") % {"what": what, "new": quoted(new)})
    if not new:
        return Change(Kind.REMOVED, _("%(what)s: bỏ %(old)s.") % {"what": what, "old": quoted(old)})
    words = {"what": what, "old": quoted(old), "new": quoted(new)}
    return Change(Kind.CHANGED, _("%(what)s: %(old)s thành %(new)s.") % words)


def text_changes(what: StrOrPromise, old: str, new: str) -> Iterator[Change]:
    """Tell a text's difference: short ones whole, long ones by their sentences."""
    if old.split() == new.split():
        return
    if max(len(old), len(new)) <= _SHORT or not old or not new:
        yield became(what, old, new)
        return
    before, after = _sentences(old), _sentences(new)
    if max(len(before), len(after)) > _MOST_SENTENCES:
        yield Change(Kind.CHANGED, _("%s: nội dung dài đã được viết lại.") % what)
        return
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield became(what, " ".join(before[i1:i2]), " ".join(after[j1:j2]))


def list_changes(what: StrOrPromise, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Tell which entries of a plain list came and went, or that only their order changed."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    yield from (removed(what, one) for one in gone)
    yield from (added(what, one) for one in come)
    if not gone and not come and list(old) != list(new):
        yield Change(Kind.CHANGED, _("Đổi thứ tự %s.") % what)


def matched(
    old: Iterable[T], new: Iterable[T], *, key: Callable[[T], str]
) -> tuple[list[T], list[T], list[tuple[T, T]]]:
    """Return what went, what came, and what stayed as (before, now), all by their stable keys."""
    before: Mapping[str, T] = {key(one): one for one in old}
    after: Mapping[str, T] = {key(one): one for one in new}
    return (
        [one for name, one in before.items() if name not in after],
        [one for name, one in after.items() if name not in before],
        [(before[name], one) for name, one in after.items() if name in before],
    )


def is_reordered(old: Iterable[str], new: Iterable[str]) -> bool:
    """Tell whether the keys that both sides have stand in another order."""
    before, after = list(old), list(new)
    common = set(before) & set(after)
    return [one for one in before if one in common] != [one for one in after if one in common]


def _named(what: StrOrPromise, text: str) -> str:
    return f"{what} {quoted(text)}" if text else str(what)


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE.split(text) if one.strip()]
