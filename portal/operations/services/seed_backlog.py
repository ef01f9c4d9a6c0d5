"""
The long tail of the demonstration: what came in over the last four months, most of it finished.

Made by rule from the residents' file, always the same: nothing here is stored, so that a run that
was cut off finds the very histories that it began.
"""

from collections.abc import Iterator
from functools import cache
from itertools import cycle
from typing import Any, Final

from portal.operations import demo_data
from portal.operations.services.seed_stories import (
    BIRTH,
    BUSINESS,
    CONFIRMING,
    FISHING,
    LABOUR,
    LEGAL_AID,
    OFFICES,
    STATUS,
    VEHICLE,
    WEDDING,
    Story,
    first_stories,
    make_story,
)

HOW_MANY: Final = 300
# The latest of the communes' tail is older than the oldest of the first stories there: a day's
# numbers follow the time of day also though the tail is made later.
_YOUNGEST, _OLDEST = 22, 84
# Of a hundred at a commune, spread as one sees them: most are done, some ended otherwise.
_PATHS: Final = (
    *("returned",) * 7,
    "answered-returned",
    *("returned",) * 4,
    "refused",
    *("returned",) * 3,
    "withdrawn",
    "returned",
    "denied",
    *("returned",) * 3,
    "stopped",
)
_SHORT: Final = ("returned", "returned", "returned", "refused", "returned", "withdrawn")
_DEPARTMENT_PATHS: Final = (
    *(("returned", day) for day in range(14, 80, 5)),
    ("refused", 33),
    ("withdrawn", 27),
    ("stopped", 41),
    ("denied", 52),
)
# Eight: two of one day, sixty-three rows apart, are never of the same minute.
_CLOCKS: Final = ("07:50", "08:05", "08:20", "08:35", "08:50", "09:10", "09:25", "09:45")
_WAYS: Final = ("", "online", "online", "post", "")
_TRADES: Final = (
    ("Tạp hóa", "4711", 80),
    ("Quán ăn", "5610", 60),
    ("Cà phê", "5630", 90),
    ("Tiệm may", "1410", 40),
    ("Sửa xe", "9521", 55),
    ("Nông sản", "4620", 110),
    ("Nhà nghỉ", "5510", 260),
    ("Vật liệu xây dựng", "4752", 320),
)
_BOYS: Final = ("Minh Khang", "Gia Bảo", "Đức Minh", "Hoàng Nam", "Tuấn Khải", "Nhật Minh")
_GIRLS: Final = ("Bảo Ngọc", "Khánh Chi", "An Nhiên", "Tường Vy", "Minh Thư", "Gia Hân")


@cache
def all_stories() -> tuple[Story, ...]:
    """Return every history: the first ones, then the tail, up to three hundred."""
    first = first_stories()
    tail = _tail(start=len(first) + 1)
    return (*first, *(next(tail) for _ in range(HOW_MANY - len(first))))


def _tail(*, start: int) -> Iterator[Story]:
    number = start
    departments = _department_rows()
    communes = cycle(("songtranh", "songtranh", "binhlam", "songtranh", "binhlam"))
    rows = {key: _commune_rows(key) for key in OFFICES}
    while True:
        # A department's after every third of a commune's, as long as there are some.
        row = next(departments, None) if number % 4 == 0 else None
        if row is None:
            commune = next(communes)
            row = (commune, next(rows[commune]))
        yield make_story(number, *row)
        number += 1


def _residents(commune: str) -> list[dict[str, Any]]:
    place = {"songtranh": "phường Sông Tranh", "binhlam": "xã Bình Lâm"}[commune]
    # Those of the second half of the file appear in no first story.
    return [one for one in demo_data.load_residents()[36:] if place in one["address"]]


def _commune_rows(commune: str) -> Iterator[tuple[str, ...]]:
    people = _residents(commune)
    parents = [one for one in people if one["partner"]]
    singles = [one for one in people if not one["partner"]]
    kinds = cycle((BIRTH, STATUS, BUSINESS, BIRTH, CONFIRMING, STATUS, BUSINESS, CONFIRMING))
    pairs = iter(list(zip(singles[::2], singles[1::2], strict=False)))
    owners, lone = cycle(parents), cycle(singles)
    paths, short, ways = cycle(_PATHS), cycle(_SHORT), cycle(_WAYS)
    for number, procedure in enumerate(kinds):
        when = _when(number)
        pair = next(pairs, None) if number % 9 == 4 else None
        if pair:
            yield (WEDDING, pair[0]["key"], "returned", when, pair[1]["key"], "copies=1")
        elif procedure == BIRTH:
            owner, path = next(owners), next(short)
            yield (BIRTH, owner["key"], path, when, _child(owner, number), next(ways))
        elif procedure == STATUS:
            owner = next(lone if number % 2 else owners)
            purpose = ("vay_von", "mua_ban_nha_dat")[number % 3 == 0]
            yield (STATUS, owner["key"], next(paths), when, purpose, next(ways))
        elif procedure == BUSINESS:
            owner = next(owners)
            trade, code, millions = _TRADES[number % len(_TRADES)]
            given = owner["full_name"].split()[-1]
            detail = f"{trade} {given} {number}|{code}|{millions}"
            more = "vnpay" if number % 3 else ""
            yield (BUSINESS, owner["key"], next(paths), when, detail, more)
        else:
            more = f"{next(ways)} {'' if number % 4 == 3 else 'vnpay'}"
            # Paid at filing: a refusal here would leave the accountant money of months ago.
            path = next(short).replace("refused", "returned")
            yield (CONFIRMING, next(owners)["key"], path, when, str(number), more)


def _child(parent: dict[str, Any], number: int) -> str:
    is_boy = number % 2 == 0
    given = (_BOYS if is_boy else _GIRLS)[number // 2 % 6]
    surname = parent["full_name"].split()[0]
    # Some come after the sixty days.
    days = 70 + number % 40 if number % 11 == 7 else 5 + number % 45
    return f"{surname} {given}|{'nam' if is_boy else 'nu'}|{days}"


def _when(number: int) -> str:
    # 37 and the span have no common divisor: every day comes up before one comes again.
    day = _YOUNGEST + number * 37 % (_OLDEST - _YOUNGEST + 1)
    return f"{day}d {_CLOCKS[number % len(_CLOCKS)]}"


def _department_rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    people = cycle(_residents("songtranh")[::3] + _residents("binhlam")[1::3])
    rows = (
        ("so-noi-vu", LABOUR),
        ("so-tu-phap", LEGAL_AID),
        ("so-xay-dung", VEHICLE),
        ("so-nong-nghiep-moi-truong", FISHING),
    )
    for turn, (path, day) in enumerate(_DEPARTMENT_PATHS):
        for position, (agency, procedure) in enumerate(rows):
            number = turn * len(rows) + position
            when = f"{day + position}d {_CLOCKS[number % len(_CLOCKS)]}"
            yield agency, (procedure, next(people)["key"], path, when, str(number % 3), "")
