"""What people say for what the record calls otherwise: shipped with the product, and extended."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from portal.core.text import fold

_FILES: Final = ("everyday.json", "trades.json")
# Letters and digits; the full stop only inside a code such as 1.001193.
_WORD: Final = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Shipped:
    """One saying of the shipped files, as it is written there."""

    said: str
    meant: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Folded: phrases of a mere question, words that tell little, and what sayings mean."""

    asking: re.Pattern[str]
    weak: frozenset[str]
    # Words that may stand inside a saying: "mẹ [tôi mới] mất".
    passed_over: frozenset[str]
    synonyms: dict[str, tuple[str, ...]]
    # How names begin of what is done to something that one has already: "cấp lại", "thu hồi".
    afterwards: re.Pattern[str]
    # Words of sayings and weak ones: no slips, though no procedure may hold them.
    said: frozenset[str] = field(init=False)
    # How many words the longest saying has.
    reach: int = field(init=False)

    def __post_init__(self) -> None:
        words = {word for said in self.synonyms for word in said.split()}
        object.__setattr__(self, "said", frozenset(words | self.weak | self.passed_over))
        longest = max((said.count(" ") for said in self.synonyms), default=0) + 1
        object.__setattr__(self, "reach", longest)

    def meanings(self, words: tuple[str, ...]) -> list[str]:
        """Return what the sayings among some words mean, each once."""
        return list(
            dict.fromkeys(meant for _said, all_meant in self.sayings(words) for meant in all_meant)
        )

    def act_afterwards(self, name: str) -> frozenset[str]:
        """Return the words by which a plain name tells that it is not the first thing to do."""
        found = self.afterwards.match(name)
        return frozenset(found.group(1).split()) if found else frozenset()

    def sayings(self, words: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the sayings among some words, each with what it means."""
        bare = tuple(word for word in words if word not in self.passed_over)
        seen = set()
        for told in dict.fromkeys((words, bare)):
            for start in range(len(told)):
                for end in range(start + 1, min(len(told), start + self.reach) + 1):
                    said = " ".join(told[start:end])
                    if said not in seen and said in self.synonyms:
                        seen.add(said)
                        yield said, self.synonyms[said]


def split_words(text: str) -> Iterator[str]:
    """Yield the folded words of a text."""
    return (found.group() for found in _WORD.finditer(fold(text)))


def plain(text: str) -> str:
    """Return folded words with single spaces between them, the shape in which phrases compare."""
    return " ".join(split_words(text))


@cache
def shipped_sayings() -> Mapping[str, Shipped]:
    """Return the shipped sayings by their folded words; a later file extends the ones before."""
    return {
        plain(row["said"]): Shipped(row["said"], tuple(row["meant"])) for row in _read("synonyms")
    }


@cache
def spoken_phrases() -> Mapping[str, tuple[str, ...]]:
    """
    Return by code the phrases by which people look for a procedure, beside its own words.

    A line of the files is for all codes of one name: the record has a code for each tier.
    """
    said: dict[str, tuple[str, ...]] = {}
    for path in sorted(Path(__file__).with_name("spoken").glob("*.json")):
        for codes, phrases in json.loads(path.read_text(encoding="utf-8")).items():
            said |= dict.fromkeys(codes.split(), tuple(phrases))
    return said


@cache
def common_codes() -> list[str]:
    """Return the codes of what everybody comes for some day."""
    return list(_read("common"))


@cache
def load_vocabulary() -> Vocabulary:
    """Return the vocabulary as it is shipped."""
    return extend({})


def extend(own: Mapping[str, tuple[str, ...]]) -> Vocabulary:
    """
    Return the shipped vocabulary with an operator's sayings in it.

    :param own: what each folded saying means; one that means nothing is taken away.
    """
    shipped = {said: row.meant for said, row in shipped_sayings().items()}
    synonyms = {
        said: tuple(filter(None, map(plain, meant)))
        for said, meant in {**shipped, **own}.items()
        if said
    }
    return Vocabulary(
        asking=re.compile(rf"\b(?:{_any_of('asking')})\b"),
        afterwards=re.compile(
            rf"(?:cap |dang ky |de nghi |thong bao )?({_any_of('afterwards')})\b"
        ),
        weak=frozenset(map(plain, _read("weak"))),
        passed_over=frozenset(map(plain, _read("passed_over"))),
        synonyms={said: meant for said, meant in synonyms.items() if meant},
    )


def _any_of(part: str) -> str:
    """Return the phrases of a part as choices of a pattern, the longest first."""
    phrases = sorted({plain(one) for one in _read(part)}, key=len, reverse=True)
    return "|".join(map(re.escape, phrases))


def _read(part: str) -> list[Any]:
    return [one for name in _FILES for one in _load(name).get(part, ())]


@cache
def _load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return loaded
