"""Who a procedure is for: the many spellings of the record as a small closed set."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from portal.core.text import fold
from procedures.enums import Subject

_BRACKETS: Final = re.compile(r"\([^()]*(?:\)|$)")
# What stands for each, by its folded words; the words of one may follow those of another.
_WORDS: Final = (
    (Subject.OVERSEAS, ("dinh cu o nuoc ngoai", "kieu bao", "viet kieu")),
    (Subject.FOREIGNER, ("nguoi nuoc ngoai", "nguoi khong quoc tich")),
    (Subject.OFFICIAL, ("can bo", "cong chuc", "vien chuc", "si quan", "quan nhan")),
    (Subject.BUSINESS, ("doanh nghiep", "cong ty", "ho kinh doanh", "thuong nhan")),
    (Subject.COOPERATIVE, ("hop tac xa", "htx", "to hop tac")),
    (Subject.ORGANISATION, ("to chuc", "co quan", "don vi")),
    (Subject.PERSON, ("cong dan", "ca nhan", "ho gia dinh", "nguoi dan", "dang vien")),
)


def read_subjects(written: Iterable[str] | None) -> frozenset[str]:
    """Return the subjects that the words of a content name; words that name none are left out."""
    return _read(tuple(written or ()))


@lru_cache(maxsize=2048)
def _read(written: tuple[str, ...]) -> frozenset[str]:
    found = set()
    for line in written:
        if ")" in line and "(" not in line:
            # The rest of a bracket that was cut at its comma: "(không bao gồm …, HTX)".
            continue
        # What stands in brackets is mostly whom the words leave out.
        text = f" {fold(_BRACKETS.sub(' ', line))} "
        found |= {subject.value for subject, words in _WORDS if any(one in text for one in words)}
    return frozenset(found)
