"""
What was looked for in vain, counted by day so that no person can be read from it.

The words stand in the database only once they have come on several days; until then a keyed hash
does. Each process gathers for a while and writes many at once: a page that is only read writes
next to nothing, and a flood is cut off.
"""

import threading
from datetime import date, timedelta
from itertools import pairwise
from time import monotonic
from typing import Any, Final

from django.db import connection

from portal.core.crypto import keyed_hash
from procedures.models import SearchMiss
from procedures.search import Question

COMMON_ON: Final = 3
KEPT: Final = timedelta(days=90)
_MOST_WORDS: Final = 8
_LONGEST: Final = 12
_MOST_GATHERED: Final = 100
_MOST_ROWS: Final = 20_000
_EVERY_SECONDS: Final = 30.0
# Who begins a short question so gives a name, and names are not collected.
_FAMILY_NAMES: Final = frozenset(
    """
    nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh truong trinh mai
    dao luong lam doan phung quach thach son kim chau
    """.split()  # noqa: SIM905 -- words, not a list of them, are what somebody will edit
)

# One row a phrase: a day counts once, the words come with the day that makes them common.
_COUNT: Final = """
    WITH come AS (
        SELECT * FROM unnest(%(keys)s::text[], %(words)s::text[], %(alike)s::bool[],
            %(times)s::int[]) AS one(key_hash, words, is_alike, times)
    )
    INSERT INTO procedures_searchmiss AS known
        (key_hash, words, is_alike, days, times, first_day, last_day)
    SELECT key_hash, '', is_alike, 1, times, %(day)s, %(day)s
    FROM come
    WHERE (SELECT count(*) FROM procedures_searchmiss) < %(most)s
        OR EXISTS (SELECT FROM procedures_searchmiss m WHERE m.key_hash = come.key_hash)
    ORDER BY key_hash
    ON CONFLICT (key_hash) DO UPDATE SET
        days = known.days + (known.last_day < excluded.last_day)::int,
        times = known.times + excluded.times,
        is_alike = excluded.is_alike,
        last_day = greatest(known.last_day, excluded.last_day),
        words = CASE
            WHEN known.days + (known.last_day < excluded.last_day)::int >= %(common)s
            THEN (SELECT come.words FROM come WHERE come.key_hash = excluded.key_hash)
            ELSE ''
        END
"""

_lock = threading.Lock()
_gathered: dict[tuple[str, bool], int] = {}
_day: date | None = None
_written: float | None = None


def note(question: Question, *, is_alike: bool, on: date) -> None:
    """Count a question that found nothing, or only what looks alike; write now and then."""
    global _day, _written  # noqa: PLW0603 -- one a process
    words = telling_words(question)
    if words:
        with _lock:
            if _day is not None and _day != on:
                _gathered.clear()
            _day = on
            if len(_gathered) < _MOST_GATHERED or (words, is_alike) in _gathered:
                _gathered[words, is_alike] = _gathered.get((words, is_alike), 0) + 1
    if _written is None:
        _written = monotonic()
    elif _gathered and monotonic() - _written > _EVERY_SECONDS:
        write()


def write() -> None:
    """Write what this process has gathered (one statement, none if there is nothing)."""
    global _written  # noqa: PLW0603 -- one a process
    with _lock:
        gathered, day = dict(_gathered), _day
        _gathered.clear()
        _written = monotonic()
    by_words: dict[str, tuple[bool, int]] = {}
    for (words, is_alike), times in gathered.items():
        by_words[words] = (is_alike, by_words.get(words, (False, 0))[1] + times)
    if not by_words:
        return
    values: dict[str, Any] = {
        "keys": [keyed_hash(words, domain="search-miss") for words in by_words],
        "words": list(by_words),
        "alike": [is_alike for is_alike, _times in by_words.values()],
        "times": [times for _is_alike, times in by_words.values()],
        "day": day,
        "most": _MOST_ROWS,
        "common": COMMON_ON,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)


def telling_words(question: Question) -> str:
    """
    Return what may be counted of a question, "" if nothing may.

    A number, a code, an address of mail, a text of many words, and what may be a name are
    personal: such a question is not counted at all.
    """
    words = question.all_words
    if not words or len(words) > _MOST_WORDS or "@" in question.typed:
        return ""
    if any(not word.isascii() or not word.isalpha() or len(word) > _LONGEST for word in words):
        return ""
    if _may_be_a_name(question, words):
        return ""
    return " ".join(words)


def _may_be_a_name(question: Question, words: tuple[str, ...]) -> bool:
    if len(words) < 2:
        return False
    if words[0] in _FAMILY_NAMES and len(words) <= 4:
        return True
    # "giấy của Trần Thị Hoa": two capitals in a row after the first word are a name.
    typed = question.typed.split()[1:]
    capital = [word[:1].isupper() and not word.isupper() for word in typed]
    return any(one and two for one, two in pairwise(capital))


def forget_old(*, on: date) -> int:
    """Delete what has not come for 90 days, and return how many there were."""
    deleted, _by_model = SearchMiss.objects.filter(last_day__lt=on - KEPT).delete()
    return deleted


def start_anew() -> None:
    """Forget what this process has gathered, as a new one does."""
    global _day, _written
    with _lock:
        _gathered.clear()
        _day, _written = None, None
