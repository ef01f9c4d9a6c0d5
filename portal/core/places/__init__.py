"""
The provinces and communes since 01/07/2025, and the names that were used before.

The lists change with a decree, so they ship as two text files, read once into memory (some 6 MB and
0.4 s a process): no page pays a query for an address.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from portal.core.text import fold, sort_key

_FOLDER: Final = Path(__file__).parent
# Longer texts are no name of a place; nobody makes us compare them.
MAX_TEXT: Final = 120
MAX_OFFERED: Final = 20
_CLOSE: Final = 0.8
_KIND: Final = re.compile(
    r"(?:phuong|xa|thi tran|dac khu|quan|huyen dao|huyen|thi xa|thanh pho|tinh)\s+"
    r"|(?:phuong|quan)(?=[0-9])|(?:p|x|tt|q|h|tx|tp|t)(?:\.\s*|\s+|(?=[0-9]))"
)
_SHORT: Final = {"hcm": "79", "tphcm": "79", "tp hcm": "79", "sai gon": "79", "hn": "01"}
_PLACE_WITHIN: Final = re.compile(
    r"\s+(?=(?:quan|huyen|thi xa|thanh pho|tinh|q\.|h\.|tx\.?|tp\.?)\s)"
)


class Candidate(NamedTuple):
    """A commune of today that a typed name may mean, and the former name that led to it or ""."""

    code: str
    name: str
    province: str
    province_name: str
    former: str = ""


@dataclass(frozen=True, slots=True)
class _Former:
    """A commune as it was until 30/06/2025 and those that it lies in now, the main one first."""

    name: str
    district: str
    province: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A candidate beside the former names that led to it, from the smallest to the largest."""

    candidate: Candidate
    former: tuple[str, ...]

    @property
    def own_name(self) -> str:
        return self.former[0] if self.former else self.candidate.name

    @property
    def around(self) -> tuple[str, ...]:
        return (*self.former[1:], self.candidate.name, self.candidate.province_name)


class Gazetteer:
    """All places, found by code, by name, by former name."""

    def __init__(self, units: Iterable[str], former: Iterable[str]) -> None:
        """Read both lists and index the names."""
        self._names: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for line in units:
            code, parent, name = line.split("\t")
            self._names[code] = name
            if parent:
                self._parents[code] = parent
            grouped[parent].append((code, name))
        self._lists = {
            parent: tuple(sorted(rows, key=lambda row: sort_key(_without_kind(row[1]))))
            for parent, rows in grouped.items()
        }
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for code in self._parents:
            self._by_name[_bare(fold(self._names[code]))].append(code)
        self._provinces = {_bare(fold(name)): code for code, name in self._lists[""]}
        self._provinces |= {short: code for short, code in _SHORT.items() if code in self._names}
        self._former: dict[str, list[_Former]] = defaultdict(list)
        self._districts: dict[str, list[_Former]] = defaultdict(list)
        for one in _read_former(former):
            self._former[_bare(fold(one.name))].append(one)
            self._districts[_bare(fold(one.district))].append(one)
            # No province of before was divided: any of its communes leads to the one of today.
            self._provinces.setdefault(_bare(fold(one.province)), self._parents[one.codes[0]])

    def __call__(self, province: str | None) -> Sequence[tuple[str, str]]:
        """Return (code, name) of all provinces, or of the communes of one, in their order."""
        return self._lists.get(province or "", ())

    def province(self, text: str) -> tuple[str, str] | None:
        """Return (code, name) of the province that a code or a name, old or new, means."""
        code = text if text and text in self._lists else self._provinces.get(_bare(_folded(text)))
        return (code, self._names[code]) if code else None

    def suggest(self, text: str, province: str = "") -> list[Candidate]:
        """
        Return what a commune's or district's name may mean, in one province first.

        Names within ("Phường 1, Quận 3") narrow; with `province` the rest of the country is only
        looked at when the province knows no such name; a near miss is offered last.
        """
        folded = _folded(text)
        name, *within = [part for part in (one.strip() for one in folded.split(",")) if part] or [
            ""
        ]
        if not name:
            return []
        found = self._named(name, within)
        if not found and not within:
            name, *within = _PLACE_WITHIN.split(folded)
            found = self._named(name, within)
        mine = [one for one in found if one.province == province]
        return mine or found or self._close(name, province)

    def _named(self, name: str, within: Sequence[str]) -> list[Candidate]:
        bare = _bare(name)
        rows = [_Row(self._candidate(code), ()) for code in self._by_name.get(bare, ())]
        for one in self._former.get(bare, ()):
            former = (one.name, one.district, one.province)
            rows += [_Row(self._candidate(code, former), former) for code in one.codes]
        for one in self._districts.get(bare, ()):
            former_district = (one.district, one.province)
            rows += [
                _Row(self._candidate(code, former_district), former_district) for code in one.codes
            ]
        # Of the very kind that was typed, if there are any: a town is not the district around it.
        rows = [row for row in rows if fold(row.own_name) == name] or rows
        wanted = {_bare(part) for part in within}
        rows = [row for row in rows if wanted <= {_bare(fold(one)) for one in row.around}] or rows
        once: dict[str, Candidate] = {}
        for row in rows:
            once.setdefault(row.candidate.code, row.candidate)
        return list(once.values())

    def _close(self, name: str, province: str) -> list[Candidate]:
        known = {_bare(fold(name)): code for code, name in self._lists.get(province, ())}
        close = get_close_matches(_bare(name), known, n=3, cutoff=_CLOSE) if province else []
        return [self._candidate(known[one]) for one in close]

    def _candidate(self, code: str, former: tuple[str, ...] = ()) -> Candidate:
        province = self._parents[code]
        own = (self._names[code], province, self._names[province])
        return Candidate(code, *own, ", ".join(former))


def national_places() -> Gazetteer:
    """Return the places that ship with the portal; the demonstration has its own province too."""
    return _read(with_made_up=settings.DEMO)


@cache
def _read(*, with_made_up: bool) -> Gazetteer:
    made_up = _lines("demo.tsv") if with_made_up else []
    return Gazetteer([*_lines("units.tsv"), *made_up], _lines("former.tsv"))


def _lines(name: str) -> list[str]:
    return (_FOLDER / name).read_text(encoding="utf-8").splitlines()


def _read_former(lines: Iterable[str]) -> Iterator[_Former]:
    province = district = ""
    for line in lines:
        kind, *cells = line.split("\t")
        if kind == "P":
            province = cells[0]
        elif kind == "D":
            district = cells[0]
        else:
            yield _Former(cells[1], district, province, tuple(cells[2].split(" ")))


def _folded(text: str) -> str:
    return fold(text[:MAX_TEXT])


def _bare(folded: str) -> str:
    """Take the kind off a folded name: "p.1", "phuong 01" and "1" are one."""
    match = _KIND.match(folded)
    rest = folded[match.end() :] if match else folded
    return (rest.lstrip("0") if rest.isdigit() else rest) or folded


def _without_kind(name: str) -> str:
    match = _KIND.match(fold(name))
    # Folding keeps the number of letters of a composed name.
    return name[match.end() :] if match else name
